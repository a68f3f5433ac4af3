import { describe, expect, it } from 'vitest';
import { STANDING, sortedAccounts, walletOf } from '../../graphs/findings/view.ts';
import { walletKey } from '../../graphs/wallet-key.ts';
import { accountNamed, type ViewTold, viewOfTold } from '../fixtures/case-views.ts';

const TOLD: ViewTold = {
  transfers: [
    ['own', 0, 'X', 'A', 50],
    ['paid', 60, 'V', 'A', 100],
    ['on', 120, 'A', 'B', 120],
    ['out', 180, 'B', 'E', 120],
    ['dust', 240, 'S', 'B', 0.001],
  ],
  payments: ['paid'],
  reported: ['A'],
  victims: ['V'],
  services: { E: 'Meridian' },
};

describe('the view of a case', () => {
  it('says of each row how much of it is followed money', () => {
    // By FIFO the 50 that were there first leave first, so that 70 of the 120 are the victim's.
    const view = viewOfTold(TOLD);
    expect([...view.traced].slice(0, 4)).toEqual([0n, 100_000_000n, 70_000_000n, 70_000_000n]);
    expect(['A', 'B', 'E', 'X'].map((name) => view.hop[accountNamed(view, name)])).toEqual([0, 1, 2, -1]);
  });

  it('leaves dust out of what a wallet received and paid', () => {
    const view = viewOfTold(TOLD);
    expect(view.receipts(accountNamed(view, 'B'))).toHaveLength(1);
    expect(view.payouts(accountNamed(view, 'S'))).toHaveLength(0);
  });

  it('takes no reported wallet for a service by its behaviour, and a named service for one even then', () => {
    const standing = (told: ViewTold, name: string) => {
      const view = viewOfTold(told);
      return view.standing[accountNamed(view, name)];
    };
    expect(standing({ ...TOLD, possible: ['A'], accounts: ['A'] }, 'A')).toBe(STANDING.wallet);
    expect(standing({ ...TOLD, services: { A: 'Kestrel' } }, 'A')).toBe(STANDING.service);
    expect(standing({ ...TOLD, possible: ['B'] }, 'B')).toBe(STANDING.possible);
    expect(standing({ ...TOLD, possible: ['V'] }, 'V')).toBe(STANDING.victim);
  });

  it('tells wallets in one order, whatever that of the transfers', () => {
    const keys = (told: ViewTold) => {
      const view = viewOfTold(told);
      return [...sortedAccounts(view)].map((account) => walletKey(walletOf(view, account)));
    };
    expect(keys({ ...TOLD, transfers: [...TOLD.transfers].reverse() })).toEqual(keys(TOLD));
    expect(keys(TOLD)).toEqual([...keys(TOLD)].sort());
  });
});
