import { request } from 'undici'
import { expect, it } from 'vitest'
import { CHANGE } from '../commands/command-names.js'
import { argumentFields, startPanelClient } from '../panel-client.js'
import { type PanelCall, simulatorCredentials, startPanelSimulator } from '../simulator.js'

const CHECK = 'v-check-user-password'
const CHANGE_INFO = ['alice', 'example.org', 'info', 'a new one']

it.each([
  { when: 'before-run', ran: false },
  { when: 'after-run', ran: true },
  { when: 'mid-answer', ran: true },
] as const)('a fault breaks the connection $when', async ({ when, ran }) => {
  const { panel, run } = await startPanelClient()
  panel.failNext(CHANGE, { kind: 'reset', when })
  await expect(run(CHANGE, CHANGE_INFO)).rejects.toThrow()
  expect(await panel.accepts('info@example.org', 'a new one')).toBe(ran)
})

it('a fault sends headers before it breaks the connection in the middle of the answer', async () => {
  const panel = await startPanelSimulator({ plainHttp: true })
  panel.failNext('', { kind: 'reset', when: 'mid-answer' })
  const { statusCode, body } = await request(`${panel.url}/api/`, { method: 'POST' })
  expect(statusCode).toBe(405)
  await expect(body.text()).rejects.toThrow()
  await panel.close()
})

it.each([true, false])('a fault leaves a call without an answer, its command run: %s', async (ran) => {
  const { panel, run } = await startPanelClient()
  panel.failNext(CHECK, { kind: 'silence', run: ran })
  const hold = panel.hold(CHECK)
  const unanswered = expect(run(CHECK, ['bob', 'wrong'])).rejects.toThrow()
  await hold.arrived
  hold.release()
  await run(CHECK, ['alice', 'alice panel pw'])
  expect(panel.authLog.map(({ account }) => account)).toEqual(ran ? ['bob', 'alice'] : ['alice'])
  await panel.close()
  await unanswered
})

it('a fault puts the answer of a proxy in place of the panel’s', async () => {
  const { panel, run } = await startPanelClient()
  const answer = { status: 502, headers: { 'Content-Type': 'text/html' }, body: '<h1>Bad Gateway</h1>' }
  panel.failNext(CHANGE, { kind: 'answer', run: false, ...answer })
  expect(await run(CHANGE, CHANGE_INFO)).toEqual({
    status: 502,
    exitCode: undefined,
    contentType: 'text/html',
    body: '<h1>Bad Gateway</h1>',
  })
  expect(await panel.accepts('info@example.org', 'a new one')).toBe(false)
})

it('a fault ends a command with another exit code, answered as the kind of credentials has it', async () => {
  const { panel, run, post } = await startPanelClient()
  panel.failNext(CHANGE, { kind: 'exit', code: 14, run: true, output: 'Error: load' }, 3)
  expect(await run(CHANGE, CHANGE_INFO, 'yes')).toMatchObject({ status: 200, body: '14' })
  expect(await run(CHANGE, CHANGE_INFO)).toMatchObject({ status: 400, exitCode: '14', body: 'Error: load' })
  const legacy = { hash: simulatorCredentials.apiKey, cmd: CHANGE, ...argumentFields(CHANGE_INFO) }
  expect(await post(legacy)).toMatchObject({ status: 200, exitCode: undefined, body: 'Error: load\n' })
  expect(await panel.accepts('info@example.org', 'a new one')).toBe(true)
})

it('a fault waits for its command, and its turn', async () => {
  const { panel, run } = await startPanelClient()
  panel.failNext(CHANGE, { kind: 'exit', code: 12, run: false })
  panel.failNext(CHANGE, { kind: 'exit', code: 13, run: false })
  expect(await run(CHECK, ['bob', 'bob panel pw'], 'yes')).toMatchObject({ body: '0' })
  expect(await run(CHANGE, CHANGE_INFO, 'yes')).toMatchObject({ body: '12' })
  expect(await run(CHANGE, CHANGE_INFO, 'yes')).toMatchObject({ body: '13' })
  expect(await run(CHANGE, CHANGE_INFO, 'yes')).toMatchObject({ body: '0' })
})

it('holds a call before its command runs', async () => {
  const { panel, run } = await startPanelClient()
  const hold = panel.hold(CHANGE)
  const answer = run(CHANGE, CHANGE_INFO, 'yes')
  await hold.arrived
  const call: PanelCall = { command: CHANGE, args: CHANGE_INFO, returncode: 'yes' }
  expect(panel.calls).toEqual([call])
  expect(await panel.accepts('info@example.org', 'a new one')).toBe(false)
  hold.release()
  expect(await answer).toMatchObject({ body: '0' })
  expect(await panel.accepts('info@example.org', 'a new one')).toBe(true)
})
