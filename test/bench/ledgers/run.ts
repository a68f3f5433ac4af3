/** One rule over one made-up economy, in a process of its own so that its memory is told apart. Prints a line of JSON. */
import { followPlan, reachPlan } from '../../../graphs/trace/follow.ts';
import { makePlan, type Plan } from '../../../graphs/trace/plan.ts';
import { createTable } from '../../../graphs/trace/table.ts';
import { CONSERVING_RULES } from '../../../graphs/trace/types.ts';
import { rankByTtr } from '../../../workers/trace-rank.ts';
import { feedEconomy } from './economy.ts';

const [rule = '', rows = '', wallets = '', sources = ''] = process.argv.slice(2);

const builder = createTable(Number(rows));
const economy = feedEconomy(builder, { rows: Number(rows), wallets: Number(wallets), sources: Number(sources) });
const began = performance.now();
const plan = makePlan(builder.build(), { ...economy, openings: [], unverified: [] });
const planned = performance.now();
const reached = walletsReached(plan);
const followed = performance.now();
process.stdout.write(
  `${JSON.stringify({ plan: planned - began, follow: followed - planned, rss: process.resourceUsage().maxRSS * 1024, wallets: reached })}\n`,
);

function walletsReached(plan: Plan): number {
  const conserving = CONSERVING_RULES.find((each) => each === rule);
  if (conserving !== undefined) return followPlan(plan, conserving).wallets.length;
  return rule === 'ttr' ? rankByTtr({ plan, victims: [] }).wallets.length : reachPlan(plan).wallets.length;
}
