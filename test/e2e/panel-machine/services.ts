import { writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { simulatorCredentials, startPanelSimulator } from '../../panel-simulator/simulator.js'
import { hashWithDoveadm } from '../kit/dovecot.js'

// Runs inside the panel's machine: the panel's API, and a way to its web server for the tests, which run outside.

const { accessKey, secretKey } = simulatorCredentials
writeFileSync('/usr/local/hestia/data/next-key', `${accessKey}:${secretKey}\n`)
await startPanelSimulator({ port: 8083, hashPassword: hashWithDoveadm, loginDirectory: '/etc/exim4/domains' })

for (const port of [80, 443]) {
  createServer((outside) => {
    const inside = connect(port, '192.0.2.9')
    for (const end of [outside, inside]) end.on('error', () => end.destroy())
    outside.pipe(inside).pipe(outside)
  }).listen(`/mnt/port-${port}`)
}
writeFileSync('/mnt/panel-is-up', '')
