import { createAccountRecords } from '../../src/core/account-records.js'
import type { Outcome } from '../../src/core/answer.js'
import type { Credentials } from '../../src/core/attempt.js'
import { changePassword } from '../../src/core/change-password.js'
import { createDomainOwners } from '../../src/core/domain-owners.js'
import { parseMailbox } from '../../src/core/mailbox.js'
import type { CommandRecord } from '../../src/core/panel-port.js'
import { checkByStoredHash } from '../../src/core/verify-password.js'
import { createDeadline } from '../../src/lib/deadline.js'
import { Secret } from '../../src/lib/secret.js'
import { createCommandRunner } from '../../src/panel/command-runner.js'
import { createKeyGuard } from '../../src/panel/key-guard.js'
import { createPanelEntrance } from '../../src/panel/panel-visit.js'
import type { RawAnswer } from '../../src/panel/read-answer.js'
import type { Transport } from '../../src/panel/transport.js'
import { createMemoryDomainLocks } from '../../src/store/memory-domain-locks.js'
import { createMemoryDomainOwners } from '../../src/store/memory-domain-owners.js'
import { createMemoryKeyCooldown } from '../../src/store/memory-key-cooldown.js'
import { createApi } from '../panel-simulator/server/api.js'
import type { MachineName } from '../panel-simulator/server/command-costs.js'
import { requestOf } from '../panel-simulator/server/panel-request.js'
import { createWorkload } from '../panel-simulator/server/workload.js'
import { simulatorCredentials } from '../panel-simulator/simulator.js'
import { createPanelState } from '../panel-simulator/state/panel-state.js'
import { createTestClock } from './clock.js'

const inClear = (password: string): string => `{PLAIN}${password.replaceAll(' ', '_')}`
const hashPassword = async (password: string): Promise<string> => inClear(password)

/** An attempt to change a mailbox of d0.example: `info`, or `box0`, `box1` … They all have the password `info mail pw`. */
export interface Try {
  readonly localPart: string
  /** Default: d0.example. */
  readonly domain?: string
  readonly proof: Credentials
  readonly clientAddress: string
  readonly timeoutMs: number
  readonly hungUp?: AbortSignal
}

/** How an attempt ended. */
export interface Ended {
  readonly outcome: Outcome
  /** By the clock. */
  readonly endedMs: number
  readonly commands: readonly CommandRecord[]
}

/** Returns the response to a command. `call` makes the panel run it. */
type PassCall = (command: string, call: () => Promise<RawAnswer>) => Promise<RawAnswer>

/**
 * All of Rekey from the policy to the panel's API, with a simulated panel in the same process. Nothing takes time except the
 * panel's machine, on the test clock.
 *
 * @param mailboxes how many there are besides `info`
 * @param pass can change each call
 */
export async function createPanelInMemory(
  profile: MachineName,
  mailboxes = 600,
  pass: PassCall = (_command, call) => call(),
) {
  const clock = createTestClock()
  const state = await createPanelState({
    hashPassword,
    moreDomains: 1,
    moreMailboxes: mailboxes,
  })
  const api = createApi(state, createWorkload({ profile, delayMs: 0, clock }))
  /** The commands that the panel received, in order. */
  const sent: string[] = []
  /** The reported limits of parallel commands. */
  const limits: number[] = []
  const transport: Transport = async (fields) => {
    const request = requestOf(new Map(Object.entries(fields)))
    sent.push(request.command)
    return await pass(request.command, async () => {
      const { status, headers, body } = await api.answer(request)
      return { status, exitCodeHeader: headers['Hestia-Exit-Code'], body }
    })
  }
  const { accessKey, secretKey } = simulatorCredentials
  const { enter, load } = createCommandRunner({
    transport,
    credentials: {
      kind: 'access-key',
      accessKey: new Secret(accessKey),
      secretKey: new Secret(secretKey),
    },
    keyGuard: createKeyGuard(createMemoryKeyCooldown(clock), clock),
    maxConcurrency: 8,
    maxQueue: 128,
    timeoutMs: 15_000,
    clock,
    reportLimit: (limit) => void limits.push(limit),
  })
  const shared = {
    owners: createDomainOwners(createMemoryDomainOwners(clock), clock),
    accounts: createAccountRecords(clock),
    locks: createMemoryDomainLocks(clock),
    checkPolicy: async () => [],
    checkPassword: checkByStoredHash(async (password, hash) => inClear(password.reveal()) === hash.reveal()),
    clock,
    allowAdminAccounts: false,
  }

  return {
    clock,
    sent,
    limits,
    load,
    async attempt({
      localPart,
      domain = 'd0.example',
      proof,
      clientAddress,
      timeoutMs,
      hungUp = new AbortController().signal,
    }: Try): Promise<Ended> {
      const mailbox = parseMailbox(`${localPart}@${domain}`)
      if (!mailbox) throw new Error(`no mailbox: ${localPart}`)
      const commands: CommandRecord[] = []
      const attempt = {
        mailbox,
        credentials: proof,
        newPassword: new Secret(`the new secret of ${localPart}`),
        solution: undefined,
        clientAddress,
        deadline: createDeadline(timeoutMs, clock),
        hungUp,
        callerKind: 'public' as const,
      }
      const enterPanel = createPanelEntrance(enter, attempt, (entry) => void commands.push(entry), clock)
      const outcome = await changePassword(attempt, { ...shared, enterPanel })
      return { outcome, endedMs: clock.now(), commands }
    },
    /** Whether the panel has the new password of an attempt for this mailbox. */
    hasNew(localPart: string): boolean {
      const mailboxes = state.domains.find(({ name }) => name === 'd0.example')?.mailboxes
      const hash = mailboxes?.find(({ account }) => account === localPart)?.hash
      return hash === inClear(`the new secret of ${localPart}`)
    },
  }
}

/** Proof by mailbox, for all mailboxes. */
export const byPassword: Credentials = { proof: 'mailbox', password: new Secret('info mail pw') }

/** A wrong password. */
export const byWrongPassword: Credentials = { proof: 'mailbox', password: new Secret('a guess') }

/** Proof by account. */
export const byOwner = {
  proof: 'account',
  username: 'alice',
  password: new Secret('alice panel pw'),
  code: undefined,
} as const satisfies Credentials
