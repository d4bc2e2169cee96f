import type { ListenAddress, ListenSocket } from '../http/listen.js'
import { isLoopback } from '../lib/ip-address.js'
import { type Finding, ok, warning } from './finding.js'

interface ProxySettings {
  readonly listen: ListenAddress | ListenSocket
  /** From `REKEY_TRUST_PROXY`. */
  readonly trustProxy: number | readonly string[]
}

const FROM_OUTSIDE = 'run the doctor with --url'

/** Checks the settings for a proxy. Only a call from outside can check the rest. */
export function examineProxySettings({ listen, trustProxy }: ProxySettings): readonly Finding[] {
  if ('path' in listen) return [ok('proxy', `Rekey listens on ${listen.path}; ${FROM_OUTSIDE} to be sure`)]
  const { host } = listen
  const trustsNobody = trustProxy === 0
  const isLocal = isLoopback(host.includes(':') ? `[${host}]` : host)
  if (isLocal && trustsNobody) {
    const found = `Rekey listens on ${host} and trusts no proxy: behind one, it sees the proxy’s address for everyone`
    const fix = `Behind a proxy on this host, set REKEY_TRUST_PROXY=loopback, then ${FROM_OUTSIDE}.`
    return [warning('proxy', 'proxy-not-trusted', found, fix)]
  }
  if (!isLocal) {
    const found = `Rekey listens on ${host}, a network address, without TLS: passwords cross that network in plain text`
    const fix = `If the proxy is on this host, set REKEY_HOST=127.0.0.1; otherwise make sure that nobody can eavesdrop. Then ${FROM_OUTSIDE}.`
    return [warning('proxy', 'listens-in-clear', found, fix)]
  }
  return [ok('proxy', `no problem in the settings; ${FROM_OUTSIDE} to be sure`)]
}
