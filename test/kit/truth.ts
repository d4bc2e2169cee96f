import type { Response } from 'supertest'
import { expect } from 'vitest'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import type { ChangeRun, PanelSimulator } from '../panel-simulator/simulator.js'
import type { TestService } from './service.js'
import { byAccount, gist, post } from './submissions.js'

/** A change to request. */
export interface Wish {
  /** The mailbox, with its domain in the form that the panel has. */
  readonly address: string
  readonly oldPassword: string
  readonly newPassword: string
}

/** What an answer says about the mailbox's password. */
export type Claim = 'changed' | 'unchanged' | 'either'

/** Reads an answer by its words, as a person does. */
export function claimOf({ body }: Pick<Response, 'body'>): Claim {
  if (body.code === 'changed') return 'changed'
  if (body.detail.includes('Nothing was changed')) return 'unchanged'
  expect(body.detail).toContain('The server got the change')
  return 'either'
}

/** Records the panel's state now. The returned function checks the answer to a change against the panel's state at that time. */
export function witness({ panel, attempts }: TestService, wish: Wish) {
  const before = recordsOf(panel)
  const [seenBefore, attemptsBefore] = [panel.calls.length, attempts().length]

  return async function judge(response: Response): Promise<void> {
    const claim = claimOf(response)
    const old = await panel.accepts(wish.address, wish.oldPassword)
    const wanted = await panel.accepts(wish.address, wish.newPassword)
    expect({ claim, old, wanted }).toEqual({
      claim,
      old: claim === 'either' ? !wanted : claim === 'unchanged',
      wanted: claim === 'either' ? !old : claim === 'changed',
    })
    const changes = panel.calls.slice(seenBefore).filter((call) => call.command === CHANGE)
    expect(changes.length).toBeLessThanOrEqual(1)
    for (const { args } of changes) expect(`${args[2]}@${args[1]}`).toBe(wish.address)
    expectWhole(panel, wish.address)
    expect(others(recordsOf(panel), wish.address)).toEqual(others(before, wish.address))
    expect(attempts().slice(attemptsBefore)).toEqual([expect.objectContaining({ code: response.body.code })])
  }
}

/** Expects that the mailbox has one line in the login file, which matches the panel's record. */
export function expectWhole(panel: PanelSimulator, address: string): void {
  const { hash, loginLines } = panel.mailbox(address) ?? {}
  expect(loginLines, address).toEqual([`${address.slice(0, address.lastIndexOf('@'))}:${hash}`])
}

/** Changes that ran at the same time in one domain (including running ones), which corrupts its login file. */
export function meetingsOf({
  changeRuns,
}: Pick<PanelSimulator, 'changeRuns'>): [first: ChangeRun, second: ChangeRun][] {
  return changeRuns.flatMap((first, index) =>
    changeRuns
      .slice(index + 1)
      .filter((second) => second.domain === first.domain && second.begunMs < first.endedMs)
      .map((second): [ChangeRun, ChangeRun] => [first, second]),
  )
}

let changesOfBob = 0

/** Expects that a change in another domain succeeds at once. */
export async function expectService(service: TestService): Promise<void> {
  changesOfBob += 1
  const newPassword = `the new secret ${changesOfBob} of his`
  const bob = { username: 'bob', password: 'bob panel pw' }
  const response = await post(service, byAccount(bob, { email: 'bob@bob.example.com', newPassword }))
  expect(gist(response)).toBe('200 changed')
  expect(await service.panel.accepts('bob@bob.example.com', newPassword)).toBe(true)
}

/** Everything that the panel has about each mailbox. */
function recordsOf(panel: PanelSimulator): [address: string, record: unknown][] {
  return panel.addresses.map((address) => [address, panel.mailbox(address)])
}

function others(records: ReturnType<typeof recordsOf>, address: string): typeof records {
  return records.filter(([other]) => other !== address)
}
