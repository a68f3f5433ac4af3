/** What the requests of a crawl were for, in words. */
import { REQUEST_KINDS, type RequestKind } from '../store/requests.ts';
import { count } from './output.ts';

/** What requests of each kind are, after their number. */
const REQUESTS_FOR: Readonly<Record<RequestKind, string>> = {
  history: 'pages of histories',
  probe: 'looks at newest transfers',
  balance: 'for balances',
  receipt: 'for receipts',
  positions: 'for the order within blocks',
  signer: 'for signers',
  issuer: "for the issuer's events",
  native: 'for who paid fees',
  standing: 'for contracts and freezes',
  retry: 'that faults cost',
};

/** `754: 430 pages of histories, 300 for balances, …`. */
export function requestsText(requests: number, by: Readonly<Record<RequestKind, number>>): string {
  const parts = REQUEST_KINDS.filter((kind) => by[kind] > 0).map((kind) => `${count(by[kind])} ${REQUESTS_FOR[kind]}`);
  return parts.length === 0 ? count(requests) : `${count(requests)}: ${parts.join(', ')}`;
}
