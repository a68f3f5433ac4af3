/** The thresholds of a policy by name, so that a case can have its own: `roles.peelChain.leastPeels`. */
import { quoted, UserError } from '../../src/errors.ts';

/** A policy: plain objects of numbers, base units, switches and lists of words. */
export type PolicyPart = { readonly [name: string]: PolicyValue };
type PolicyValue = number | bigint | boolean | string | readonly string[] | PolicyPart;

export interface Threshold {
  /** Names of the parts on the way to it, joined by dots. */
  readonly name: string;
  /** As people write it: `true`, `12`, `0.25`; base units as whole numbers. */
  readonly value: string;
}

/** What can be set: lists of words are left out. In the order in which the policy states them. */
export function thresholdsOf(policy: object, above = ''): Threshold[] {
  return Object.entries(policy as PolicyPart).flatMap(([key, value]): Threshold[] => {
    const name = above + key;
    if (isPart(value)) return thresholdsOf(value, `${name}.`);
    return isSettable(value) ? [{ name, value: `${value}` }] : [];
  });
}

/**
 * The policy with some thresholds set otherwise.
 *
 * @throws UserError `THRESHOLD_UNKNOWN` or `THRESHOLD_INVALID`
 */
export function withThresholds<Policy extends object>(policy: Policy, settings: readonly Threshold[]): Policy {
  return settings.reduce<Policy>((changed, { name, value }) => {
    const [path, before] = find(changed, name);
    return replaced(changed as PolicyPart, path, parsed(name, before, value)) as Policy;
  }, policy);
}

function find(policy: object, name: string): [path: readonly string[], value: number | bigint | boolean] {
  const path = name.split('.');
  let value: PolicyValue | undefined = policy as PolicyPart;
  for (const key of path) value = isPart(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  if (value !== undefined && isSettable(value)) return [path, value];
  throw new UserError('THRESHOLD_UNKNOWN', `There is no threshold ${quoted(name)}.`, {
    todo: 'See all of them with: npx downstream thresholds CASE',
  });
}

/** A value of the kind that was there before. */
function parsed(name: string, before: number | bigint | boolean, text: string): number | bigint | boolean {
  switch (typeof before) {
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true';
      throw invalid(name, text, 'It is true or false.');
    case 'bigint':
      if (/^\d{1,30}$/.test(text)) return BigInt(text);
      throw invalid(name, text, 'It is an amount in base units: 1 USDT is 1000000.');
    default:
      if (/^\d{1,12}$/.test(text) || (!Number.isInteger(before) && /^\d{1,9}\.\d{1,9}$/.test(text)))
        return Number(text);
      throw invalid(name, text, `It is a ${Number.isInteger(before) ? 'whole number' : 'number'} from 0 up.`);
  }
}

function invalid(name: string, text: string, right: string): UserError {
  return new UserError('THRESHOLD_INVALID', `${quoted(text)} is no value of ${name}.`, {
    right,
    todo: 'Write it as NAME=VALUE.',
  });
}

function replaced(part: PolicyPart, [key = '', ...rest]: readonly string[], value: PolicyValue): PolicyPart {
  const below = part[key];
  return { ...part, [key]: rest.length > 0 && isPart(below) ? replaced(below, rest, value) : value };
}

function isPart(value: PolicyValue | undefined): value is PolicyPart {
  return typeof value === 'object' && !Array.isArray(value);
}

function isSettable(value: PolicyValue): value is number | bigint | boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}
