import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { PATH } from './kit/programs.js'
import { startRekey } from './kit/rekey.js'

const ALERTS = fileURLToPath(new URL('../../deploy/alerts.yaml', import.meta.url))
const ALERT_TESTS = fileURLToPath(new URL('alerts.test.yaml', import.meta.url))

function promtool(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8', env: { PATH } })
  return { status, output: `${stdout}${stderr}` }
}

it('Prometheus takes the alerts', () => {
  const { status, output } = promtool(['check', 'rules', ALERTS])
  expect(output).toMatch(/SUCCESS: [1-9]\d* rules found/)
  expect(status).toBe(0)
})

it('each alert fires when it must, and not before', () => {
  const { status, output } = promtool(['test', 'rules', ALERT_TESTS])
  expect(output).toContain('SUCCESS')
  expect(status).toBe(0)
})

it('Prometheus takes the metrics', async () => {
  const panel = await startPanelSimulator()
  atEnd(() => panel.close())
  const rekey = await startRekey(panel, { REKEY_METRICS_ADDRESS: '127.0.0.1:0' })
  const changed = await fetch(`${rekey.url}/api/v1/password-changes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: 'info@example.org',
      currentPassword: 'info mail pw',
      newPassword: 'a wholly new secret',
    }),
  })
  expect(changed.status).toBe(200)
  const { port } = rekey.lines().find(({ event }) => event === 'metrics-listening') as { port: number }
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  expect(text).toContain('rekey_attempts_total{code="changed",proof="mailbox"} 1\n')
  const { output } = promtool(['check', 'metrics'], text)
  // The library gives three gauges names meant for counters. Dashboards use these names.
  const ours = output.split('\n').filter((line) => !/^(?:nodejs_active_\w+_total .*)?$/.test(line))
  expect(ours).toEqual([])
})
