import { isLoopbackAddress } from '../lib/ip-address.js'
import type { Host, TlsServer } from './host.js'
import type { WebHost } from './survey.js'

/** A host name with TLS by which programs of this host reach the page. */
export interface Door extends WebHost {
  readonly address: string
  readonly server: TlsServer
}

/** More than these are not tried: each that leads nowhere takes seconds. */
const MAX_TRIES = 8

/**
 * The first of the hosts that its name leads to from here, with a certificate for that name: one that an authority
 * vouches for, if there is one.
 */
export async function findDoor(host: Host, candidates: readonly WebHost[]): Promise<Door | undefined> {
  let pinned: Door | undefined
  for (const candidate of candidates.slice(0, MAX_TRIES)) {
    const address = (await host.resolve(candidate.name)).find((found) => !isLoopbackAddress(found))
    const server = address && (await host.meetTls(address, 443, candidate.name))
    if (!address || !server) continue
    const door = { ...candidate, address, server }
    if (server.isTrusted) return door
    if (server.names.includes(candidate.name)) pinned ??= door
  }
  return pinned
}
