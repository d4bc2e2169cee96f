import { BlockList, isIP } from 'node:net'
import { isLoopbackAddress, parseClientAddress } from '../lib/ip-address.js'
import { type Finding, fault, notChecked, ok, warning } from './finding.js'

/** Sent as if it were ours: nobody has an address of this network (RFC 1112 section 4). */
export const FORGED_ADDRESS = '240.0.0.1'

/** What is known of the address that the service counts us by. */
export interface SeenAddress {
  /** As the service tells it; undefined if it does not. */
  readonly seen: string | undefined
  /** The same where we had sent `FORGED_ADDRESS` as our own. */
  readonly seenWhenForged: string | undefined
  /** Our own address, and the one that was called, on our connection. */
  readonly localAddress: string
  readonly remoteAddress: string
}

const NAT_HERE = 'right if that is the public address of this network'
const SET_TRUST =
  'Set REKEY_TRUST_PROXY to the number of your proxies, or to their addresses, and have each send X-Forwarded-For.'

/**
 * Judges what can be known from one place. Where our own host is the one that was called, our address and the proxy's
 * are the same; and where there is NAT before us, only a person knows our public address.
 */
export function examineClientAddress(known: SeenAddress): Finding {
  const [local, remote] = [canonical(known.localAddress), canonical(known.remoteAddress)]
  const [seen, seenWhenForged] = [canonical(known.seen), canonical(known.seenWhenForged)]
  if (seen === '' || seenWhenForged === '') return notChecked('client-address', 'Rekey did not tell it')
  if (isLoopbackAddress(remote)) {
    return notChecked('client-address', 'the call went over the loopback: look from another host')
  }
  if (seenWhenForged === FORGED_ADDRESS) {
    const found = 'Rekey believes any address that a caller makes up'
    const fix =
      'Have the proxy set X-Forwarded-For (a bare proxy_pass of nginx hands on what the caller wrote), and name no more proxies in REKEY_TRUST_PROXY than there are.'
    return fault('client-address', 'forged-address-believed', found, fix)
  }
  if (seen === local && seen === remote) {
    const found = 'this is the host that was called, whose address its proxy has too: look from another host'
    return notChecked('client-address', found)
  }
  if (seen === local) return ok('client-address', `Rekey counts this host by its own address, ${seen}`)
  if (isLoopbackAddress(seen) || seen === remote || (isPrivate(seen) && !isPrivate(local))) {
    const found = `Rekey counts everybody by the address of a proxy, ${seen}`
    return fault('client-address', 'address-is-a-proxy', found, SET_TRUST)
  }
  const found = `Rekey counts this host by ${seen}, while its calls leave from ${local}`
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
