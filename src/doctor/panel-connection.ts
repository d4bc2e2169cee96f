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

/** Checks the panel's name, the connection and the certificate, without sending anything. */
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
    return fault('name', 'name-unknown', `the name ${host} doesn’t exist`, 'Correct the host in HESTIA_URL.')
  }
  return fault(
    'name',
    'name-not-resolved',
    `no name server answers for ${host} (${found.failure})`,
    'Check this host’s name servers (/etc/resolv.conf).',
  )
}

async function findConnection({ url, timeoutMs }: PanelPlace): Promise<Finding> {
  const place = `port ${portOf(url)} of ${hostOf(url)}`
  const found = await openConnection(url, timeoutMs)
  if (!('failure' in found))
    return ok('connection', `${place} answers; this host calls from ${found.localAddress}`)
  switch (found.failure) {
    case 'ECONNREFUSED':
      return fault(
        'connection',
        'connection-refused',
        `${place} refuses connections`,
        'Correct the port in HESTIA_URL (the panel’s default is 8083), or start the panel: systemctl start hestia',
      )
    case 'ETIMEDOUT':
      return fault(
        'connection',
        'connection-timed-out',
        `${place} doesn’t answer`,
        'Open the port for this host in the panel’s firewall, and check that fail2ban there hasn’t banned this host.',
      )
    default:
      return fault(
        'connection',
        'connection-failed',
        `${place} can’t be reached (${found.failure})`,
        'Check the network between this host and the panel.',
      )
  }
}

async function findTls({ url, trust, timeoutMs, now }: PanelPlace): Promise<readonly Finding[]> {
  if (url.protocol === 'http:') return [ok('tls', 'not in use: plain HTTP that stays on this host')]
  const found = await shakeHands(url, trust.ca, timeoutMs)
  if (!('failure' in found)) return examineCertificate(hostOf(url), found, trust, now())
  const fix = 'Correct the port in HESTIA_URL: the panel’s default is 8083, which uses TLS.'
  return [fault('tls', 'tls-failed', `the TLS handshake failed (${found.failure})`, fix)]
}
