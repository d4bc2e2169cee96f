import { expect, it, onTestFinished } from 'vitest'
import { holdTime } from '../../kit/held-time.js'
import { expectNoLeak } from '../../kit/leaks.js'
import { simulatorEnvironment, startService, startServiceAt } from '../../kit/service.js'
import { gist, post } from '../../kit/submissions.js'
import { expectService, witness } from '../../kit/truth.js'
import { CHANGE } from '../../panel-simulator/commands/command-names.js'
import { startPanelSimulator } from '../../panel-simulator/simulator.js'
import { calls, mailboxSender } from './kit/calls.js'
import { tryChange } from './kit/fault-case.js'

const TIMEOUT_MS = 15_000
const ENVIRONMENT = { HESTIA_TIMEOUT_MS: `${TIMEOUT_MS}` }

// transport.test.ts tests answers that never end. This tests the effect on each call.
it.each(calls)(
  'a panel that takes longer for $call than anybody waits, by proof of $proof, changes nothing that is not told',
  async ({ call, asks, sender }) => {
    const time = holdTime()
    await expectNoLeak(
      () => startService({ environment: ENVIRONMENT }),
      async (service) => {
        await service.app.watch()
        const expected = asks === 'change' ? '504 change-not-confirmed' : '503 panel-unavailable'
        await tryChange(service, sender, sender.password, expected, () => {
          const hold = service.panel.hold(call)
          void time.pass(TIMEOUT_MS, hold.arrived)
          return async () => {
            hold.release()
            // The panel finishes what it had begun while the domain is still locked.
            const old = () => service.panel.accepts(sender.address, sender.password)
            await expect.poll(old).toBe(asks !== 'change')
          }
        })
      },
    )
  },
)

it('a panel that makes a change and then says nothing has made it', async () => {
  const time = holdTime()
  await expectNoLeak(
    () => startService({ environment: ENVIRONMENT }),
    async (service) => {
      const sender = mailboxSender
      await service.app.watch()
      let isSilent = false
      const begun = (): void => {
        isSilent = true
      }
      await tryChange(service, sender, sender.password, '200 changed', () => {
        service.panel.failNext(CHANGE, { kind: 'silence', run: true, begun })
        void time.pass(TIMEOUT_MS, () => isSilent)
      })
    },
  )
})

it('a panel that refuses connections is one that can’t be reached, and serves when it is back', async () => {
  const panel = await startPanelSimulator()
  const environment = simulatorEnvironment(panel)
  const port = Number(new URL(panel.url).port)
  await panel.close()
  const service = await startServiceAt(panel, environment)
  const sender = mailboxSender
  const wish = { address: sender.address, oldPassword: sender.password, newPassword: 'a wholly new secret' }
  const response = await post(service, sender.body(wish))
  expect(gist(response)).toBe('503 panel-unavailable')
  expect(service.attempts()[0]).toMatchObject({ reason: 'unreachable' })
  const back = await startPanelSimulator({ port })
  onTestFinished(() => back.close())
  expect(gist(await post(service, sender.body(wish)))).toBe('200 changed')
  expect(await back.accepts(wish.address, wish.newPassword)).toBe(true)
})

it('a key that is revoked in the middle stops the change before it is sent', async () => {
  const service = await startService()
  await service.app.watch()
  const sender = mailboxSender
  const wish = { address: sender.address, oldPassword: sender.password, newPassword: 'a wholly new secret' }
  const judge = witness(service, wish)
  const hold = service.panel.hold('v-get-mail-account-value md5')
  const answer = post(service, sender.body(wish))
  await hold.arrived
  service.panel.switches.keyRevoked = true
  hold.release()
  const response = await answer
  expect(gist(response)).toBe('502 panel-misconfigured')
  await judge(response)
  service.panel.switches.keyRevoked = false
  service.clock.advance(300_000)
  await expectService(service)
})
