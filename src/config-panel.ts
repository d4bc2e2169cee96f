import { X509Certificate } from 'node:crypto'
import type { Values } from './config.js'
import { type AddFault, readFile } from './environment.js'
import type { PanelCredentials } from './panel/credentials.js'
import type { PanelTrust } from './panel/dispatcher.js'

/** Exactly one kind of credentials, whole. */
export function selectCredentials(values: Values, addFault: AddFault): PanelCredentials | undefined {
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
      `HESTIA_ACCESS_KEY and HESTIA_SECRET_KEY must be set, or else HESTIA_API_KEY, or else HESTIA_ADMIN_USER and ` +
        `HESTIA_ADMIN_PASSWORD: exactly one kind of credentials, not ${kinds.length === 0 ? 'none' : 'several'}`,
    )
    return undefined
  }
  if (key) return { kind: 'api-key', key }
  if (accessKey && secretKey) return { kind: 'access-key', accessKey, secretKey }
  if (user !== undefined && password) return { kind: 'admin-password', user, password }
  const half =
    user !== undefined || password
      ? ['HESTIA_ADMIN_USER', 'HESTIA_ADMIN_PASSWORD']
      : ['HESTIA_ACCESS_KEY', 'HESTIA_SECRET_KEY']
  addFault(`${half.join(' and ')} must both be set`)
  return undefined
}

/** Trust by file or by fingerprint, not both; without either, the system's authorities. */
export function selectTrust(values: Values, addFault: AddFault): PanelTrust {
  const { HESTIA_CA_FILE: caFile, HESTIA_CERT_SHA256: certificateSha256 } = values
  if (caFile !== undefined && certificateSha256 !== undefined) {
    addFault('HESTIA_CA_FILE and HESTIA_CERT_SHA256 are both set: set one of them')
  }
  if (values.HESTIA_URL?.protocol === 'http:' && (caFile ?? certificateSha256) !== undefined) {
    addFault(
      'HESTIA_URL is plain http, so there is no certificate for HESTIA_CA_FILE or HESTIA_CERT_SHA256 to trust',
    )
  }
  if (certificateSha256 !== undefined) return { certificateSha256 }
  const ca = caFile === undefined ? undefined : readFile('HESTIA_CA_FILE', caFile, addFault)
  if (ca === undefined) return {}
  if (!isCertificate(ca)) addFault('HESTIA_CA_FILE names a file that holds no certificate in PEM form')
  return { ca }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).fingerprint256 !== ''
  } catch {
    return false
  }
}
