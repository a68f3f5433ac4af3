import { expect, test } from 'vitest';
import { duration, harmless, harmlessLines, moneyTold } from '../../src/cli/output.ts';

const DAY = 86_400_000;

test.each([
  [57_000, '57 s'],
  [119_000, '119 s'],
  [180_000, '3 minutes'],
  [5 * 3_600_000, '5 hours'],
  [235 * DAY, '235 days'],
  [3.2 * 365.25 * DAY, '3 years'],
])('%d ms are %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test.each([
  ['1250.5000 EUR', '1,250.50 EUR'],
  ['1234567.1234 THB', '1,234,567.1234 THB'],
  ['7 USD', '7.00 USD'],
])('%s is shown as %s', (told, shown) => {
  expect(moneyTold(told)).toBe(shown);
});

test('signs that drive a terminal are shown as such; line breaks are kept where lines are meant', () => {
  expect(harmless('a\u001b[2J\nb')).toBe('a�[2J�b');
  expect(harmlessLines('a\u001b[2J\nb')).toBe('a�[2J\nb');
});
