/** What people see: text on standard output, progress and errors on standard error, JSON where a program reads. */
import { createInterface } from 'node:readline/promises';
import { RetryableError, UsageError, UserError } from '../errors.ts';

/** Where a command writes; passed in, so that tests read what a person would. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** True when standard error is a terminal on which a line can be rewritten. */
  readonly interactive: boolean;
  /** Asks whoever sits at the terminal, and waits for a line; absent where nobody does. */
  readonly ask?: (question: string) => Promise<string>;
}

export const processTerminal: Terminal = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  interactive: process.stderr.isTTY === true,
  ...(process.stdin.isTTY && process.stderr.isTTY ? { ask: askAtTerminal } : {}),
};

/** @throws UserError `NOT_ANSWERED` for Ctrl-C and Ctrl-D */
async function askAtTerminal(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    process.stderr.write('\n');
    throw new UserError('NOT_ANSWERED', 'The question was not answered; nothing was recorded.', { cause: error });
  } finally {
    lines.close();
  }
}

export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** One line of JSON; amounts are decimal strings before they come here. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** Columns of text; numbers to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}\n`)
    .join('');
}

/** Lines, each a step further to the right. */
export function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

/** A count with separators of thousands. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 wallet`, `2 wallets`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** An amount with its currency, as a report told it: `1,250.50 EUR`. */
export function moneyTold(text: string): string {
  const [amount = '', currency = ''] = text.split(' ');
  const [whole = '', fraction = ''] = amount.split('.');
  const decimals = fraction.replace(/0+$/, '').padEnd(2, '0');
  return `${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')}.${decimals} ${currency}`;
}

/** A time for people: to the second, UTC. */
export function time(moment: Date | number): string {
  return `${new Date(moment).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

const AGES: readonly (readonly [noun: string, ms: number])[] = [
  ['year', 365.25 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** How long something lasted, in the largest unit that fits: `3 years`, `57 s`. */
export function duration(ms: number): string {
  const fitting = AGES.find(([, size]) => ms >= 2 * size);
  return fitting === undefined ? `${Math.round(ms / 1000)} s` : counted(Math.floor(ms / fitting[1]), fitting[0]);
}

/** Text from outside, made harmless for a terminal. */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '�');
}

/** Prints an error as a person needs it, and tells the exit code. */
export function reportError(terminal: Terminal, error: unknown): number {
  if (error instanceof UserError) {
    terminal.err(`Error: ${harmlessLines(error.text)}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
  if (error instanceof RetryableError) {
    terminal.err(`Error: ${harmlessLines(error.message)}\nThis may pass by itself: run the same command again.\n`);
    return EXIT.failed;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.err(`Error: a fault of Downstream itself. What was stored before it is kept.\n${stack}\n`);
  return EXIT.failed;
}

/** The same for text whose line breaks are to be kept. */
export function harmlessLines(text: string): string {
  return text.split('\n').map(harmless).join('\n');
}
