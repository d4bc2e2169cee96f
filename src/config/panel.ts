import * as z from 'zod'
import type { ServerTrust } from '../lib/server-trust.js'
import type { PanelCredentials } from '../panel/credentials.js'
import type { AddFault } from './environment.js'
import {
  fault,
  fingerprint,
  integer,
  isHttpsOrLoopback,
  isOrigin,
  secret,
  url,
  type ValuesOf,
} from './fields.js'
import { selectTrust } from './trust.js'

export const title = 'The panel'

export const variables = {
  HESTIA_URL: panelUrl().describe(
    'Required. The panel’s address, such as `https://panel.example.com:8083`. Plain `http://` is accepted only for the loopback.',
  ),
  HESTIA_ACCESS_KEY: secret().describe(
    'The ID of the access key (20 letters and digits). Set exactly one kind of credentials.',
  ),
  HESTIA_SECRET_KEY: secret().describe(
    'The secret of the access key (40 characters: letters, digits, `_ = -`).',
  ),
  HESTIA_API_KEY: secret().describe(
    'Instead of an access key: a legacy API key, or both parts of an access key as `ACCESS:SECRET`.',
  ),
  HESTIA_ADMIN_USER: z
    .string()
    .optional()
    .describe('Deprecated. Instead of an access key: the name of an administrator.'),
  HESTIA_ADMIN_PASSWORD: secret().describe('The administrator’s password.'),
  HESTIA_CA_FILE: z
    .string()
    .optional()
    .describe(
      'If the panel’s certificate is self-signed: a PEM file with it, or with the authority that signed it.',
    ),
  HESTIA_CERT_SHA256: fingerprint()
    .optional()
    .describe(
      'Instead of `HESTIA_CA_FILE`: the certificate’s fingerprint, as `openssl x509 -noout -fingerprint -sha256` prints it.',
    ),
  HESTIA_TIMEOUT_MS: integer(100, 60_000, 15_000).describe(
    'The time-out of one panel command, in milliseconds.',
  ),
  HESTIA_MAX_CONCURRENCY: integer(1, 100, 8).describe(
    'The maximum number of panel commands at the same time. Rekey may run fewer.',
  ),
  HESTIA_MAX_QUEUE: integer(0, 10_000, 128).describe(
    'The maximum number of panel commands in the queue. Beyond it, Rekey answers `panel-busy`.',
  ),
}

const NOTHING_ELSE = 'without quotes, spaces or a name before it'
const ACCESS_KEY = /^[0-9A-Za-z]{20}$/
const SECRET_KEY = /^[0-9A-Za-z_=-]{40}$/

type Values = ValuesOf<typeof variables>

/** The panel's address, Rekey's credentials for it, and limits on panel commands. */
export function select(values: Values, addFault: AddFault) {
  return {
    panel: Object.freeze({
      url: values.HESTIA_URL,
      // Undefined is an error, and then the configuration isn't used.
      credentials: selectCredentials(values, addFault) as PanelCredentials,
      trust: selectPanelTrust(values, addFault),
      timeoutMs: values.HESTIA_TIMEOUT_MS,
      maxConcurrency: values.HESTIA_MAX_CONCURRENCY,
      maxQueue: values.HESTIA_MAX_QUEUE,
    }),
  }
}

/** The panel's origin; plain HTTP only on the loopback. */
function panelUrl() {
  const message = 'must be the address of the panel, such as https://panel.example.com:8083'
  return url(message, (panel, context) => {
    if (panel.protocol !== 'https:' && panel.protocol !== 'http:') return undefined
    if (!isOrigin(panel)) return fault(context, `${message}, with nothing after the port`)
    if (!isHttpsOrLoopback(panel)) {
      return fault(context, 'must begin with https://, unless it is an address of the loopback')
    }
    return panel
  })
}

/** Exactly one kind of credentials, complete. */
function selectCredentials(values: Values, addFault: AddFault): PanelCredentials | undefined {
  const {
    HESTIA_ACCESS_KEY: accessKey,
    HESTIA_SECRET_KEY: secretKey,
    HESTIA_API_KEY: key,
    HESTIA_ADMIN_USER: user,
    HESTIA_ADMIN_PASSWORD: password,
  } = values
  const kinds = [accessKey ?? secretKey, key, user ?? password].filter((given) => given !== undefined)
  if (kinds.length !== 1) {
    addFault(
      `HESTIA_ACCESS_KEY and HESTIA_SECRET_KEY must be set, or HESTIA_API_KEY, or HESTIA_ADMIN_USER and HESTIA_ADMIN_PASSWORD: ` +
        `exactly one kind of credentials; ${kinds.length === 0 ? 'none is' : 'several are'} set`,
    )
    return undefined
  }
  if (key) {
    const [id = '', secret] = key.reveal().split(/:(.*)/s)
    if (secret !== undefined && !(ACCESS_KEY.test(id) && SECRET_KEY.test(secret))) {
      addFault(
        `HESTIA_API_KEY must be a legacy API key, or an access key: its ID of 20 letters and digits, a colon, and its secret of 40 characters, ${NOTHING_ELSE}`,
      )
    }
    return { kind: 'api-key', key }
  }
  if (accessKey && secretKey) {
    checkAccessKey(accessKey.reveal(), secretKey.reveal(), addFault)
    return { kind: 'access-key', accessKey, secretKey }
  }
  if (user !== undefined && password) return { kind: 'admin-password', user, password }
  const half =
    user !== undefined || password
      ? ['HESTIA_ADMIN_USER', 'HESTIA_ADMIN_PASSWORD']
      : ['HESTIA_ACCESS_KEY', 'HESTIA_SECRET_KEY']
  addFault(`${half.join(' and ')} must both be set`)
  return undefined
}

/**
 * Checks that both parts of an access key look like those that the panel makes (docs/hestia.md). The panel counts each use of a
 * wrong key as a failed login.
 */
function checkAccessKey(accessKey: string, secretKey: string, addFault: AddFault): void {
  if (ACCESS_KEY.test(secretKey) && SECRET_KEY.test(accessKey)) {
    addFault('HESTIA_ACCESS_KEY and HESTIA_SECRET_KEY are swapped: the secret is the longer one')
    return
  }
  // An empty value means that its file can't be read, which has been reported.
  if (accessKey !== '' && !ACCESS_KEY.test(accessKey)) {
    addFault(`HESTIA_ACCESS_KEY must be 20 letters and digits, ${NOTHING_ELSE}`)
  }
  if (secretKey !== '' && !SECRET_KEY.test(secretKey)) {
    addFault(`HESTIA_SECRET_KEY must be 40 letters, digits and signs of _ = -, ${NOTHING_ELSE}`)
  }
}

/** Without TLS there is no certificate to trust. */
function selectPanelTrust(values: Values, addFault: AddFault): ServerTrust {
  const { HESTIA_URL: url, HESTIA_CA_FILE: caFile, HESTIA_CERT_SHA256: certificateSha256 } = values
  if (url?.protocol === 'http:' && (caFile ?? certificateSha256) !== undefined) {
    addFault(
      'HESTIA_URL begins with http://, so HESTIA_CA_FILE and HESTIA_CERT_SHA256 have no effect: remove them',
    )
  }
  return selectTrust('HESTIA', caFile, certificateSha256, addFault)
}
