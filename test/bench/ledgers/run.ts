/** One rule over one made-up economy, in a process of its own so that its memory is told apart. Prints a line of JSON. */
import { followPlan, reachPlan } from '../../../graphs/trace/follow.ts';
import { makePlan } from '../../../graphs/trace/plan.ts';
import { createTable } from '../../../graphs/trace/table.ts';
import { CONSERVING_RULES } from '../../../graphs/trace/types.ts';
import { feedEconomy } from './economy.ts';

const [rule = '', rows = 0, wallets = 0, sources = 0] = process.argv
  .slice(2)
  .map((text, place) => (place === 0 ? text : Number(text))) as [string, number, number, number];

const began = performance.now();
const builder = createTable(rows);
const economy = feedEconomy(builder, { rows, wallets, sources });
const fed = performance.now();
const plan = makePlan(builder.build(), { ...economy, openings: [], unverified: [] });
const planned = performance.now();
const conserving = CONSERVING_RULES.find((each) => each === rule);
const result = conserving === undefined ? reachPlan(plan) : followPlan(plan, conserving);
const followed = performance.now();
process.stdout.write(
  `${JSON.stringify({ feed: fed - began, plan: planned - fed, follow: followed - planned, rss: process.resourceUsage().maxRSS * 1024, arrivals: result.arrivals.length, wallets: result.wallets.length })}\n`,
);
