/** The one HTTP client. It sends one request, bounds its time and size, and neither retries nor follows redirects. */
import { messageOf, RetryableError } from '../errors.ts';

export interface HttpRequest {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export type Http = (request: HttpRequest) => Promise<HttpReply>;

const TIMEOUT_MS = 20_000;
/**
 * A page of 200 detailed rows is below 1 MB, and all receipts of a full block of Tron are a few; what is far above that is
 * no reply to our question.
 */
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Sends requests with the platform's `fetch`.
 *
 * @throws RetryableError `PROVIDER_UNREACHABLE`, `PROVIDER_TIMEOUT` or `REPLY_TOO_LARGE`, with the host but never the
 *   path or headers, which may carry keys
 */
export const http: Http = async ({ url, method = 'GET', headers = {}, body, signal }) => {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const { host } = new URL(url);
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, headers: response.headers, text: await readBounded(response, host) };
  } catch (error) {
    if (error instanceof RetryableError || signal?.aborted) throw error;
    if (timeout.aborted) {
      throw new RetryableError('PROVIDER_TIMEOUT', `${host} did not answer within ${TIMEOUT_MS / 1000} s.`);
    }
    throw new RetryableError('PROVIDER_UNREACHABLE', `${host} cannot be reached: ${reason(error)}.`, { cause: error });
  }
};

async function readBounded(response: Response, host: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) {
      throw new RetryableError(
        'REPLY_TOO_LARGE',
        `${host} sent more than ${MAX_BYTES / 1024 / 1024} MiB for one page.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `fetch` hides why it failed one level down. Without a cause it refused to send, in words that quote address and headers. */
function reason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause === undefined) return 'its address, or a header, is not of a form that can be sent';
  const code = (cause as { code?: unknown }).code;
  return typeof code === 'string' ? code : messageOf(cause);
}
