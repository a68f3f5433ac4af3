/**
 * Errors decide what happens next. A `UserError` waits for a person, a `RetryableError` for time; anything else is a
 * fault of ours and is shown with its stack. Each carries a stable code.
 */

/** What a person needs besides what is wrong. */
export interface Guidance {
  /** What would be right. */
  readonly right?: string;
  /** What to do now. */
  readonly todo?: string;
  readonly cause?: unknown;
}

/** Something that a person has to change: input, configuration, an access key, a full disk. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: string;
  readonly right: string | undefined;
  readonly todo: string | undefined;

  constructor(code: string, wrong: string, guidance: Guidance = {}) {
    super(wrong, guidance.cause === undefined ? undefined : { cause: guidance.cause });
    this.code = code;
    this.right = guidance.right;
    this.todo = guidance.todo;
  }

  /** The whole message, as it is printed: what is wrong, what would be right, what to do. */
  get text(): string {
    return [this.message, this.right, this.todo].filter((part) => part !== undefined).join('\n');
  }
}

/** A command line that names no possible command: exit code 2. */
export class UsageError extends UserError {}

/** A fault that may pass by itself: a provider that is down, busy or talks nonsense. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';
  readonly code: string;
  /** Not before so many milliseconds, where the provider said so. */
  readonly retryAfterMs: number | undefined;
  /** The most requests a second, where the provider named them. */
  readonly mostPerSecond: number | undefined;

  constructor(
    code: string,
    message: string,
    options: { retryAfterMs?: number; mostPerSecond?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.mostPerSecond = options.mostPerSecond;
  }
}

/** Code of a `RetryableError` for work that was given back unfinished, since its process is to end: no fault of anybody. */
export const WORK_STOPPED = 'WORK_STOPPED';

const QUOTE_LENGTH = 100;

/** Text from outside as it stands in a message: in quotes, cut where it is long, and with signs that cannot be seen shown as `�`. */
export function quoted(text: string): string {
  const start = text.length > QUOTE_LENGTH ? `${text.slice(0, QUOTE_LENGTH)}…` : text;
  return `"${start.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�')}"`;
}

/** The error's own words, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
