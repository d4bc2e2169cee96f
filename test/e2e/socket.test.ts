import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { askSocket } from '../kit/ask-socket.js'
import { byAccount, CHANGES, numberedPassword } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import {
  type PanelSimulator,
  simulatorCredentials,
  startPanelSimulator,
} from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { ROOT } from './kit/checkout.js'
import { adapt } from './kit/deploy-file.js'
import { blocksFrom } from './kit/document.js'
import { startNginx } from './kit/nginx.js'
import { type FrontProxy, HOSTS } from './kit/proxy-setup.js'
import { scratchDirectory } from './kit/scratch.js'
import { canRunSystemd, type Systemd, startSystemd, UNITS } from './kit/systemd.js'
import { type Visited, visit } from './kit/visit.js'

const LOG = '/run/rekey.log'
/** The unit hides home directories and /tmp, where this Node.js may be. */
const NODE = '/opt/node'
const ETC = '/run/etc-rekey'

/** How many people come per second, from many addresses. */
const PER_SECOND = 20

const POLL = { timeout: 20_000 }

const CHANGED = '{"code":"changed"}'
const JSON_HEADERS = { 'content-type': 'application/json' }

/** Installs the service and its units as in docs/install.md, except for the paths of its settings and its log. */
async function installRekey(systemd: Systemd, panel: PanelSimulator): Promise<void> {
  const settings = {
    HESTIA_URL: panel.url,
    HESTIA_ACCESS_KEY: simulatorCredentials.accessKey,
    HESTIA_CERT_SHA256: panel.certificate.fingerprint,
    REKEY_LIMIT_ADDRESS: '10000/1h',
    REKEY_LIMIT_NETWORK: '10000/1h',
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  await systemd.write(`${ETC}/rekey.env`, lines.join('\n'))
  await systemd.write(`${ETC}/secret-key`, simulatorCredentials.secretKey)
  const unit = adapt('systemd/rekey.service', {
    '/etc/rekey': ETC,
    'ExecStart=': `StandardOutput=append:${LOG}\nExecStart=${NODE} `,
  })
  await systemd.write(`${UNITS}/rekey.service`, unit)
  await systemd.write(`${UNITS}/rekey.socket`, adapt('systemd/rekey.socket', {}))
  await systemd.write(`${UNITS}/rekey.socket.d/web-server.conf`, adapt('systemd/web-server.conf', {}))
  await systemd.run(`mkdir -p /opt/rekey/node_modules
    cp ${process.execPath} ${NODE}
    cp -r ${ROOT}/dist ${ROOT}/views ${ROOT}/package.json /opt/rekey
    cp -r ${ROOT}/node_modules/@node-rs /opt/rekey/node_modules
    systemctl daemon-reload
    systemctl start rekey`)
}

// Needs root, and a machine on which root can mount.
describe.runIf(canRunSystemd)('Rekey, run by systemd', () => {
  let panel: PanelSimulator
  let systemd: Systemd
  let socket: string
  let proxy: FrontProxy

  beforeAll(async () => {
    panel = await startPanelSimulator()
    atEnd(() => panel.close())
    const sockets = scratchDirectory('sockets')
    socket = join(sockets, 'rekey.sock')
    systemd = await startSystemd(sockets)
    await installRekey(systemd, panel)
    proxy = await startNginx(`unix:${socket}`)
  })

  async function events(): Promise<Record<string, unknown>[]> {
    const log = await systemd.run(`cat ${LOG}`)
    return log
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
  }

  function change(body: object, from: string): Promise<Visited> {
    const request = {
      host: HOSTS.own,
      path: CHANGES,
      headers: JSON_HEADERS,
      body: JSON.stringify(body),
      from,
    }
    return visit(proxy, request)
  }

  it('Rekey, run by systemd, makes a change as a separate user, whose secret nobody else can read', async () => {
    expect((await change(byAccount(), '127.0.0.5')).body).toBe(CHANGED)
    const [pid] = (await systemd.run('systemctl show --value --property MainPID rekey')).split('\n')
    const [user, credential] = (
      await systemd.run(
        `stat -c %U /proc/${pid}; stat -c %U:%a /run/credentials/rekey.service/HESTIA_SECRET_KEY`,
      )
    ).split('\n')
    expect([user, credential]).toEqual(['rekey', 'rekey:400'])
  })

  it('Rekey, run by systemd, can be reached by the proxy’s group, and by no other user of the host', async () => {
    const asUser = (id: number): Promise<string> =>
      systemd.run(`setpriv --reuid ${id} --regid ${id} --clear-groups curl -sS --unix-socket /run/rekey/rekey.sock \\
        http://localhost/healthz 2>&1 || true`)
    const [wwwData, nobody] = (await systemd.run('id -u www-data; id -u nobody')).split('\n').map(Number)
    expect(await asUser(Number(wwwData))).toContain('"ok"')
    expect(await asUser(Number(nobody))).toContain('Failed to connect')
  })

  it('Rekey, run by systemd, is started by a request that comes while it is stopped', async () => {
    await systemd.run('systemctl stop rekey')
    expect((await askSocket(socket, { path: '/healthz' })).status).toBe(200)
  })

  it('Rekey, run by systemd, loses no request when it is upgraded under load, and finishes and answers a change under way', async () => {
    const [, swap = ''] = blocksFrom('docs/upgrading.md', 'From a package', 'sh')
    await systemd.run(`cp -r /opt/rekey /opt/rekey.new
      sed -i '0,/"version": "0.1.0"/s//"version": "0.2.0"/' /opt/rekey.new/package.json
      : >${LOG}`)
    const hold = panel.hold(CHANGE)
    const bob = byAccount({ username: 'bob', password: 'bob panel pw' }, { email: 'bob@bob.example.com' })
    const underWay = change(bob, '127.0.0.5')
    await hold.arrived
    let isOver = false
    const visits: Promise<Visited>[] = []
    const load = (async () => {
      for (let number = 0; !isOver; number += 1) {
        const from = `127.0.1.${number % 250}`
        const body = byAccount({}, { newPassword: numberedPassword(number) })
        visits.push(number % 2 ? visit(proxy, { host: HOSTS.own, path: '/', from }) : change(body, from))
        await setTimeout(1000 / PER_SECOND)
      }
    })()
    const upgrade = systemd.run(swap.replace(/^journalctl.*$/m, ''))
    const come = (seconds: number) =>
      expect.poll(() => visits.length, POLL).toBeGreaterThan(seconds * PER_SECOND)
    await come(3)
    hold.release()
    expect((await underWay).body).toBe(CHANGED)
    await upgrade
    await expect
      .poll(async () => (await events()).find(({ version }) => version === '0.2.0'), POLL)
      .toBeDefined()
    await come(visits.length / PER_SECOND + 1)
    isOver = true
    await load
    const answers = (await Promise.all(visits)).map(({ status, body }) => (status === 200 ? 200 : body))
    expect(new Set(answers)).toEqual(new Set([200]))
    const stops = (await events()).filter(({ event }) => event === 'stopped')
    expect(stops).toHaveLength(1)
  })

  it('Rekey, run by systemd with a setting that is wrong, keeps its socket, and serves those who wait once it is right', async () => {
    await systemd.run(`echo REKEY_PORT=8090 >>${ETC}/rekey.env; systemctl restart rekey`)
    const waiting = Array.from({ length: 20 }, () => askSocket(socket, { path: '/healthz' }))
    const state = () => systemd.run('systemctl show --value --property SubState rekey')
    await expect.poll(state, POLL).toBe('stop-post\n')
    await systemd.run(`sed -i /REKEY_PORT/d ${ETC}/rekey.env`)
    const statuses = (await Promise.all(waiting)).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([200]))
  })
})
