import { isLoopbackAddress } from '../lib/ip-address.js'
import type { Host, TlsServer } from './host.js'
import type { WebHost } from './survey.js'

/** A host name with TLS through which programs on this host reach the page. */
export interface Door extends WebHost {
  readonly address: string
  readonly server: TlsServer
}

/** A limit, because each host that doesn't answer takes seconds. */
const MAX_TRIES = 8

/**
 * The first candidate that this host can reach by its name, with a certificate for that name. Prefers one whose certificate is
 * trusted.
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
