/** Which addresses a publisher's server may have. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../src/tags/public-address.ts';

describe('an address of the public internet', () => {
  it.each(['1.1.1.1', '93.184.215.14', '172.15.255.255', '172.32.0.0', '100.63.255.255', '223.255.255.255'])(
    'is %s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );
  it.each(['2606:4700::6810:84e5', '2a00:1450:4001:80b::200e', '2001:4860:4860::8888'])('is %s', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );
  it.each([
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '100.100.100.200', '127.0.0.1', '127.255.255.254', '168.63.129.16'],
    ...['169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.192', '192.168.1.1', '198.18.0.1', '198.51.100.7'],
    ...['224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255'],
  ])('is not %s', (address) => expect(isPublicAddress(address)).toBe(false));
  it.each([
    ...['::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::8.8.8.8', '64:ff9b::7f00:1', '64:ff9b:1::1', '100::1'],
    ...['2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0'],
    ...['fec0::1', 'ff02::1', '2606:4700::1%lo', '5f00::1'],
  ])('is not %s', (address) => expect(isPublicAddress(address)).toBe(false));
  it.each(['', 'localhost', '1.1.1', '01.1.1.1', '1.1.1.1 ', '[::1]', '0x7f.0.0.1'])('is not "%s"', (address) =>
    expect(isPublicAddress(address)).toBe(false),
  );

  it('is none that stands for an IPv4 address, however it is written', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom('::ffff:', '::', '64:ff9b::'), (address, prefix) => {
        expect(isPublicAddress(`${prefix}${address}`)).toBe(false);
      }),
    );
  });
});
