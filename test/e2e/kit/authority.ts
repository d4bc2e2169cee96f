import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCertificate } from '../../panel-simulator/server/certificate.js'
import { scratchDirectory } from './scratch.js'

/** Writes a PEM file with an authority that none of these servers' certificates is from. */
export async function createStrangeAuthority(): Promise<string> {
  const path = join(scratchDirectory('authority'), 'authority.pem')
  const { certificate } = await createCertificate()
  writeFileSync(path, certificate)
  return path
}
