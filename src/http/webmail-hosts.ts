import type { Request, RequestHandler } from 'express'
import { compile } from 'proxy-addr'
import { parseClientAddress } from '../core/client-address.js'

/** The request does not come from a webmail server that the operator named. */
export class UnknownWebmailHost extends Error {
  override readonly name = 'UnknownWebmailHost'
}

/** What a proxy adds to the requests that it hands on. */
const PROXY_HEADER = /^(?:forwarded|via|x-real-ip|x-forwarded-.*)$/

/**
 * Refuses requests that come from none of these addresses and networks.
 *
 * @param networks in the form of Express's `trust proxy`
 */
export function createWebmailHostCheck(networks: readonly string[]): RequestHandler {
  const isWebmailHost = compile([...networks])

  function comesFromWebmail(request: Request): boolean {
    // A proxy that is not trusted hands on everybody's requests under its own address, which may be the loopback's.
    const passedProxy = Object.keys(request.headers).some((name) => PROXY_HEADER.test(name))
    if (passedProxy && request.ips.length === 0) return false
    const address = parseClientAddress(request.ip ?? '')
    return address !== undefined && isWebmailHost(address, 0)
  }

  return function refuseOtherHosts(request, _response, next) {
    next(comesFromWebmail(request) ? undefined : new UnknownWebmailHost())
  }
}
