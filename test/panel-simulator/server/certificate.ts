import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import selfsigned from 'selfsigned'

/** A certificate with its key. */
export interface Certificate {
  /** PEM */
  readonly certificate: string
  /** PEM */
  readonly key: string
  /** SHA-256 in the form of `openssl x509 -fingerprint -sha256`: `AA:BB:…` */
  readonly fingerprint: string
}

interface CertificateOptions {
  readonly hosts?: readonly string[]
  readonly notBefore?: Date
  readonly notAfter?: Date
  /** Who signs it; by default it is its own authority, as a fresh panel's is. */
  readonly issuer?: Certificate
  /** By default it may be shown by servers and clients. */
  readonly forClientsOnly?: boolean
}

const DAY_MS = 86_400_000

/** Makes a certificate that may sign others too, as a fresh panel's may. */
export async function createCertificate({
  hosts = ['localhost', '127.0.0.1', '::1'],
  notBefore = new Date(Date.now() - DAY_MS),
  notAfter = new Date(Date.now() + 30 * DAY_MS),
  issuer,
  forClientsOnly = false,
}: CertificateOptions = {}): Promise<Certificate> {
  const pems = await selfsigned.generate([{ name: 'commonName', value: hosts[0] ?? 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: notBefore,
    notAfterDate: notAfter,
    ...(issuer ? { ca: { cert: issuer.certificate, key: issuer.key } } : {}),
    extensions: [
      { name: 'basicConstraints', cA: true },
      ...(forClientsOnly ? [{ name: 'extKeyUsage' as const, clientAuth: true }] : []),
      {
        name: 'subjectAltName',
        altNames: hosts.map((host) => (isIP(host) ? { type: 7, ip: host } : { type: 2, value: host })),
      },
    ],
  })
  const { fingerprint256 } = new X509Certificate(pems.cert)
  return { certificate: pems.cert, key: pems.private, fingerprint: fingerprint256 }
}

let shared: Promise<Certificate> | undefined

/** One certificate for all simulators of the process: generating a key for each test would be slow. */
export function sharedCertificate(): Promise<Certificate> {
  shared ??= createCertificate()
  return shared
}
