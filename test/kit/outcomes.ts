import { CHANGE } from '../panel-simulator/commands/command-names.js'
import type { Fault } from '../panel-simulator/simulator.js'
import type { TestService } from './service.js'
import { byAccount, byMailbox, CHANGES } from './submissions.js'

const VALUE = 'v-get-mail-account-value'
const TOKEN = 'token-'.repeat(6)

/** The environment that `driveOutcomes` needs. */
export const outcomeEnvironment = {
  REKEY_CLIENTS: `roundcube=${TOKEN}`,
  REKEY_TRUST_PROXY: '1',
  REKEY_LIMIT_ADDRESS: '4/1h',
  REKEY_LIMIT_FAILURES: '1/1h',
}

interface Submission {
  readonly body: object | string
  readonly headers?: Record<string, string>
  readonly path?: string
  readonly faults?: readonly (readonly [command: string, fault: Fault, times?: number])[]
  /** How often it is sent. */
  readonly times?: number
  readonly keyRevoked?: boolean
}

const wrong = byMailbox({ currentPassword: 'wrong' })
const dave = { username: 'dave', password: 'dave panel pw' }
const exits = (code: number): Fault => ({ kind: 'exit', run: false, code })
const noPanel: Fault = { kind: 'answer', run: false, status: 500, body: '' }
const lostAfterRun: Fault = { kind: 'reset', when: 'after-run' }

/** Each from an address of its own, 203.0.113.1 and so on; the names in them stand in no log whose names are hashed. */
const submissions: readonly Submission[] = [
  { body: wrong },
  { body: byMailbox() },
  { body: byAccount(), faults: [[CHANGE, lostAfterRun]] },
  { body: {} },
  { body: { ...wrong, account: { 'info@example.org': 1 } } },
  { body: wrong, headers: { authorization: 'Bearer nobody' } },
  { body: { ...wrong, clientAddress: '198.51.100.7' }, headers: { authorization: `Bearer ${TOKEN}` } },
  { body: byAccount(dave) },
  { body: byAccount({ username: 'alice', password: 'wrong' }) },
  { body: byMailbox({ email: 'paused@example.org', currentPassword: 'paused mail pw' }) },
  { body: wrong, headers: { 'sec-fetch-site': 'cross-site' } },
  { body: 'user=info@example.org', path: '/roundcube', headers: { 'content-type': 'text/plain' } },
  { body: byAccount({}, { email: 'nobody@example.org' }) },
  { body: byMailbox({ email: 'john.doe@example.org', currentPassword: 'john.doe mail pw' }) },
  { body: 'x'.repeat(9000) },
  { body: '<info@example.org>', headers: { 'content-type': 'text/xml' } },
  { body: byMailbox({ newPassword: 'info' }) },
  { body: byMailbox({ email: 'sales@example.org', currentPassword: 'wrong' }), times: 2 },
  { body: {}, times: 5 },
  { body: byAccount(), faults: [['v-list-user', noPanel]] },
  { body: byAccount(), faults: [[CHANGE, exits(12)]] },
  { body: byAccount(), faults: [['v-check-user-password', exits(14)]] },
  { body: byAccount(), faults: [['v-check-user-password', { kind: 'reset', when: 'before-run' }, 2]] },
  { body: byAccount(), keyRevoked: true },
  {
    body: byAccount(),
    faults: [
      [CHANGE, lostAfterRun],
      [VALUE, { kind: 'answer', run: false, status: 502, body: '' }, 5],
    ],
  },
]

/** Has a service, started with `outcomeEnvironment`, come to every end that it can come to by itself. */
export async function driveOutcomes({ http, panel, clock }: TestService): Promise<void> {
  for (const [index, submission] of submissions.entries()) {
    const { body, headers, path = CHANGES, faults = [], times = 1, keyRevoked = false } = submission
    // After a lost change its domain is closed for a while, and after a refused key the panel is left alone.
    clock.advance(300_000)
    panel.switches.keyRevoked = keyRevoked
    for (const [command, fault, count] of faults) panel.failNext(command, fault, count)
    for (let sent = 0; sent < times; sent++) {
      await http
        .post(path)
        .set({ 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.${index + 1}`, ...headers })
        .send(body)
    }
  }
}
