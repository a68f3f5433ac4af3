/** What is known of a wallet, as programs read it; `wallet show --help` documents the shape. */
import { CONSERVING_RULES } from '../../graphs/trace/types.ts';
import type {
  AssetFacts,
  CaseOfWallet,
  DirectionFacts,
  KnownCounterparty,
  NativeFacts,
  Said,
  WalletFacts,
} from '../../workers/wallet-facts.ts';
import type { CaseInference } from '../../workers/wallet-inferences.ts';
import { formatAmount } from '../money.ts';
import type { StoredAsset } from '../store/reference.ts';
import { inferenceJson } from './attribution-text.ts';
import { coverageJson } from './coverage.ts';
import { freezeJson } from './freeze-text.ts';
import { tagsJson } from './tags-text.ts';

/** @param asset in which amounts of cases and inferences are told */
export function walletJson(facts: WalletFacts, asset: StoredAsset) {
  const { wallet, known, victims, tags, cases, assets, freezes, native, inferences } = facts;
  const { contradicting, tags: claims } = tagsJson(wallet, tags);
  return {
    ...{ ...wallet, known, victims, contradicting, tags: claims },
    cases: cases.map((each) => caseJson(each, asset)),
    assets: assets.map((each) => assetJson(each, victims)),
    freezes: freezes.map(freezeJson),
    native: native === null ? null : nativeJson(native),
    inferences: inferences?.map((each) => inferredJson(each, asset)) ?? null,
  };
}

function caseJson({ name, finished, decisions, reached, crawls, id: _, ...told }: CaseOfWallet, asset: StoredAsset) {
  return {
    case: name,
    ...told,
    decisions: decisions.map(({ decision, why, decidedAt }) => ({ decision, why, at: decidedAt })),
    reached:
      reached === null
        ? null
        : {
            ...{ run: finished?.number ?? null, hop: reached.hop },
            amounts: Object.fromEntries(
              CONSERVING_RULES.map((rule) => [rule, formatAmount(reached.amounts[rule], asset.decimals)]),
            ),
          },
    crawls: crawls.map(({ number, finished: isFinished, newest, of, offline, role, kind, coverage }) => ({
      ...{ run: number, finished: isFinished, newest, of, offline, role, kind },
      coverage: coverage.map(coverageJson),
    })),
  };
}

function assetJson(facts: AssetFacts, victims: boolean) {
  const { asset, balance, received, sent, poison, toItself, fromFiles } = facts;
  const amount = (units: bigint) => formatAmount(units, asset.decimals);
  return {
    asset: asset.symbol,
    balance:
      balance === null ? null : { amount: amount(balance.value), block: balance.block, at: iso(balance.timestamp) },
    ...{ received: amount(received), sent: amount(sent), poison, toItself, fromFiles },
    ...{ in: directionJson(facts.in, asset, victims), out: directionJson(facts.out, asset, victims) },
  };
}

function directionJson(facts: DirectionFacts, asset: StoredAsset, victims: boolean) {
  const { transfers, first, last, hours, counterparties, counterpartyCount } = facts;
  return {
    ...{ transfers, first: iso(first), last: iso(last), hours: victims ? null : hours, counterpartyCount },
    counterparties: counterparties.map((each) => counterpartyJson(each, asset)),
  };
}

function counterpartyJson(counterparty: KnownCounterparty, { decimals }: StoredAsset) {
  const { chain, address, value, transfers, first, last, tag, tags, contradicted, paidTo, victims } = counterparty;
  return {
    ...{ chain, address, amount: formatAmount(value, decimals), transfers, first: iso(first), last: iso(last) },
    ...{ ...saidJson({ tag, tags, contradicted }), paidTo, victims },
  };
}

function saidJson({ tag, tags, contradicted }: Said) {
  if (tag === null) return { tag, tags, contradicted };
  const { label, category, publisher, confidence } = tag;
  return { tag: { label, category, publisher, confidence: confidence.level }, tags, contradicted };
}

function nativeJson({ coverage, receipts, funded }: NativeFacts) {
  return {
    ...{ provider: coverage?.provider ?? null, until: iso(coverage?.until ?? null), whole: coverage?.whole ?? null },
    receipts: receipts.map(({ kind, from, transaction, timestamp, value, ...said }) => {
      return { kind, from, transaction, at: iso(timestamp), value: value.toString(), ...saidJson(said) };
    }),
    funded,
  };
}

function inferredJson({ run, wallets, ties, fedBy }: CaseInference, asset: StoredAsset) {
  return {
    ...{ case: run.case, run: run.number },
    wallets: wallets.map((each) => inferenceJson(each, asset)),
    ties: ties.map((each) => inferenceJson(each, asset)),
    fedBy: fedBy.map(({ chain, address, confidence }) => ({ chain, address, confidence })),
  };
}

function iso(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
