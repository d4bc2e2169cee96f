import { join } from 'node:path'
import express, { type Express } from 'express'
import type { Logger } from 'pino'
import { brandView } from '../branding/brand.js'
import type { Config } from '../config/load.js'
import { ASSETS, viewsDirectories } from '../config/views-folder.js'
import type { RecordAttempt } from '../core/attempt-context.js'
import type { CheckPolicy } from '../core/password/policy.js'
import type { CheckReadiness } from '../core/readiness.js'
import { createApiRouter } from '../http/api/api.js'
import { sendJson } from '../http/api/problem.js'
import { createAssetsRouter } from '../http/assets.js'
import { createProxyTrust } from '../http/forwarded-address.js'
import { createHealthRouter } from '../http/health.js'
import { createLanguages } from '../http/negotiate-language.js'
import { createPageRouter } from '../http/page/page.js'
import type { PagePolicy } from '../http/page/script-view.js'
import { createRender } from '../http/page/templates.js'
import { createRequestContext } from '../http/request-context.js'
import { refuseUnknownPath } from '../http/route-methods.js'
import { createFraming, createSecurityHeaders } from '../http/security-headers.js'
import type { Actions } from '../http/submission/actions.js'
import { createClientCheck } from '../http/submission/clients.js'
import { createEarlyRefusal } from '../http/submission/early-refusal.js'
import { createGuards } from '../http/submission/guards.js'
import type { HeldAnswers } from '../http/submission/held-answers.js'
import type { Pipeline } from '../http/submission/pipeline.js'
import { createWebmailRouter } from '../http/webmail/webmail.js'
import { createWebmailHostCheck } from '../http/webmail/webmail-hosts.js'
import { createWellKnownRouter } from '../http/well-known.js'
import type { Clock } from '../lib/clock.js'
import type { AddressLimit } from '../limits/address-limit.js'

const NO_ADDRESS =
  'a trusted proxy (REKEY_TRUST_PROXY) sends no address in X-Forwarded-For, so everyone behind it counts as one person: set the header in the proxy'

/** The paths of attempts, relative to the base path, which is one itself. */
const ATTEMPT_PATHS = [
  'help',
  'link',
  'link/end',
  'recover',
  'recovery-address',
  'recovery-address/confirm',
  'recovery-address/remove',
  'api/v1/password-changes',
  'api/v1/recovery-links',
  'api/v1/recovery-links/end',
  'api/v1/recovery-requests',
  'api/v1/recovery-addresses',
  'api/v1/recovery-addresses/confirm',
  'api/v1/recovery-addresses/remove',
]

/** What the requests are answered with. */
interface HandlerParts {
  readonly version: string
  readonly pipeline: Pipeline
  readonly actions: Actions
  readonly policy: PagePolicy
  readonly checkPolicy: CheckPolicy
  /** Called when a form for a new password is shown, because a password may come soon. */
  readonly expectPassword: () => void
  readonly checkReadiness: CheckReadiness
  readonly addressLimit: AddressLimit
  readonly held: HeldAnswers
  readonly recordAttempt: RecordAttempt
  readonly logger: Logger
  readonly clock: Clock
  readonly randomId: () => string
}

/** Every path of the service, and what each request passes before it, in order. */
export function createHandler(config: Config, parts: HandlerParts): Express {
  const { pipeline, policy, expectPassword, checkReadiness, addressLimit, held, recordAttempt } = parts
  const { logger, clock, randomId } = parts
  const { basePath } = config
  const languages = createLanguages(config.catalogues, config.language)
  const views = viewsDirectories(config.viewsDirectory)
  const brand = brandView(config.brand)
  const guards = createGuards(
    addressLimit.guard,
    createClientCheck(config.clients),
    createWebmailHostCheck(config.webmailAddresses),
  )
  const routes = {
    pipeline,
    actions: parts.actions,
    guards,
    proofs: config.proofs,
    policy,
    checkPolicy: parts.checkPolicy,
    basePath,
    version: parts.version,
  }
  // Other programs expect these at the root, whatever the base path is.
  const fixedPaths = [createWellKnownRouter(basePath, config.securityContact), createWebmailRouter(routes)]

  const handler = express()
  const isOnSocket = config.handedSocket !== undefined || 'path' in config.listen
  handler.set('trust proxy', createProxyTrust(config.trustProxy, isOnSocket))
  handler.set('etag', false)
  handler.enable('case sensitive routing')
  handler.disable('x-powered-by')
  handler.use(
    createRequestContext(clock, randomId, (proxy) => {
      logger.warn({ event: 'address-not-handed-on', proxy, detail: NO_ADDRESS })
    }),
  )
  const mount = basePath === '' ? '/' : basePath
  const early = { refusalOf: addressLimit.refusalOf, messagesFor: languages.messagesFor, held, clock }
  for (const path of [mount, ...ATTEMPT_PATHS.map((path) => `${basePath}/${path}`)]) {
    handler.post(path, createEarlyRefusal({ ...early, recordAttempt }))
  }
  handler.post(`${basePath}/api/v1/password-policy`, createEarlyRefusal(early))
  handler.use(...createSecurityHeaders())
  const own = config.viewsDirectory === undefined ? [] : [join(config.viewsDirectory, 'assets')]
  handler.use(`${basePath}/assets`, createAssetsRouter([...own, ASSETS], config.brand))
  handler.use(languages.setLanguage)
  handler.use(...fixedPaths)
  handler.use(mount, ...fixedPaths, createHealthRouter(checkReadiness))
  handler.use(`${basePath}/api/v1`, createApiRouter({ ...routes, requestTimeoutMs: config.requestTimeoutMs }))
  handler.use(
    mount,
    ...createFraming(config.frameAncestors),
    createPageRouter({ ...routes, render: createRender(views, { brand }), languages, brand, expectPassword }),
  )
  handler.use(refuseUnknownPath, pipeline.onError(sendJson))
  return handler
}
