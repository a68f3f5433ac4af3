import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseReportedTime } from '../../src/cases/time.ts';
import { faultOf } from '../fixtures/fault.ts';

const BOUNDS = { since: Date.UTC(2019, 3, 14), now: Date.UTC(2026, 5, 1, 12) };
const read = (text: string) => parseReportedTime(text, BOUNDS);
const told = (text: string) => faultOf(() => read(text));

describe('a reported time', () => {
  test('is one moment, however it is written', () => {
    const moment = Date.UTC(2026, 0, 3, 10);
    for (const text of [
      '2026-01-03T10:00Z',
      '2026-01-03t10:00:00z',
      '2026-01-03 10:00:00.000Z',
      '2026-01-03 10:00 Z',
      '2026-01-03T17:00+07:00',
      '2026-01-03 17:00 +0700',
      '2026-01-03T04:00-06:00',
      '2026-01-04T00:00+14:00',
    ]) {
      expect(read(text)).toBe(moment);
    }
  });

  test('comes back in every zone', () => {
    const minutes = fc.integer({ min: -12 * 60, max: 14 * 60 });
    const moments = fc.integer({ min: BOUNDS.since, max: BOUNDS.now });
    fc.assert(
      fc.property(moments, minutes, (moment, offset) => {
        const size = Math.abs(offset);
        const pad = (value: number) => String(value).padStart(2, '0');
        const zone = `${offset < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
        const local = new Date(moment + offset * 60_000).toISOString().slice(0, -1);
        expect(read(local + zone)).toBe(moment);
        expect(read(local.replace('T', ' ') + zone.replace(':', ''))).toBe(moment);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('may be the very first and the very last moment', () => {
    expect(read(new Date(BOUNDS.since).toISOString())).toBe(BOUNDS.since);
    expect(read(new Date(BOUNDS.now).toISOString())).toBe(BOUNDS.now);
  });

  test('may be 29 February in a leap year', () => {
    expect(read('2024-02-29T00:00Z')).toBe(Date.UTC(2024, 1, 29));
  });
});

describe('what is refused', () => {
  test('a time without a zone', () => {
    expect(told('2026-01-03 10:00')).toMatchInlineSnapshot(`
      "TIME_WITHOUT_ZONE
      "2026-01-03 10:00" has no time zone.
      A time has date, time and zone: 2026-01-03T10:00Z, or 2026-01-03 17:00+07:00.
      Ask where the victim was, and add Z (UTC) or an offset such as +07:00."
    `);
  });

  test('a date in the future', () => {
    expect(told('2026-06-01T12:01Z')).toMatchInlineSnapshot(`
      "TIME_IN_FUTURE
      "2026-06-01T12:01Z" lies in the future.
      A payment was made before now, 2026-06-01T12:00:00.000Z.
      Check day and month, and the time zone."
    `);
  });

  test('a time in the future by its zone alone', () => {
    expect(told('2026-06-01T10:00-05:00')).toContain('TIME_IN_FUTURE');
    expect(read('2026-06-01T10:00+05:00')).toBeLessThan(BOUNDS.now);
  });

  test('30 February', () => {
    expect(told('2026-02-30T10:00Z')).toMatchInlineSnapshot(`
      "TIME_INVALID
      "2026-02-30T10:00Z" is no time.
      A time has date, time and zone: 2026-01-03T10:00Z, or 2026-01-03 17:00+07:00.
      If only the day is known, leave the time out and put the day into the note."
    `);
  });

  test('a day without a time', () => {
    expect(told('2026-01-03')).toMatchInlineSnapshot(`
      "TIME_INVALID
      "2026-01-03" is no time.
      A time has date, time and zone: 2026-01-03T10:00Z, or 2026-01-03 17:00+07:00.
      If only the day is known, leave the time out and put the day into the note."
    `);
  });

  test('before the token existed', () => {
    expect(told('2009-01-03T18:15Z')).toMatchInlineSnapshot(`
      "TIME_TOO_EARLY
      "2009-01-03T18:15Z" lies before the first transfer of this token.
      Its first transfers are of 2019-04-14.
      Check the year."
    `);
  });

  test.each([
    '',
    'yesterday',
    '03.01.2026 10:00Z',
    '01/03/2026 10:00Z',
    '2026-1-3T10:00Z',
    '2026-13-03T10:00Z',
    '2026-00-03T10:00Z',
    '2026-01-00T10:00Z',
    '2025-02-29T10:00Z',
    '2026-04-31T10:00Z',
    '2026-01-03T24:00Z',
    '2026-01-03T25:00Z',
    '2026-01-03T10:60Z',
    '2026-01-03T10:00:60Z',
    '2026-01-03T10:00+15:00',
    '2026-01-03T10:00+07:60',
    '2026-01-03T10:00+7',
    '2026-01-03T10:00 EST',
    ' 2026-01-03T10:00Z',
    '2026-01-03T10:00Z\n',
    '1767434400000',
    '２０２６-01-03T10:00Z',
  ])('%j is no time', (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'TIME_INVALID' }));
  });
});
