import { expect, it } from 'vitest'
import type { Attempt, Credentials } from '../../src/core/attempt.js'
import { createDomainOwners } from '../../src/core/domain-owners.js'
import { type Mailbox, parseMailbox } from '../../src/core/mailbox.js'
import type { PanelVisit } from '../../src/core/panel-port.js'
import { verifyMailbox } from '../../src/core/verify-mailbox.js'
import { checkByMailLogin } from '../../src/core/verify-password.js'
import { Secret } from '../../src/lib/secret.js'
import { createMemoryDomainOwners } from '../../src/store/memory-domain-owners.js'
import { createTestClock } from '../kit/clock.js'

const password = new Secret('current')
const credentials = { proof: 'mailbox', password } as const satisfies Credentials

const attempt: Attempt = {
  mailbox: parseMailbox('info@example.org') as Mailbox,
  credentials,
  newPassword: new Secret('next'),
  callerKind: 'public',
  clientAddress: '203.0.113.7',
  solution: undefined,
  deadline: { leftMs: () => 30_000 },
  hungUp: new AbortController().signal,
}

it.each([
  ['a panel that answers gets no command', false, []],
  [
    'a panel that was away is asked for the owner, since a change must not be the first command',
    true,
    ['example.org'],
  ],
])(
  'if the mail server checks the password and the owner is remembered, %s',
  async (_what, isAway, expected) => {
    const clock = createTestClock()
    const memory = createMemoryDomainOwners(clock)
    await memory.set('example.org', { username: 'alice', domainForm: 'example.org' })
    const asked: string[] = []
    const panel = {
      isAway: () => isAway,
      lookUpDomainOwner: async (domain: string) => {
        asked.push(domain)
        return 'alice'
      },
      hasSiblings: async () => false,
    } as unknown as PanelVisit
    const verification = await verifyMailbox(attempt, credentials, {
      panel,
      owners: createDomainOwners(memory, clock),
      checkPassword: checkByMailLogin(async () => true),
      onRight: () => undefined,
    })
    expect(verification.passed).toBe(true)
    expect(asked).toEqual(expected)
  },
)
