/** How large an economy is. */

export const SIZES = ['demo', 'small', 'medium', 'large'] as const;
export type SizeName = (typeof SIZES)[number];

export interface EconomySize {
  readonly users: number;
  readonly merchants: number;
  /** Who pay a network, some of them to buy somebody free. */
  readonly victims: number;
  readonly networks: number;
  readonly exchanges: number;
  readonly days: number;
  /** Above 1, users do everything more seldom. */
  readonly slowness: number;
}

const NAMED: Readonly<Record<SizeName, EconomySize>> = {
  // A few hundred wallets and a few thousand transfers: what the demo shows.
  demo: { users: 200, merchants: 9, victims: 12, networks: 2, exchanges: 2, days: 31, slowness: 1 },
  // At least 5,000 wallets and 50,000 transfers.
  small: { users: 2_100, merchants: 60, victims: 70, networks: 6, exchanges: 4, days: 61, slowness: 3.78 },
  // At least 50,000 wallets and 500,000 transfers.
  medium: { users: 21_400, merchants: 500, victims: 500, networks: 24, exchanges: 6, days: 122, slowness: 7.5 },
  // At least 200,000 wallets and 2,000,000 transfers.
  large: { users: 86_000, merchants: 2_000, victims: 2_000, networks: 60, exchanges: 9, days: 183, slowness: 10.8 },
};

/** A size by its name, or the demo's with other figures in places. */
export function sizeOf(size: SizeName | Partial<EconomySize> = 'demo'): EconomySize {
  return typeof size === 'string' ? NAMED[size] : { ...NAMED.demo, ...size };
}
