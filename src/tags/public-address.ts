/** Which network addresses are the public internet's: a publisher's server stands nowhere else. */
import { BlockList, isIP } from 'node:net';

/** IANA's registry of special-purpose IPv4 addresses, multicast, and what is kept for the future. */
const SPECIAL_V4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24'],
  ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  // Public by its number, and the metadata server of a large cloud.
  '168.63.129.16/32',
];

/** Of IPv6 only global unicast is public; of that, what carries IPv4 addresses, and what is for protocols or examples, is not. */
const GLOBAL_V6 = '2000::/3';
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

const special = new BlockList();
const global = new BlockList();
for (const range of SPECIAL_V4) addRange(special, range, 'ipv4');
for (const range of SPECIAL_V6) addRange(special, range, 'ipv6');
addRange(global, GLOBAL_V6, 'ipv6');

/**
 * Whether an IP address is one of the public internet's, and no private, loopback, link-local, shared, multicast or metadata
 * address, and no other in disguise. What is no IP address is not.
 *
 * Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890)
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  // A zone names an interface of this machine.
  if (family !== 6 || address.includes('%')) return false;
  return global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

function addRange(list: BlockList, range: string, family: 'ipv4' | 'ipv6'): void {
  const [network = '', bits = ''] = range.split('/');
  list.addSubnet(network, Number(bits), family);
}
