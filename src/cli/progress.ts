/** A line of progress on standard error: rewritten at a terminal, printed now and then elsewhere. */
import type { Clock } from '../clock.ts';
import type { Terminal } from './output.ts';

/** A line of progress where it cannot be rewritten. */
const PLAIN_PROGRESS_MS = 5_000;
/** A rewritten one: more often nobody reads. */
const REWRITTEN_MS = 100;

export interface ProgressLine {
  /** Shows what `text` makes, if it is time to. */
  show(text: () => string): void;
  clear(): void;
}

/** @param quietMs nothing is shown of work that is done before */
export function progressLine(terminal: Terminal, clock: Clock, quietMs = 0): ProgressLine {
  const began = clock.now();
  let printed = 0;
  let shown = false;
  return {
    show(text) {
      const now = clock.now();
      if (now - began < quietMs || now - printed < (terminal.interactive ? REWRITTEN_MS : PLAIN_PROGRESS_MS)) return;
      printed = now;
      terminal.err(terminal.interactive ? `\r${text().slice(0, process.stderr.columns || 120)}\x1b[K` : `${text()}\n`);
      shown = true;
    },
    clear() {
      if (shown && terminal.interactive) terminal.err('\r\x1b[K');
      shown = false;
    },
  };
}
