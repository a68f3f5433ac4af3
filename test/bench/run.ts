/** `npm run bench`: figures beside their targets. Nothing here fails a build: machines differ. */
import { benchCrawl } from './crawl.ts';
import { benchFindings } from './findings.ts';
import { benchLedgers } from './ledgers.ts';

export interface Figure {
  readonly what: string;
  readonly figure: string;
  readonly target?: string;
}

const figures = [...(await benchCrawl()), ...(await benchLedgers()), ...(await benchFindings())];
const width = Math.max(...figures.map(({ what }) => what.length));
const middle = Math.max(...figures.map(({ figure }) => figure.length));
for (const { what, figure, target } of figures) {
  process.stdout.write(
    `${what.padEnd(width)}  ${figure.padEnd(middle)}${target === undefined ? '' : `  target ${target}`}\n`,
  );
}
