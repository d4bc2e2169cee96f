import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCertificate } from '../../panel-simulator/server/certificate.js'
import { freePort } from './programs.js'
import { scratchDirectory } from './scratch.js'

/** The example host names in deploy/. */
export const HOSTS = { own: 'password.example.com', shared: 'www.example.com' } as const

/** A proxy with TLS in front of the service. */
export interface FrontProxy {
  readonly port: number
  /** Without TLS. */
  readonly plainPort: number
  /** A PEM file with the authority of its certificate. */
  readonly caFile: string
}

/** What each proxy needs to start. */
export interface ProxySetup extends FrontProxy {
  readonly directory: string
  readonly keyFile: string
  /** Writes a file for the proxy and returns its path. */
  file(name: string, text: string): string
}

/** Makes a folder, free ports, and a certificate for all host names. */
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

/** The certificate files in deploy/, and their replacements. */
export function certificates({ caFile, keyFile }: ProxySetup): Record<string, string> {
  return Object.fromEntries(
    Object.values(HOSTS).flatMap((host) => [
      [`/etc/ssl/rekey/${host}.pem`, caFile],
      [`/etc/ssl/rekey/${host}.key`, keyFile],
    ]),
  )
}
