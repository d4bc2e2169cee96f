import { setTimeout } from 'node:timers/promises'
import type { Response } from 'supertest'
import { expect } from 'vitest'
import { byAccount, CHANGES, numberedPassword } from '../../kit/submissions.js'
import { type Claim, claimOf, expectWhole, meetingsOf } from '../../kit/truth.js'
import type { ChangeRun } from '../../panel-simulator/simulator.js'
import { disturb } from '../../service/model/disturb.js'
import { type Answered, judge } from '../../service/model/judge.js'
import { createModel, freshMailboxes, type ModelMailbox, type Wish } from '../../service/model/model.js'
import type { Random } from '../../service/model/random.js'
import { GUESSES, type Instance, type World } from './world.js'

/** A domain whose changes are requested by one worker at a time. */
export interface Domain {
  readonly name: string
  readonly mailboxes: readonly ModelMailbox[]
  /** Mailboxes whose logins were corrupted by two changes at once, and not changed since. */
  readonly corrupted: Set<string>
  /** How often two of its changes overlapped. */
  meetings: number
  /** Until when its lock may be left in doubt, by `performance.now()`. */
  inDoubtUntilMs: number
}

/** What people do and have done. */
export interface People {
  /** How many changes were requested. */
  readonly sent: number
  /** How often each code was answered. */
  readonly codes: ReadonlyMap<string, number>
  /** Whether the panel's calls are disturbed at random. */
  disturbs: boolean
  /** Sends several wishes at once, to any of the instances, and expects true answers. */
  wishAtOnce(domain: Domain): Promise<void>
  /** Tries a wrong password, and expects that no more tries get through than the limit allows. */
  guess(): Promise<void>
  /** Requests a valid change from an instance, in a domain that nobody else changes. Returns whether it succeeded. */
  tryRightChange(instance: Instance): Promise<boolean>
}

/** How long (ms) a domain stays locked after a change whose answer was lost. */
const DOUBT_MS = 30_000

/** How long (ms) a change may wait in the panel's queue after its lock was confirmed. */
const TURN_MS = 5000

const SOMETIMES = 0.05

export function createPeople(world: World, random: Random): People {
  const { panel, instances, losses } = world
  const codes = new Map<string, number>()
  const quiet = instances.map((_, index) => moreDomain(index))
  let sent = 0
  let guesses = { sinceLosses: 0, refused: 0 }

  async function answerTo(instance: Instance, wish: Wish): Promise<Answered> {
    sent += 1
    const from = addressOf(sent)
    if (people.disturbs && random.chance(0.5)) disturb(panel, random)
    const response = await send(instance, wish.body, from, random.chance(SOMETIMES) ? random : undefined)
    const line = await instance.lineFrom(from)
    const code = String(line.code)
    if (response) expect(response.body.code).toBe(code)
    expect(code).not.toBe('internal-error')
    codes.set(code, (codes.get(code) ?? 0) + 1)
    const claim = response ? claimOf(response) : claimOfLine(code)
    return { wish, claim, gist: `${code} ${line.reason ?? ''}`.trim() }
  }

  async function expectTruth(domain: Domain, answers: readonly Answered[]): Promise<void> {
    await judge(panel, domain.mailboxes, answers)
    const runs = panel.changeRuns.filter(({ domain: name }) => name === domain.name)
    const meetings = meetingsOf({ changeRuns: runs })
    for (const [first, second] of meetings) {
      const isExcused = losses.some((loss) => loss.ofLocks && mayExcuse(loss, first, second))
      expect(isExcused, `two changes in ${domain.name} at once`).toBe(true)
    }
    const haveMet = meetings.length > domain.meetings
    domain.meetings = meetings.length
    for (const { address } of domain.mailboxes) {
      const isChanged = answers.some(({ wish, claim }) => wish.address === address && claim === 'changed')
      if (haveMet) domain.corrupted.add(address)
      else if (isChanged) domain.corrupted.delete(address)
      if (!domain.corrupted.has(address)) expectWhole(panel, address)
    }
    const isInDoubt = answers.some(
      ({ claim, gist }) => claim === 'either' || gist.includes('waited-too-long'),
    )
    if (isInDoubt) domain.inDoubtUntilMs = performance.now() + DOUBT_MS
  }

  const people: People = {
    get sent() {
      return sent
    },
    codes,
    disturbs: false,

    async wishAtOnce(domain) {
      const wishes = createModel(random, domain.mailboxes).wishes(random.oneOf([1, 1, 2, 3, 5]))
      const answers = await Promise.all(wishes.map((wish) => answerTo(random.oneOf(instances), wish)))
      await expectTruth(domain, answers)
    },

    async guess() {
      sent += 1
      const isLosing = losses.some(({ untilMs }) => untilMs === Number.POSITIVE_INFINITY)
      const epoch = losses.length
      if (guesses.sinceLosses !== epoch) guesses = { sinceLosses: epoch, refused: 0 }
      const wrong = {
        email: 'dave@dave.example',
        newPassword: numberedPassword(-sent),
        currentPassword: 'a guess',
      }
      const response = await send(random.oneOf(instances), wrong, '203.0.113.9')
      if (isLosing || losses.length !== epoch || response?.body.code !== 'invalid-credentials') return
      guesses.refused += 1
      expect(guesses.refused).toBeLessThanOrEqual(GUESSES)
    },

    async tryRightChange(instance) {
      const domain = quiet[instances.indexOf(instance)] as Domain
      const [address = ''] = domain.mailboxes.map((mailbox) => mailbox.address)
      const newPassword = numberedPassword(-sent)
      const wish = { address, newPassword, kind: 'account', right: true } as const
      const body = byAccount({}, { email: address, newPassword })
      const answer = await answerTo(instance, { ...wish, body })
      await expectTruth(domain, [answer])
      return answer.claim === 'changed'
    },
  }
  return people
}

function createDomain(name: string, mailboxes: readonly ModelMailbox[]): Domain {
  return { name, mailboxes, corrupted: new Set(), meetings: 0, inDoubtUntilMs: 0 }
}

/** One of the simulator's `moreDomains`. */
function moreDomain(index: number): Domain {
  const name = `d${index}.example`
  const mailboxes = ['info', 'box0', 'box1'].map((box): ModelMailbox => {
    return { address: `${box}@${name}`, owner: 'alice', password: 'info mail pw', changeable: true }
  })
  return createDomain(name, mailboxes)
}

/** The domains in which people request changes: `domains` of the simulator's `moreDomains`, and one of another kind. */
export function createDomains({ instances }: World, domains: number): Domain[] {
  const fresh = freshMailboxes().filter(({ address }) => address.endsWith('@example.org'))
  const more = Array.from({ length: domains - instances.length }, (_, index) =>
    moreDomain(instances.length + index),
  )
  return [createDomain('example.org', fresh), ...more]
}

/** An address in its own network (/24). */
function addressOf(number: number): string {
  return `10.${number >> 8}.${number & 255}.1`
}

/**
 * Returns the answer, or undefined if the caller disconnected first.
 *
 * @param hangUp decides when the caller disconnects, if it does
 */
async function send(
  { service, arrivalFrom }: Instance,
  body: object,
  from: string,
  hangUp?: Random,
): Promise<Pick<Response, 'body'> | undefined> {
  const caller = new AbortController()
  if (hangUp) {
    const afterMs = hangUp.oneOf([0, 5, 20, 50, 200])
    void arrivalFrom(from)
      .then(() => setTimeout(afterMs))
      .then(() => caller.abort())
  }
  try {
    const response = await fetch(`${service.url}${CHANGES}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
      body: JSON.stringify(body),
      signal: caller.signal,
    })
    return { body: await response.json() }
  } catch (error) {
    if (!caller.signal.aborted) throw error
    return undefined
  }
}

/** What the audit line says about the password, if nobody read the answer. */
function claimOfLine(code: string): Claim {
  if (code === 'changed') return 'changed'
  return code === 'change-not-confirmed' || code === 'outcome-unknown' ? 'either' : 'unchanged'
}

/** Whether a lock that Redis forgot may have let these two changes overlap. */
function mayExcuse(
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
  first: ChangeRun,
  second: ChangeRun,
): boolean {
  return fromMs <= second.begunMs && untilMs >= first.begunMs - TURN_MS
}
