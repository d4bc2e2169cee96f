import { rmSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createCertificate } from '../panel-simulator/server/certificate.js'
import { createPanelHost, HESTIA } from './kit/panel-host.js'
import { pipe, scriptOf } from './kit/panel-script.js'

it('what the script says of the panel’s certificate gives no fingerprint to pin of a certificate that an authority signed, for that would break at its renewal', async () => {
  const host = await createPanelHost([])
  const issuer = await createCertificate({ hosts: ['authority.example'] })
  const middle = await createCertificate({ hosts: ['between.example'], issuer })
  const { certificate } = await createCertificate({ hosts: ['panel.example.com'], issuer: middle })
  host.write('ssl/certificate.crt', `${certificate}\n${middle.certificate}`)
  host.write('ssl/authority.crt', issuer.certificate)
  const script = scriptOf({ address: '192.0.2.9' })
  expect(pipe(host, script).stdout).toContain('HESTIA_CERT_SHA256=')
  const trust = { SSL_CERT_FILE: host.localized(`${HESTIA}/ssl/authority.crt`) }
  const { status, stdout, stderr } = pipe(host, script, trust)
  expect([status, stdout]).toEqual([0, ''])
  expect(stderr).toContain('leave HESTIA_CERT_SHA256 unset')
})

it('what the script says of the panel’s certificate says that the certificate is missing where it is, and fails', async () => {
  const host = await createPanelHost([])
  rmSync(host.localized(`${HESTIA}/ssl/certificate.crt`))
  const { status, stdout, stderr } = pipe(host, scriptOf({ address: '192.0.2.9' }))
  expect([status, stdout]).toEqual([1, expect.not.stringContaining('HESTIA_CERT')])
  expect(stderr).toMatch(/\nThe panel is set up, but .+ contains no readable certificate.\n$/)
})
