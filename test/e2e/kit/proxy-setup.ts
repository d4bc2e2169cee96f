import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCertificate } from '../../panel-simulator/server/certificate.js'
import { freePort } from './programs.js'
import { scratchDirectory } from './scratch.js'

/** The host names that deploy/ gives as examples. */
export const HOSTS = { own: 'password.example.com', shared: 'www.example.com' } as const

/** A proxy with TLS before the service. */
export interface FrontProxy {
  readonly port: number
  /** Without TLS. */
  readonly plainPort: number
  /** PEM file with the authority of its certificate. */
  readonly caFile: string
}

/** What every proxy here is started with. */
export interface ProxySetup extends FrontProxy {
  readonly directory: string
  readonly keyFile: string
  /** Writes a file of the proxy's own and gives its path. */
  file(name: string, text: string): string
}

/** A directory, free ports, and a certificate for every host name that is used. */
export async function setUpProxy(name: string, more: readonly string[] = []): Promise<ProxySetup> {
  const directory = scratchDirectory(name)
  const file = (fileName: string, text: string): string => {
    const path = join(directory, fileName)
    writeFileSync(path, text)
    return path
  }
  const hosts = ['localhost', '127.0.0.1', ...Object.values(HOSTS), ...more]
  const { certificate, key } = await createCertificate({ hosts })
  return {
    directory,
    file,
    port: await freePort(),
    plainPort: await freePort(),
    caFile: file('certificate.pem', certificate),
    keyFile: file('key.pem', key),
  }
}

/** What stands in deploy/ for the certificates, and what holds here. */
export function certificates({ caFile, keyFile }: ProxySetup): Record<string, string> {
  return Object.fromEntries(
    Object.values(HOSTS).flatMap((host) => [
      [`/etc/ssl/rekey/${host}.pem`, caFile],
      [`/etc/ssl/rekey/${host}.key`, keyFile],
    ]),
  )
}
