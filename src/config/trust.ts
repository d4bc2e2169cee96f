import { X509Certificate } from 'node:crypto'
import type { ServerTrust } from '../lib/server-trust.js'
import { type AddFault, readFile } from './environment.js'

/**
 * Trust by file or by fingerprint, but not both; without either, by the system's authorities.
 *
 * @param prefix the start of the variables' names, such as `HESTIA`
 */
export function selectTrust(
  prefix: string,
  caFile: string | undefined,
  certificateSha256: string | undefined,
  addFault: AddFault,
): ServerTrust {
  const [fileName, pinName] = [`${prefix}_CA_FILE`, `${prefix}_CERT_SHA256`]
  if (caFile !== undefined && certificateSha256 !== undefined) {
    addFault(`${fileName} and ${pinName} are both set: remove one of them`)
  }
  if (certificateSha256 !== undefined) return { certificateSha256 }
  const ca = caFile === undefined ? undefined : readFile(fileName, caFile, addFault)
  if (ca === undefined) return {}
  if (!isCertificate(ca)) addFault(`${fileName} contains no certificate in PEM format`)
  return { ca }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).fingerprint256 !== ''
  } catch {
    return false
  }
}
