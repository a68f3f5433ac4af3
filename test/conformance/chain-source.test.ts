import { createTronGrid } from '../../src/chains/tron/trongrid.ts';
import { TRON } from '../../src/simulate/tron.ts';
import type { FaultChoice } from '../../src/simulate/trongrid/faults.ts';
import { serveTronGrid } from '../../src/simulate/trongrid.ts';
import { describeChainSource, type Manner, type SourceUnderTest } from './chain-source.ts';

const TRONGRID_MANNERS: Record<Manner, FaultChoice> = {
  honest: () => null,
  'short pages': ({ endpoint }) => (endpoint === 'history' ? 'short-page' : null),
  'empty pages': ({ endpoint, attempt }) => (endpoint === 'history' && attempt === 1 ? 'empty-page' : null),
  'shuffled ties': ({ endpoint }) => (endpoint === 'history' ? 'shuffled-ties' : null),
  'other rows': ({ endpoint, number }) =>
    endpoint === 'history' ? (number % 2 === 0 ? 'approvals' : 'other-token') : null,
  silence: () => 'hang',
};

const TRONGRID: SourceUnderTest = {
  name: 'trongrid',
  network: TRON,
  manners: ['short pages', 'empty pages', 'shuffled ties', 'other rows'],
  pageRows: 200,
  async open(ledger, manner) {
    const server = await serveTronGrid(ledger, { faultAt: TRONGRID_MANNERS[manner] });
    const source = createTronGrid({ url: server.url, key: null });
    return { source, assets: source.assets, close: () => server.close() };
  },
};

describeChainSource(TRONGRID);
