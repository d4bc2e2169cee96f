import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import selfsigned from 'selfsigned'

/** A certificate with its key. */
export interface Certificate {
  /** PEM. */
  readonly certificate: string
  /** PEM. */
  readonly key: string
  /** SHA-256 as `openssl x509 -fingerprint -sha256` prints it: `AA:BB:…` */
  readonly fingerprint: string
}

interface CertificateOptions {
  readonly hosts?: readonly string[]
  readonly notBefore?: Date
  readonly notAfter?: Date
  /** The certificate that signs it. By default it is self-signed, like a new panel's. */
  readonly issuer?: Certificate
  /** Default: for servers and clients. */
  readonly forClientsOnly?: boolean
}

const DAY_MS = 86_400_000

/** Creates a certificate that can sign others, like a new panel's. */
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

/** One certificate for all simulators of the process, because generating a key for each test would be slow. */
export function sharedCertificate(): Promise<Certificate> {
  shared ??= createCertificate()
  return shared
}
