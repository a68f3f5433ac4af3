/** Which service tags name: numbers and words that tell its wallets apart are no part of its name. */
import { describe, expect, it } from 'vitest';
import { chooseService, type ServiceClaim, serviceName } from '../../graphs/attribution/names.ts';

const claim = (name: string, confidence: number, source = 'a list', category = 'exchange'): ServiceClaim => {
  return { name, category, source, confidence };
};

describe('the name of a service', () => {
  it.each([
    ['Binance 14', 'Binance'],
    ['Binance: Hot Wallet 3', 'Binance'],
    ['binance reserve wallets USDT', 'binance'],
    ['Crypto.com 2', 'Crypto.com'],
    ['Meridian Exchange', 'Meridian Exchange'],
    ['Bybit (cold)', 'Bybit'],
    ['Hot Wallet 3', 'Hot Wallet 3'],
    ['1inch', '1inch'],
    ['BTC Markets 2', 'BTC Markets'],
    ['Tron Exchange', 'Tron Exchange'],
    ['Exchange 1', 'Exchange 1'],
    ['deposit: 7', 'deposit: 7'],
  ])('of %s is %s', (label, name) => {
    expect(serviceName(label)).toBe(name);
  });
});

describe('the service that several tags name', () => {
  it('is that of the surest, whatever the number of the others', () => {
    const claims = [claim('OKX', 5, 'copy 1'), claim('Binance 7', 100), claim('OKX', 5, 'copy 2')];
    expect(chooseService(claims)).toMatchObject({ name: 'Binance', others: ['OKX'], best: claims[1] });
  });

  it('is one where they only describe its wallets in other words', () => {
    const claims = [
      claim('binance reserve wallets USDT', 50),
      claim('binance reserve wallets USDC', 50),
      claim('Binance', 50),
    ];
    expect(chooseService(claims)).toMatchObject({ key: 'binance', others: [] });
  });

  it('is all that those who name it say that it is, in whatever order they come', () => {
    const claims = [claim('Kraken', 5, 'b', 'defi'), claim('Kraken', 100, 'a', 'exchange'), claim('Zed', 100, 'c')];
    const chosen = chooseService(claims);
    expect(chosen.categories).toEqual(['defi', 'exchange']);
    expect(chooseService([...claims].reverse())).toEqual(chosen);
  });
});
