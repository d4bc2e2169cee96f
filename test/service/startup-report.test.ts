import { pino } from 'pino'
import { expect, it } from 'vitest'
import { neededCommands } from '../../src/panel/needed-commands.js'
import { reportPanel } from '../../src/service/startup-report.js'
import { configOf, simulatorEnvironment, startService, type TestService } from '../kit/service.js'

const NEEDED = neededCommands(['mailbox', 'account'])

/** What is logged about the panel. */
async function report({ app, clock, panel }: TestService) {
  const lines: Record<string, unknown>[] = []
  const logger = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const { credentials } = configOf(simulatorEnvironment(panel)).panel
  await reportPanel({ app, credentials, logger, clock })
  return lines
}

it('warns of a key that may do more than is needed, some minutes after the start', async () => {
  const service = await startService()
  const pause = service.clock.hold()
  const reported = report(service)
  await pause.asked
  expect(service.commands()).toEqual(NEEDED)
  pause.release()
  expect(await reported).toMatchObject([
    { event: 'ready', level: 30 },
    {
      event: 'key-may-do-more',
      level: 40,
      command: 'v-list-access-key',
      detail: expect.stringContaining('rekey setup'),
    },
  ])
  expect(service.clock.waits).toEqual([300_000])
  const asked = service.panel.calls.filter(({ args }) => args.length > 0)
  expect(asked.map(({ args }) => args)).toEqual([
    ['rekey', 'rekey.invalid', 'no\\.such\\.mailbox', 'account'],
  ])
})

it('says nothing of a key that has what is needed, and is refused once in finding out', async () => {
  const service = await startService()
  service.panel.switches.permittedCommands = NEEDED
  expect(await report(service)).toMatchObject([{ event: 'ready' }])
  expect(service.panel.failedLogins).toBe(1)
})

it('does not ask more of a panel that lacks a permission already', async () => {
  const service = await startService()
  service.panel.switches.permittedCommands = ['v-list-user']
  expect(await report(service)).toMatchObject([{ event: 'not-ready', level: 50 }])
  expect(service.commands()).not.toContain('v-list-access-key')
})

it('says nothing of a panel that could not be asked because the process stops', async () => {
  const service = await startService()
  const [first = ''] = NEEDED
  const hold = service.panel.hold(first)
  const reported = report(service)
  await hold.arrived
  await service.app.drain()
  await service.dispatcher.destroy()
  expect(await reported).toEqual([])
})
