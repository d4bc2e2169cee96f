import { isIP } from 'node:net'
import type { ServerTrust } from '../lib/server-trust.js'
import { examineCertificate } from './certificate.js'
import { type Finding, fault, ok } from './finding.js'
import type { Step } from './in-order.js'
import { hostOf, openConnection, portOf, resolveName, shakeHands } from './reach.js'

interface PanelPlace {
  readonly url: URL
  readonly trust: ServerTrust
  readonly timeoutMs: number
  /** The time of day. */
  readonly now: () => Date
}

/** Whether the panel's name is known, it can be connected to, and its certificate be trusted. Nothing is sent to it. */
export function connectionSteps(panel: PanelPlace): readonly Step[] {
  return [
    { check: 'name', find: async () => [await findName(panel)] },
    { check: 'connection', find: async () => [await findConnection(panel)] },
    { check: 'tls', find: () => findTls(panel) },
  ]
}

async function findName({ url, timeoutMs }: PanelPlace): Promise<Finding> {
  const host = hostOf(url)
  if (isIP(host) !== 0) return ok('name', `${host} is an address`)
  const found = await resolveName(url, timeoutMs)
  if (!('failure' in found)) return ok('name', `${host} is ${found.join(', ')}`)
  if (found.failure === 'ENOTFOUND') {
    return fault('name', 'name-unknown', `nobody knows the name ${host}`, 'Correct the host in HESTIA_URL.')
  }
  return fault(
    'name',
    'name-not-resolved',
    `no name server tells the address of ${host} (${found.failure})`,
    'See to the name servers of this host (/etc/resolv.conf).',
  )
}

async function findConnection({ url, timeoutMs }: PanelPlace): Promise<Finding> {
  const place = `port ${portOf(url)} of ${hostOf(url)}`
  const found = await openConnection(url, timeoutMs)
  if (!('failure' in found))
    return ok('connection', `${place} answers; calls leave from ${found.localAddress}`)
  switch (found.failure) {
    case 'ECONNREFUSED':
      return fault(
        'connection',
        'connection-refused',
        `${place} takes no connection`,
        'Correct the port in HESTIA_URL (8083 is the panel’s own), or start the panel: systemctl start hestia',
      )
    case 'ETIMEDOUT':
      return fault(
        'connection',
        'connection-timed-out',
        `${place} does not answer`,
        'Open the port for this host in the panel’s firewall, and see that its fail2ban has not banned it.',
      )
    default:
      return fault(
        'connection',
        'connection-failed',
        `${place} can’t be reached (${found.failure})`,
        'See to the network between this host and the panel.',
      )
  }
}

async function findTls({ url, trust, timeoutMs, now }: PanelPlace): Promise<readonly Finding[]> {
  if (url.protocol === 'http:') return [ok('tls', 'plain HTTP, which stays on this host')]
  const found = await shakeHands(url, trust.ca, timeoutMs)
  if (!('failure' in found)) return examineCertificate(hostOf(url), found, trust, now())
  const fix = 'Correct the port in HESTIA_URL: 8083 is the panel’s own, and speaks TLS.'
  return [fault('tls', 'tls-failed', `no TLS could be agreed on (${found.failure})`, fix)]
}
