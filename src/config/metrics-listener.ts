import { z } from 'zod'
import { fault, isHost, parseUrl } from './fields.js'

/** Where a server is to listen. */
export interface ListenAddress {
  /** A name or an address; one of IPv6 without brackets. */
  readonly host: string
  readonly port: number
}

/** `HOST:PORT`, an address of IPv6 in brackets. */
export function listenAddress() {
  const message = 'must be an address and a port, such as 127.0.0.1:9464 or [::1]:9464'
  return z
    .string()
    .transform((value, context): ListenAddress => {
      const [, host = '', port = ''] = /^(\[[^\]]*\]|[^:/?#@[\]]+):(\d{1,5})$/.exec(value) ?? []
      const isAddress = parseUrl(`http://${host}/`) !== undefined && isHost(host)
      if (!isAddress || Number(port) > 65_535) return fault(context, message)
      return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
    })
    .optional()
}
