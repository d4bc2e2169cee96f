import { X509Certificate } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type ListenOptions } from 'node:net'
import { simulatorCredentials, startPanelSimulator } from '../../panel-simulator/simulator.js'
import { hashWithDoveadm } from '../kit/dovecot.js'

// Runs inside the panel's machine: the panel's API, and a way to its web server for the tests, which run outside.

const PANEL = '/usr/local/hestia'
const PANEL_PORT = 8083
const ADDRESS = '192.0.2.9'

const { accessKey, secretKey } = simulatorCredentials
writeFileSync(`${PANEL}/data/next-key`, `${accessKey}:${secretKey}\n`)
const certificate = readFileSync(`${PANEL}/ssl/certificate.crt`, 'utf8')
await startPanelSimulator({
  port: PANEL_PORT,
  certificate: {
    certificate,
    key: readFileSync(`${PANEL}/ssl/certificate.key`, 'utf8'),
    fingerprint: new X509Certificate(certificate).fingerprint256,
  },
  hashPassword: hashWithDoveadm,
  loginDirectory: '/etc/exim4/domains',
})
// The simulator listens at the loopback alone.
relay('127.0.0.1', PANEL_PORT, { host: ADDRESS, port: PANEL_PORT })
for (const port of [80, 443]) {
  const path = `/mnt/port-${port}`
  rmSync(path, { force: true })
  relay(ADDRESS, port, { path })
}
writeFileSync('/run/panel-is-up', '')

function relay(host: string, port: number, outside: ListenOptions): void {
  createServer((caller) => {
    const called = connect(port, host)
    for (const end of [caller, called]) end.on('error', () => end.destroy())
    caller.pipe(called).pipe(caller)
  }).listen(outside)
}
