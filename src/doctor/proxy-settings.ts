import type { ListenAddress, ListenSocket } from '../http/listen.js'
import { isLoopback } from '../lib/ip-address.js'
import { type Finding, ok, warning } from './finding.js'

interface ProxySettings {
  readonly listen: ListenAddress | ListenSocket
  /** As `REKEY_TRUST_PROXY` has it. */
  readonly trustProxy: number | readonly string[]
}

const FROM_OUTSIDE = 'look from outside with --url'

/** What the settings alone tell of the proxy in front; the rest shows from outside. */
export function examineProxySettings({ listen, trustProxy }: ProxySettings): readonly Finding[] {
  if ('path' in listen) return [ok('proxy', `Rekey listens on ${listen.path}; ${FROM_OUTSIDE} to be sure`)]
  const { host } = listen
  const trustsNobody = trustProxy === 0
  const isLocal = isLoopback(host.includes(':') ? `[${host}]` : host)
  if (isLocal && trustsNobody) {
    const found = `Rekey listens on ${host} and trusts no proxy: behind one, everybody has the proxy’s address`
    const fix = `Behind a proxy on this host set REKEY_TRUST_PROXY=loopback, then ${FROM_OUTSIDE}.`
    return [warning('proxy', 'proxy-not-trusted', found, fix)]
  }
  if (!isLocal) {
    const found = `Rekey listens on ${host}, a network address, and speaks no TLS: passwords pass there in clear`
    const fix = `Set REKEY_HOST=127.0.0.1 with the proxy on this host, or be sure that nobody listens; ${FROM_OUTSIDE}.`
    return [warning('proxy', 'listens-in-clear', found, fix)]
  }
  return [ok('proxy', `the settings may be right; ${FROM_OUTSIDE} to be sure`)]
}
