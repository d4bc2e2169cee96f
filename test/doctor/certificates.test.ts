import { expect, it } from 'vitest'
import { diagnose, startScopedPanel } from '../kit/doctor.js'
import { scratchFile } from '../kit/service.js'
import { createCertificate } from '../panel-simulator/server/certificate.js'

const DAY_MS = 86_400_000
const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS)

it('about the panel’s certificate, the doctor says what to pin if no authority signed it, and how to compare it on the panel', async () => {
  const panel = await startScopedPanel()
  const { gist, text } = await diagnose(panel, { HESTIA_CA_FILE: '' })
  expect(gist).toMatchObject({ tls: 'tls-unknown-issuer', api: 'not-checked', clock: 'not-checked' })
  expect(text('tls')).toContain(`set HESTIA_CERT_SHA256=${panel.certificate.fingerprint}\n`)
  expect(text('tls')).toContain('openssl x509 -in /usr/local/hestia/ssl/certificate.crt')
  expect(panel.calls).toEqual([])
  const pinned = { HESTIA_CA_FILE: '', HESTIA_CERT_SHA256: panel.certificate.fingerprint }
  expect((await diagnose(panel, pinned)).gist).toMatchObject({ tls: 'ok', key: 'ok' })
})

it('about the panel’s certificate, the doctor says that the authority in the file hasn’t signed it', async () => {
  const panel = await startScopedPanel()
  const { certificate } = await createCertificate()
  const { gist, text } = await diagnose(panel, { HESTIA_CA_FILE: scratchFile(certificate) })
  expect(gist.tls).toBe('tls-unknown-issuer')
  expect(text('tls')).toContain('the authority in HESTIA_CA_FILE hasn’t signed')
})

it('about the panel’s certificate, the doctor says that it doesn’t match the pin', async () => {
  const panel = await startScopedPanel()
  const { fingerprint } = await createCertificate()
  const { gist } = await diagnose(panel, { HESTIA_CA_FILE: '', HESTIA_CERT_SHA256: fingerprint })
  expect(gist).toMatchObject({ tls: 'tls-pin-differs', key: 'not-checked' })
  expect(panel.calls).toEqual([])
})

it('about the panel’s certificate, the doctor says which other names it is for', async () => {
  const certificate = await createCertificate({ hosts: ['panel.example.com', '192.0.2.1'] })
  const panel = await startScopedPanel({ certificate })
  const { gist, text } = await diagnose(panel)
  expect(gist.tls).toBe('tls-wrong-name')
  expect(text('tls')).toContain('isn’t for 127.0.0.1: it is for panel.example.com, 192.0.2.1\n')
})

it('about the panel’s certificate, the doctor prints only names from it', async () => {
  const certificate = await createCertificate({ hosts: ['x\u001b[31m canary', 'good.example'] })
  const panel = await startScopedPanel({ certificate })
  const { text } = await diagnose(panel)
  expect(text('tls')).toContain('it is for good.example\n')
  expect(text('tls')).not.toContain('\u001b')
})

it('about the panel’s certificate, the doctor says when it expired, begins, or expires soon', async () => {
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

it('about the panel’s certificate, the doctor prints OpenSSL’s code if there is no better text', async () => {
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

it('about the panel’s certificate, the doctor says that another one in its chain has expired', async () => {
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

it('about the panel’s certificate, the doctor reports all problems at once', async () => {
  const certificate = await createCertificate({
    hosts: ['panel.example.com'],
    notBefore: inDays(-9),
    notAfter: inDays(-1),
  })
  const panel = await startScopedPanel({ certificate })
  const { gist } = await diagnose(panel, { HESTIA_CA_FILE: '' })
  expect(gist.tls).toContain('tls-wrong-name tls-expired')
})
