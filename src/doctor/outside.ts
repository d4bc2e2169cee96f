import { isLoopback } from '../lib/ip-address.js'
import { type Finding, fault, notChecked, ok, warning } from './finding.js'
import { failedIn, inOrder, type Step } from './in-order.js'
import { examineClientAddress, FORGED_ADDRESS } from './outside-address.js'
import type { CallOutside, OutsideAnswer } from './outside-call.js'
import { changedHeaders } from './outside-headers.js'

/** The service, seen from outside. */
interface Outside {
  /** The address of the page, with a slash at the end. */
  readonly url: URL
  readonly call: CallOutside
}

/** Calls the service through its proxies, as anyone can, and checks the responses. */
export async function examineOutside(outside: Outside): Promise<readonly Finding[]> {
  const service = await inOrder([{ check: 'service', find: () => findService(outside) }])
  const steps: readonly Step[] = [
    { check: 'base-path', find: async () => [await findBasePath(outside)] },
    { check: 'well-known', find: async () => [await findWellKnown(outside)] },
    { check: 'headers', find: async () => [await findHeaders(outside)] },
    { check: 'client-address', find: async () => [await findClientAddress(outside)] },
    { check: 'readiness', find: async () => [await findReadiness(outside)] },
  ]
  const failed = failedIn(service)
  const rest = await Promise.all(steps.map((step) => inOrder([step], failed)))
  return [...service, ...rest.flat()]
}

/** The codes of Node and OpenSSL for an untrusted certificate, or for a server without TLS. */
const TLS_FAILURE = /^(?:ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/

async function findService({ url, call }: Outside): Promise<readonly Finding[]> {
  const answer = await call(new URL('healthz', url))
  if ('failure' in answer) {
    const { failure } = answer
    if (TLS_FAILURE.test(failure)) {
      const fix = 'Give the proxy a certificate for this name, with its whole chain.'
      const found = `its certificate isn’t trusted, or it doesn’t use TLS (${failure})`
      return [fault('service', 'service-tls', found, fix)]
    }
    const fix = 'Correct the URL, start the proxy, or open its port.'
    return [fault('service', 'service-unreachable', `nothing answers at this URL (${failure})`, fix)]
  }
  if (answer.status !== 200 || memberOf(answer, 'status') !== 'ok') {
    const found = `a server answers at this URL, but it isn’t Rekey (status ${answer.status})`
    const fix = 'Start Rekey, correct the path, or let the proxy forward the path to Rekey unchanged.'
    return [fault('service', 'not-the-service', found, fix)]
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    const found = 'Rekey answers without TLS, so passwords cross the network in plain text'
    return [warning('service', 'service-plain-http', found, 'Let the proxy serve it over https:// only.')]
  }
  return [ok('service', 'Rekey answers at this URL')]
}

async function findBasePath({ url, call }: Outside): Promise<Finding> {
  const answer = await call(new URL('.well-known/change-password', url))
  if (leadsTo(url, answer)) return ok('base-path', `Rekey knows that its page is at ${url.pathname}`)
  const path = url.pathname.replace(/(?<=.)\/$/, '')
  return fault(
    'base-path',
    'base-path-differs',
    `the page is at ${url.pathname}, but Rekey’s links lead elsewhere`,
    `Set REKEY_BASE_PATH=${path}, and let the proxy forward the path and the Host header unchanged.`,
  )
}

async function findWellKnown({ url, call }: Outside): Promise<Finding> {
  const wellKnown = new URL('/.well-known/change-password', url)
  if (leadsTo(url, await call(wellKnown))) return ok('well-known', 'password managers find the page')
  return warning(
    'well-known',
    'well-known-missing',
    `${wellKnown.pathname} at the root doesn’t lead to the page`,
    'Let the proxy forward that path to Rekey too.',
  )
}

function leadsTo(page: URL, answer: Awaited<ReturnType<CallOutside>>): boolean {
  if ('failure' in answer || answer.status !== 303) return false
  const { location = '' } = answer.headers
  return URL.canParse(location, page.href) && new URL(location, page).href === page.href
}

async function findHeaders({ url, call }: Outside): Promise<Finding> {
  const answer = await call(url)
  const changed =
    'failure' in answer || answer.status !== 200 ? ['the page itself'] : changedHeaders(answer.headers)
  if (changed.length === 0) return ok('headers', 'the page’s headers arrive unchanged')
  const found = `not as Rekey sends them: ${changed.join(', ')}`
  const fix = 'Let the proxy forward Rekey’s response headers unchanged, without adding or removing any.'
  return fault('headers', 'headers-changed', found, fix)
}

async function findClientAddress({ url, call }: Outside): Promise<Finding> {
  const place = new URL('api/v1/client-address', url)
  const plain = await call(place)
  const forged = await call(place, { 'x-forwarded-for': FORGED_ADDRESS })
  if ('failure' in plain || 'failure' in forged) return notChecked('client-address', 'Rekey didn’t report it')
  return examineClientAddress({
    seen: memberOf(plain, 'address'),
    seenWhenForged: memberOf(forged, 'address'),
    localAddress: plain.localAddress,
    remoteAddress: plain.remoteAddress,
  })
}

async function findReadiness({ url, call }: Outside): Promise<Finding> {
  const answer = await call(new URL('readyz', url))
  const status = 'failure' in answer ? undefined : memberOf(answer, 'status')
  if (status === 'ready') return ok('readiness', 'Rekey can change passwords')
  if (status !== 'not-ready') return notChecked('readiness', 'the proxy doesn’t forward /readyz')
  const fix = 'Run `rekey doctor` without --url on Rekey’s host.'
  return fault('readiness', 'service-not-ready', 'Rekey can’t change passwords now', fix)
}

/** A member of the JSON body, if it is a string. */
function memberOf({ body }: OutsideAnswer, name: string): string | undefined {
  try {
    const member: unknown = JSON.parse(body)?.[name]
    return typeof member === 'string' ? member : undefined
  } catch {
    return undefined
  }
}
