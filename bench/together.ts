import { setTimeout } from 'node:timers/promises'
import type { Server, Simulator } from './processes.js'
import { PATH } from './submissions.js'

const DOMAIN = 'd0.example'

const NEW_PASSWORD = 'a wholly new secret'
const PRESENT_PASSWORD = 'info mail pw'

/** How people send a change: by JSON, each from an address of his own, or in SnappyMail. */
export const WAYS = {
  mailbox: (email, person) =>
    json(person, { email, newPassword: NEW_PASSWORD, currentPassword: PRESENT_PASSWORD }),
  account: (email, person) =>
    json(person, {
      email,
      newPassword: NEW_PASSWORD,
      account: { username: 'alice', password: 'alice panel pw' },
    }),
  snappymail: (email) => ({
    path: '/reset/mail/',
    headers: { 'user-agent': 'SnappyMail/2.38.2' },
    body: new URLSearchParams({ email, password: PRESENT_PASSWORD, new: NEW_PASSWORD }),
  }),
} satisfies Record<string, (email: string, person: number) => Sending>

interface Sending {
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string | URLSearchParams
}

/** How a change went for one person. */
export interface Told {
  /** Such as `200 changed`, or `gave up`. */
  readonly answer: string
  readonly afterMs: number
  readonly made: boolean
}

/**
 * So many people of one domain change their passwords at the same moment.
 *
 * @param patienceMs after which each gives up
 * @param settleMs how long after the last answer it is looked which changes were made
 */
export async function changeTogether(
  rekey: Server,
  simulator: Simulator,
  way: keyof typeof WAYS,
  people: number,
  patienceMs: number,
  settleMs: number,
): Promise<Told[]> {
  const addresses = Array.from({ length: people }, (_, person) => `box${person}@${DOMAIN}`)
  const answers = await Promise.all(
    addresses.map((address, person) => send(rekey, WAYS[way](address, person), patienceMs)),
  )
  await setTimeout(settleMs)
  const told: Told[] = []
  for (const [person, address] of addresses.entries()) {
    const { answer = '', afterMs = 0 } = answers[person] ?? {}
    told.push({ answer, afterMs, made: await simulator.accepts(address, NEW_PASSWORD) })
  }
  return told
}

function json(person: number, body: object): Sending {
  return {
    path: PATH,
    headers: { 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.${person + 1}` },
    body: JSON.stringify(body),
  }
}

async function send(rekey: Server, { path, headers, body }: Sending, patienceMs: number) {
  const startMs = performance.now()
  const answer = await fetch(rekey.url + path, {
    method: 'POST',
    headers,
    body,
    signal: AbortSignal.timeout(patienceMs),
  }).then(
    async (response) => `${response.status} ${codeOf(await response.text())}`,
    () => 'gave up',
  )
  return { answer, afterMs: performance.now() - startMs }
}

/** The code of a JSON answer, or the words of another one. */
function codeOf(text: string): string {
  return /"code":"([^"]+)"/.exec(text)?.[1] ?? text.trim()
}
