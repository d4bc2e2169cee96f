import { expect, it } from 'vitest'
import { diagnose, startScopedPanel } from '../kit/doctor.js'
import { scratchFile } from '../kit/service.js'
import { createCertificate } from '../panel-simulator/server/certificate.js'

const DAY_MS = 86_400_000
const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS)

it('of the panel’s certificate, the doctor tells what to pin where nobody vouches for it, and how to compare it on the panel', async () => {
  const panel = await startScopedPanel()
  const { gist, text } = await diagnose(panel, { HESTIA_CA_FILE: '' })
  expect(gist).toMatchObject({ tls: 'tls-unknown-issuer', api: 'not-checked', clock: 'not-checked' })
  expect(text('tls')).toContain(`set HESTIA_CERT_SHA256=${panel.certificate.fingerprint}\n`)
  expect(text('tls')).toContain('openssl x509 -in /usr/local/hestia/ssl/certificate.crt')
  expect(panel.calls).toEqual([])
  const pinned = { HESTIA_CA_FILE: '', HESTIA_CERT_SHA256: panel.certificate.fingerprint }
  expect((await diagnose(panel, pinned)).gist).toMatchObject({ tls: 'ok', key: 'ok' })
})

it('of the panel’s certificate, the doctor tells that the file does not vouch for it', async () => {
  const panel = await startScopedPanel()
  const { certificate } = await createCertificate()
  const { gist, text } = await diagnose(panel, { HESTIA_CA_FILE: scratchFile(certificate) })
  expect(gist.tls).toBe('tls-unknown-issuer')
  expect(text('tls')).toContain('the authority in HESTIA_CA_FILE hasn’t signed')
})

it('of the panel’s certificate, the doctor tells that it is not the pinned one', async () => {
  const panel = await startScopedPanel()
  const { fingerprint } = await createCertificate()
  const { gist } = await diagnose(panel, { HESTIA_CA_FILE: '', HESTIA_CERT_SHA256: fingerprint })
  expect(gist).toMatchObject({ tls: 'tls-pin-differs', key: 'not-checked' })
  expect(panel.calls).toEqual([])
})

it('of the panel’s certificate, the doctor tells that it is for other names, and which', async () => {
  const certificate = await createCertificate({ hosts: ['panel.example.com', '192.0.2.1'] })
  const panel = await startScopedPanel({ certificate })
  const { gist, text } = await diagnose(panel)
  expect(gist.tls).toBe('tls-wrong-name')
  expect(text('tls')).toContain('isn’t for 127.0.0.1: it is for panel.example.com, 192.0.2.1\n')
})

it('of the panel’s certificate, the doctor prints no text of a certificate that is no name', async () => {
  const certificate = await createCertificate({ hosts: ['x\u001b[31m canary', 'good.example'] })
  const panel = await startScopedPanel({ certificate })
  const { text } = await diagnose(panel)
  expect(text('tls')).toContain('it is for good.example\n')
  expect(text('tls')).not.toContain('\u001b')
})

it('of the panel’s certificate, the doctor tells when it expired, or begins, or that it soon expires', async () => {
  const tlsOf = async (notBefore: Date, notAfter: Date) => {
    const certificate = await createCertificate({ notBefore, notAfter })
    const panel = await startScopedPanel({ certificate })
    return await diagnose(panel)
  }
  const expired = await tlsOf(inDays(-9), inDays(-1))
  expect(expired.gist).toMatchObject({ tls: 'tls-expired', api: 'not-checked' })
  expect(expired.text('tls')).toContain(inDays(-1).toISOString().slice(0, 10))
  expect((await tlsOf(inDays(2), inDays(9))).gist.tls).toBe('tls-not-yet-valid')
  const soon = await tlsOf(inDays(-1), inDays(5))
  expect(soon.gist).toMatchObject({ tls: 'tls-expires-soon', key: 'ok' })
})

it('of the panel’s certificate, the doctor tells OpenSSL’s word for what has none of ours', async () => {
  const certificate = await createCertificate({ forClientsOnly: true })
  const panel = await startScopedPanel({ certificate })
  const { gist, text } = await diagnose(panel)
  expect(gist).toMatchObject({ tls: 'tls-untrusted', api: 'not-checked' })
  expect(text('tls')).toContain('(INVALID_PURPOSE)')
  expect(text('tls')).toContain(`set HESTIA_CERT_SHA256=${certificate.fingerprint}\n`)
  expect(panel.calls).toEqual([])
  const pinned = { HESTIA_CA_FILE: '', HESTIA_CERT_SHA256: certificate.fingerprint }
  expect((await diagnose(panel, pinned)).gist).toMatchObject({ tls: 'ok', key: 'ok' })
})

it('of the panel’s certificate, the doctor tells that it hangs on one that expired', async () => {
  const issuer = await createCertificate({
    hosts: ['authority.example'],
    notBefore: inDays(-9),
    notAfter: inDays(-1),
  })
  const panel = await startScopedPanel({ certificate: await createCertificate({ issuer }) })
  const { gist, text } = await diagnose(panel, { HESTIA_CA_FILE: scratchFile(issuer.certificate) })
  expect(gist).toMatchObject({ tls: 'tls-untrusted', api: 'not-checked' })
  expect(text('tls')).toContain('(CERT_HAS_EXPIRED)')
})

it('of the panel’s certificate, the doctor tells all that is wrong with it at once', async () => {
  const certificate = await createCertificate({
    hosts: ['panel.example.com'],
    notBefore: inDays(-9),
    notAfter: inDays(-1),
  })
  const panel = await startScopedPanel({ certificate })
  const { gist } = await diagnose(panel, { HESTIA_CA_FILE: '' })
  expect(gist.tls).toContain('tls-wrong-name tls-expired')
})
