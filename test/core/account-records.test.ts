import { expect, it } from 'vitest'
import { createAccountRecords } from '../../src/core/account-records.js'
import type { HostingAccount, Panel } from '../../src/core/panel-port.js'
import { PLAIN_ACCOUNT } from '../kit/account-record.js'
import { createTestClock } from '../kit/clock.js'
import { holdTime } from '../kit/held-time.js'

const ACCOUNT: HostingAccount = PLAIN_ACCOUNT

it('an attempt waits for a shared account lookup only as long as its own time allows', async () => {
  const time = holdTime()
  let answer = (_account: HostingAccount): void => undefined
  const lookUpAccount = () =>
    new Promise<HostingAccount>((resolve) => {
      answer = resolve
    })
  const panel = { lookUpAccount } as Partial<Panel> as Panel
  const { find } = createAccountRecords(createTestClock())
  const patient = find('alice', 0, { leftMs: () => 30_000 }, panel)
  const hurried = find('alice', 0, { leftMs: () => 4500 }, panel)
  const late = expect(hurried).rejects.toMatchObject({ code: 'panel-busy', reason: 'waited-too-long' })
  await time.pass(4500, () => true)
  await late
  answer(ACCOUNT)
  expect(await patient).toEqual(ACCOUNT)
})
