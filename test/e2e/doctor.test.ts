import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Finding } from '../../src/doctor/finding.js'
import { type MailHost, startMailHost } from './kit/mail-host.js'
import { startNginx } from './kit/nginx.js'
import { startProgram } from './kit/programs.js'
import { LINK_KEY, startRedis } from './kit/redis.js'
import { startRekey } from './kit/rekey.js'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** The doctor's findings, by check. */
async function diagnose(args: readonly string[], env: Record<string, string>) {
  const program = startProgram(process.execPath, [MAIN, 'doctor', '--json', ...args], { env })
  const [report] = await program.written(/^\{$(?:.*\n)*?^\}$/m)
  const { findings } = JSON.parse(report) as { findings: Finding[] }
  return Object.fromEntries(
    findings.map((finding) => [finding.check, 'code' in finding ? finding.code : finding.status]),
  )
}

function environmentOf({ panel, dovecot }: MailHost, redisUrl: string): Record<string, string> {
  return {
    HESTIA_URL: panel.url,
    HESTIA_ACCESS_KEY: panel.credentials.accessKey,
    HESTIA_SECRET_KEY: panel.credentials.secretKey,
    HESTIA_CERT_SHA256: panel.certificate.fingerprint,
    REKEY_MAILBOX_CHECK: 'imap',
    REKEY_IMAP_URL: `imap://127.0.0.1:${dovecot.imapPort}`,
    REKEY_REDIS_URL: redisUrl,
    REKEY_LINK_KEY: LINK_KEY,
  }
}

it('the doctor knows a real Redis and a real Dovecot that answer, and a Redis that wants another password', async () => {
  const host = await startMailHost()
  const { port } = await startRedis(['--requirepass', 'right'])
  const stores = async (url: string) => {
    const found = await diagnose([], environmentOf(host, url))
    expect(found['mail-server']).toBe('ok')
    return found.store
  }
  expect(await stores(`redis://:right@127.0.0.1:${port}`)).toBe('ok')
  expect(await stores(`redis://:wrong@127.0.0.1:${port}`)).toBe('store-refused')
  expect(await stores(`redis://127.0.0.1:${port}`)).toBe('store-refused')
})

it('the doctor finds nothing wrong behind nginx as docs/reverse-proxy.md sets it up, once its certificate is trusted', async () => {
  const { panel } = await startMailHost()
  const rekey = await startRekey(panel, { REKEY_TRUST_PROXY: 'loopback' })
  const { url, caFile } = await startNginx(rekey.url)
  expect((await diagnose(['--url', url], {})).service).toBe('service-tls')
  expect(await diagnose(['--url', url], { NODE_EXTRA_CA_CERTS: caFile })).toEqual({
    service: 'ok',
    'base-path': 'ok',
    'well-known': 'ok',
    headers: 'ok',
    // nginx and the doctor are on one host.
    'client-address': 'not-checked',
    readiness: 'ok',
  })
})
