import type { FindKeyExcess, KeyExcess } from '../core/panel-port.js'
import type { ReadinessFault } from '../core/readiness.js'
import { commandNames } from '../panel/command-names.js'
import { PATTERN_REFUSED } from '../panel/mailbox-patterns.js'
import { triedReleases } from '../panel/release.js'
import { type Finding, fault, notChecked, ok, warning } from './finding.js'
import type { Step } from './in-order.js'

/** The panel's API, and the service's key to it. */
export interface PanelKey {
  /** The commands that the service needs. */
  readonly needed: readonly string[]
  /** Why a command can't be run, undefined if it can; changes nothing. */
  probe(command: string): Promise<ReadinessFault | undefined>
  readonly findExcess: FindKeyExcess
  /** Undefined if it can't be told. To be asked only for a key that may do more than is needed. */
  askRelease(): Promise<string | undefined>
}

const SETUP = 'run `rekey setup` again, with `--remote` if the panel is on another host'

/**
 * Whether the API is on, this host may call, the key is right, and may do what is needed and no more; and what is to be
 * known of the panel's release.
 */
export function keySteps({ needed, probe, findExcess, askRelease }: PanelKey): readonly Step[] {
  const faultOf = once(async (command: string) => (await probe(command))?.code)
  let asked: ReturnType<FindKeyExcess> | undefined
  const excess = () => (asked ??= findExcess())
  const [first = ''] = needed
  return [
    { check: 'api', find: async () => [examineApi(await faultOf(first))] },
    { check: 'address', find: async () => [examineAddress(await faultOf(first))] },
    { check: 'key', find: async () => [examineKey(await faultOf(first))] },
    { check: 'permissions', find: async () => [await findPermissions(needed, faultOf)] },
    { check: 'key-scope', find: async () => [examineScope(await excess())] },
    { check: 'release', find: async () => [await findRelease(await excess(), askRelease)] },
    {
      check: 'dotted-names',
      find: async () => [examineDottedNames(await faultOf(commandNames['read-mailbox']))],
    },
  ]
}

/** Asks once for each argument, and remembers what was answered. */
function once<Argument, Answer>(
  ask: (argument: Argument) => Promise<Answer>,
): (argument: Argument) => Promise<Answer> {
  const answers = new Map<Argument, Promise<Answer>>()
  return function askOnce(argument) {
    const answer = answers.get(argument) ?? ask(argument)
    answers.set(argument, answer)
    return answer
  }
}

/** What the checks after this one tell apart. */
const ADMITTED: readonly (string | undefined)[] = [
  undefined,
  'command-forbidden',
  'address-not-allowed',
  'key-refused',
  'not-administrator',
]

function examineApi(code: string | undefined): Finding {
  if (ADMITTED.includes(code)) return ok('api', 'the panel’s API answers')
  if (code === 'api-disabled') {
    const fix = `On the panel: /usr/local/hestia/bin/v-change-sys-api enable api; or ${SETUP}.`
    return fault('api', 'api-disabled', 'the panel’s API is off for this kind of key', fix)
  }
  return unexpected('api', code)
}

function examineAddress(code: string | undefined): Finding {
  if (code !== 'address-not-allowed') return ok('address', 'this host may call')
  const found = 'the panel does not let the address call that this host’s calls come from'
  const fix = `Put it among the addresses that may use the API: ${SETUP}; "connection" above has it, unless NAT changes it.`
  return fault('address', 'address-not-allowed', found, fix)
}

function examineKey(code: string | undefined): Finding {
  if (code === 'key-refused') {
    const found =
      'the panel does not take the key; it was asked once, for it bans an address that keeps trying'
    return fault(
      'key',
      'key-refused',
      found,
      `Correct key and secret: ${SETUP}; it makes a key if there is none.`,
    )
  }
  if (code === 'not-administrator') {
    const found = 'HESTIA_ADMIN_USER is not whom the panel takes for its administrator'
    return fault('key', 'not-administrator', found, `Better use an access key: ${SETUP}.`)
  }
  return ok('key', 'the panel takes the key')
}

/** After the first that is missing no other is tried: the panel counts each as a failed login. */
async function findPermissions(
  needed: readonly string[],
  faultOf: (command: string) => Promise<string | undefined>,
): Promise<Finding> {
  for (const command of needed) {
    const code = await faultOf(command)
    if (code === 'command-forbidden') return missing(command)
    if (code !== undefined && code !== PATTERN_REFUSED) return unexpected('permissions', code)
  }
  return ok('permissions', `the key may run ${needed.join(', ')}`)
}

function missing(command: string): Finding {
  const found = `the key may not run ${command}; no more were tried, for the panel bans who asks for too many`
  const fix = `Correct its profile: ${SETUP}.`
  return fault('permissions', 'permission-missing', found, fix)
}

function examineScope(excess: KeyExcess | undefined): Finding {
  const fix = `Make one that may not: ${SETUP}. Then delete this one.`
  switch (excess?.code) {
    case undefined:
      return ok('key-scope', 'the key may not run a command that was tried and is not needed')
    case 'legacy-key': {
      const kind = excess.kind === 'api-key' ? 'a legacy API key' : 'an administrator’s password'
      return warning('key-scope', 'legacy-key', `the key is ${kind}, which may run every command`, fix)
    }
    case 'key-may-do-more': {
      const found = `the key may run ${excess.command}, which is not needed, and so perhaps every command`
      return warning('key-scope', 'key-may-do-more', found, fix)
    }
  }
}

/** A key that may do no more than is needed is not tried: the panel would count that as a failed login. */
async function findRelease(
  excess: KeyExcess | undefined,
  askRelease: PanelKey['askRelease'],
): Promise<Finding> {
  const tried = `Rekey was tried on ${triedReleases.join(', ')}`
  const release = excess && (await askRelease())
  if (release === undefined) {
    return notChecked('release', `the key may not ask for it, and needs not; ${tried}`)
  }
  return ok('release', `the panel is Hestia ${release}; ${tried}`)
}

function examineDottedNames(code: string | undefined): Finding {
  if (code !== PATTERN_REFUSED) return ok('dotted-names', 'mailboxes with a dot can be asked for exactly')
  const found = 'this release of the panel can’t be asked for exactly one mailbox whose name has a dot'
  const fix = 'No such mailbox is changed, the others are: take a release of Rekey that knows this panel.'
  return fault('dotted-names', PATTERN_REFUSED, found, fix)
}

/** The panel was reached, and then did not answer. */
const UNANSWERED: readonly (string | undefined)[] = ['timed-out', 'reset', 'cut-off']

function unexpected(check: 'api' | 'permissions', code: string | undefined): Finding {
  if (UNANSWERED.includes(code)) {
    const found = `the panel did not answer in time, or broke off (${code})`
    return fault(check, 'panel-unexpected', found, 'Look at the panel’s load, and at its log.')
  }
  const found = `the panel gave no answer that makes sense (${code})`
  return fault(check, 'panel-unexpected', found, 'See that HESTIA_URL is the panel’s, and its log.')
}
