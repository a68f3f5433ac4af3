/** Keeping a simulated network running, for whoever wants to try the commands on it from another terminal. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CliContext } from './context.ts';

/** Waits until it is stopped, and says how to use the network meanwhile. */
export async function serveOn(
  { terminal }: CliContext,
  settings: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const tour = await mkdtemp(join(tmpdir(), 'downstream-tour-'));
  try {
    const lines = Object.entries({ ...settings, DOWNSTREAM_DATA: tour }).map(
      ([name, value]) => `  export ${name}=${value}`,
    );
    terminal.out(
      `\nThe simulated network goes on. To try the commands on it, in another terminal:\n\n${lines.join('\n')}\n\n` +
        'Ctrl-C ends it, and removes that folder.\n',
    );
    if (!signal.aborted) {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    }
  } finally {
    await rm(tour, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
