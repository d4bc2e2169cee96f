import { isAccountName } from '../core/account-name.js'
import { type CommandRecord, type Lookup, type Panel, PanelFault } from '../core/panel-port.js'
import type { Clock } from '../lib/clock.js'
import { createDeadline, type Deadline, later } from '../lib/deadline.js'
import { Secret } from '../lib/secret.js'
import { parseAccountRecord } from './account-record.js'
import { commandNames } from './command-names.js'
import type { RunCommand } from './command-runner.js'
import { exitCode } from './exit-codes.js'
import { exactPattern, isPatternRefused, PATTERN_REFUSED, siblingsPattern } from './mailbox-patterns.js'
import type { CommandAnswer } from './read-answer.js'
import { words } from './words.js'

/** Local parts, joined by commas. May be empty. */
const STORED_ALIASES = /^[\w.,-]*$/
const STORED_NAME = /^[\w.-]{1,64}$/
/** How long (ms) to check a change's outcome, even if the sender's time is over. */
const CONFIRM_MS = 10_000

const STORED_HASH = /^\{[^}\s]+\}\S+$/

/**
 * The panel's commands; each call is passed to `record`. Answers may take until the deadline, and longer after a change was sent,
 * to find out its outcome.
 */
export function createPanel(
  run: RunCommand,
  deadline: Deadline,
  record: (entry: CommandRecord) => void,
  clock: Clock,
): Panel {
  let until = deadline
  const ask = (name: string, ...args: string[]): Promise<CommandAnswer> =>
    run({ name, args, asked: 'output', repeatable: true, deadline: until }, record)
  const check = (name: string, ...args: string[]): Promise<CommandAnswer> =>
    run({ name, args, asked: 'code', repeatable: true, deadline: until }, record)

  return {
    async isAccountPassword(username, password, clientAddress) {
      const answer = await check(commandNames['check-account'], username, password.reveal(), clientAddress)
      if (answer.exitCode === exitCode.OK) return true
      // E_INVALID: the panel doesn't allow such names.
      if (answer.exitCode === exitCode.E_PASSWORD || answer.exitCode === exitCode.E_INVALID) return false
      throw unexpected(answer)
    },

    async isTwoFactorCode(username, code) {
      const answer = await check(commandNames['check-code'], username, code.reveal())
      if (answer.exitCode === exitCode.OK) return true
      const wrong: readonly (number | undefined)[] = [
        exitCode.E_PASSWORD,
        exitCode.E_NOTEXIST,
        exitCode.E_INVALID,
      ]
      if (wrong.includes(answer.exitCode)) return false
      throw unexpected(answer)
    },

    async lookUpAccount(username) {
      const answer = await ask(commandNames['read-account'], username, 'json')
      if (isNone(answer)) return undefined
      const account =
        answer.exitCode === exitCode.OK ? parseAccountRecord(username, answer.output) : undefined
      if (!account) throw unexpected(answer)
      return account
    },

    async lookUpDomainOwner(domainForm) {
      const answer = await ask(commandNames['find-owner'], domainForm, 'mail')
      // Without an owner the command prints nothing, and a legacy key gets no code either.
      if (isNone(answer) || (answer.exitCode === undefined && answer.output === '')) return undefined
      if (answer.exitCode !== exitCode.OK || !isAccountName(answer.output)) throw unexpected(answer)
      return answer.output
    },

    async lookUpStoredHash(owner, domainForm, localPart) {
      const answer = await ask(
        commandNames['read-mailbox'],
        owner,
        domainForm,
        exactPattern(localPart),
        'md5',
      )
      return readLookup(localPart, answer, STORED_HASH, (hash) => new Secret(hash))
    },

    async lookUpAliases(owner, domainForm, localPart) {
      const answer = await ask(
        commandNames['read-mailbox'],
        owner,
        domainForm,
        exactPattern(localPart),
        'alias',
      )
      // A legacy key gets no code if the command prints nothing.
      if (answer.exitCode === undefined && answer.output === '') return []
      const lookup = readLookup(localPart, answer, STORED_ALIASES, (aliases) => aliases.split(','))
      return lookup.found === 'one' ? lookup.value.filter((alias) => alias !== '') : []
    },

    async hasMailbox(owner, domainForm, localPart) {
      const answer = await ask(
        commandNames['read-mailbox'],
        owner,
        domainForm,
        exactPattern(localPart),
        'account',
      )
      return readLookup(localPart, answer, STORED_NAME, () => true).found === 'one'
    },

    async hasSiblings(owner, domainForm, localPart) {
      const pattern = siblingsPattern(localPart)
      if (pattern === undefined) return false
      // Only the code, so no other mailbox's record is sent.
      const answer = await check(commandNames['read-mailbox'], owner, domainForm, pattern, 'account')
      if (answer.exitCode === exitCode.E_NOTEXIST) return false
      // E_INVALID: there are several.
      if (answer.exitCode === exitCode.OK || answer.exitCode === exitCode.E_INVALID) return true
      throw unexpected(answer)
    },

    async changeMailboxPassword(owner, domainForm, localPart, password) {
      const args = [owner, domainForm, localPart, password.reveal()]
      const command = {
        name: commandNames['change-password'],
        args,
        asked: 'code',
        repeatable: false,
      } as const
      const answer = await run({ ...command, deadline }, record).catch((error: unknown) => {
        if (error instanceof PanelFault && error.mayHaveRun) return 'lost' as const
        throw error
      })
      until = later(deadline, createDeadline(CONFIRM_MS, clock))
      if (answer === 'lost') return answer
      switch (answer.exitCode) {
        case exitCode.OK:
          return 'done'
        case exitCode.E_NOTEXIST:
          return 'missing'
        case exitCode.E_SUSPENDED:
          return 'suspended'
        case exitCode.E_INVALID:
          return 'malformed'
        case exitCode.E_ARGS:
        case exitCode.E_LA:
          // These occur before the command begins its work.
          throw unexpected(answer)
        default:
          return 'failed'
      }
    },
  }
}

function readLookup<Value>(
  localPart: string,
  answer: CommandAnswer,
  form: RegExp,
  wrap: (text: string) => Value,
): Lookup<Value> {
  if (localPart.includes('.') && isPatternRefused(answer))
    throw new PanelFault('panel-failed', PATTERN_REFUSED)
  if (isNone(answer)) {
    return { found: 'none', missing: words.missingDomain.test(answer.output) ? 'domain' : 'mailbox' }
  }
  if (answer.exitCode === exitCode.OK && form.test(answer.output)) {
    return { found: 'one', value: wrap(answer.output) }
  }
  throw unexpected(answer)
}

/** It doesn't exist, or can't, because the panel doesn't allow such names. */
function isNone({ exitCode: code, output }: CommandAnswer): boolean {
  return code === exitCode.E_NOTEXIST || (code === exitCode.E_INVALID && words.malformedName.test(output))
}

function unexpected({ exitCode: code }: CommandAnswer): PanelFault {
  if (code === exitCode.E_LA) return new PanelFault('panel-busy', 'load-too-high')
  return new PanelFault(
    'panel-failed',
    code === exitCode.OK ? 'unreadable-output' : `exit-code-${code ?? 'unknown'}`,
  )
}
