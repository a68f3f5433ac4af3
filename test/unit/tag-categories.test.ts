/** The table of categories: what contradicts, what stops, and that the documentation says the same. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CATEGORIES,
  CATEGORY_NAMES,
  contradicting,
  namedCategory,
  stoppingCategories,
} from '../../src/tags/categories.ts';
import { categoriesOf } from '../../src/tags/words.ts';

const docs = readFileSync(fileURLToPath(new URL('../../docs/tags.md', import.meta.url)), 'utf8');

describe('the categories', () => {
  test('stand in docs/tags.md as in the table', () => {
    for (const category of CATEGORY_NAMES) {
      const { meaning, term, stops } = CATEGORIES[category];
      const row = docs.split('\n').find((line) => line.startsWith(`| \`${category}\` `) && line.includes(meaning));
      const cells = row?.split('|').map((cell) => cell.trim());
      expect(cells?.slice(3, 5)).toEqual([term === null ? '' : `\`${term}\``, stops ? 'stops' : 'goes on']);
    }
  });

  test('are named in any case, and as lists of stops named them before', () => {
    expect(namedCategory(' Guarantee Marketplace ')).toBe('guarantee-marketplace');
    expect(namedCategory('OTC_DESK')).toBe('otc-broker');
    expect(namedCategory('constructor')).toBeNull();
  });

  test('contradict each other where both say whose a wallet is', () => {
    expect(contradicting(['exchange', 'hot-wallet', 'deposit-address', 'sanctioned', 'contract'])).toEqual([]);
    expect(contradicting(['victim', 'exchange', 'frozen'])).toEqual(['exchange', 'victim']);
    expect(contradicting([])).toEqual([]);
  });

  test('stop a trace as a case decided last, and else as the table says', () => {
    const decision = fc.record({ category: fc.constantFrom(...CATEGORY_NAMES), stops: fc.boolean() });
    fc.assert(
      fc.property(fc.array(decision, { maxLength: 20 }), (decisions) => {
        const stopping = stoppingCategories(decisions);
        for (const category of CATEGORY_NAMES) {
          const last = decisions.findLast((each) => each.category === category);
          expect(stopping.includes(category)).toBe(last?.stops ?? CATEGORIES[category].stops);
        }
      }),
    );
  });
});

describe("publishers' words", () => {
  test('stand for each category that they name, in any order of them', () => {
    expect(categoriesOf(['ofac-sanctions-lists', 'tornado-cash'], 'etherscan')).toEqual(['mixer', 'sanctioned']);
    expect(categoriesOf(['binance', 'binance-deposit'], 'etherscan')).toEqual(['deposit-address']);
    expect(categoriesOf(['old-contract', 'dex'], 'etherscan')).toEqual(['defi']);
    expect(categoriesOf(['marketplace', 'donate'], 'etherscan')).toEqual([]);
    expect(categoriesOf(['user'], 'graphsense')).toEqual([]);
    expect(categoriesOf(['mixing_service', 'hot_wallet', 'other'], 'graphsense')).toEqual(['hot-wallet', 'mixer']);
  });
});
