import { BlockList, isIP } from 'node:net'
import { isLoopbackAddress, parseClientAddress } from '../lib/ip-address.js'
import { type Finding, fault, notChecked, ok, warning } from './finding.js'

/** Sent as if it were our address. Its network is reserved, so nobody has such an address (RFC 1112 section 4). */
export const FORGED_ADDRESS = '240.0.0.1'

/** The address that the service counts for our calls. */
export interface SeenAddress {
  /** As the service reports it; undefined if it doesn't. */
  readonly seen: string | undefined
  /** The same for the call that forged `FORGED_ADDRESS`. */
  readonly seenWhenForged: string | undefined
  /** The two addresses of our connection. */
  readonly localAddress: string
  readonly remoteAddress: string
}

const NAT_HERE = 'right if that is the public address of this network'
const SET_TRUST =
  'Set REKEY_TRUST_PROXY to the number of your proxies or to their addresses, and let each send X-Forwarded-For.'

/**
 * Judges what one host can know. If the called service runs on this host, its address and the proxy's are the same. Behind NAT,
 * only a person knows our public address.
 */
export function examineClientAddress(known: SeenAddress): Finding {
  const [local, remote] = [canonical(known.localAddress), canonical(known.remoteAddress)]
  const [seen, seenWhenForged] = [canonical(known.seen), canonical(known.seenWhenForged)]
  if (seen === '' || seenWhenForged === '') return notChecked('client-address', 'Rekey didn’t report it')
  if (isLoopbackAddress(remote)) {
    return notChecked('client-address', 'the call went over the loopback: run this on another host')
  }
  if (seenWhenForged === FORGED_ADDRESS) {
    const found = 'Rekey believes forged client addresses'
    const fix =
      'Let the proxy set X-Forwarded-For (nginx’s proxy_pass alone forwards the caller’s header), and don’t set more proxies in REKEY_TRUST_PROXY than there are.'
    return fault('client-address', 'forged-address-believed', found, fix)
  }
  if (seen === local && seen === remote) {
    const found = 'this host has the same address as the proxy: run this on another host'
    return notChecked('client-address', found)
  }
  if (seen === local) return ok('client-address', `Rekey sees this host’s own address, ${seen}`)
  if (isLoopbackAddress(seen) || seen === remote || (isPrivate(seen) && !isPrivate(local))) {
    const found = `Rekey sees a proxy’s address, ${seen}, for everyone`
    return fault('client-address', 'address-is-a-proxy', found, SET_TRUST)
  }
  const found = `Rekey sees ${seen}, but this host calls from ${local}`
  if (isPrivate(local) && !isPrivate(seen)) return ok('client-address', `${found}: ${NAT_HERE}`)
  return warning('client-address', 'address-unexpected', found, `Find out whose address it is. ${SET_TRUST}`)
}

/** Networks that the internet does not route (RFC 1918, 3927, 6598, 4193, 4291). */
const PRIVATE = new BlockList()
PRIVATE.addSubnet('10.0.0.0', 8)
PRIVATE.addSubnet('172.16.0.0', 12)
PRIVATE.addSubnet('192.168.0.0', 16)
PRIVATE.addSubnet('169.254.0.0', 16)
PRIVATE.addSubnet('100.64.0.0', 10)
PRIVATE.addSubnet('fc00::', 7, 'ipv6')
PRIVATE.addSubnet('fe80::', 10, 'ipv6')

function isPrivate(address: string): boolean {
  return PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

function canonical(address = ''): string {
  return parseClientAddress(address) ?? ''
}
