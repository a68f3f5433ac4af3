/** What `doctor` says of the limits: how fast each provider is asked, what was found to be too much, and pauses. */
import { accountsOf } from '../../workers/providers.ts';
import type { Config } from '../config.ts';
import { type ReadPace, readPace } from '../store/request-slots.ts';
import type { Store } from '../store/store.ts';
import { duration } from './output.ts';

export interface LimitFinding {
  readonly what: string;
  /** `null` where it could not be looked at. */
  readonly ok: true | null;
  readonly says: string;
}

export async function examineLimits(config: Config, store: Store | undefined): Promise<LimitFinding[]> {
  const { tron, etherscan, ethereumNode } = accountsOf(config, store?.instance ?? '');
  const accounts = [
    { what: 'tron limit', account: tron },
    { what: 'etherscan limit', account: etherscan },
    { what: 'ethereum node limit', account: ethereumNode },
  ];
  const findings: LimitFinding[] = [];
  for (const { what, account } of accounts) {
    if (account === null) continue;
    const { start, most } = account.limits;
    const set = most === null ? `${rateText(start)} at first` : `${rateText(most)} at most`;
    if (store === undefined) {
      findings.push({ what, ok: null, says: `${set}; what was found out is in the database, which is not ready` });
      continue;
    }
    const read = await readPace(store.pool, account.name);
    findings.push({ what, ok: true, says: read === undefined ? set : `${set}; ${paceText(read, most)}` });
  }
  return findings;
}

/** As in "asked at 14.25 requests a second now; 15 are too many; nothing is sent for 4 s, as it asked". */
function paceText({ pace, now }: ReadPace, most: number | null): string {
  const { rate, ceiling, pausedUntil } = pace;
  const parts = [`${rateText(Math.min(rate, most ?? rate))} now`];
  if (ceiling !== null) parts.push(`${rateText(ceiling)} were too many`);
  if (pausedUntil > now) parts.push(`nothing is sent for ${duration(pausedUntil - now)}, as it asked`);
  return parts.join('; ');
}

function rateText(rate: number): string {
  return `${Number(rate.toPrecision(3))} ${rate === 1 ? 'request' : 'requests'} a second`;
}
