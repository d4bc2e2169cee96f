import type { FindKeyExcess, KeyExcess } from '../core/panel-port.js'
import type { ReadinessFault } from '../core/readiness.js'
import { commandNames } from '../panel/command-names.js'
import { PATTERN_REFUSED } from '../panel/mailbox-patterns.js'
import { triedReleases } from '../panel/release.js'
import { type Finding, fault, notChecked, ok, warning } from './finding.js'
import type { Step } from './in-order.js'

/** The panel's API, and Rekey's key to it. */
export interface PanelKey {
  /** The commands that the service needs. */
  readonly needed: readonly string[]
  /** Why a command can't be run; undefined if it can. Changes nothing. */
  probe(command: string): Promise<ReadinessFault | undefined>
  readonly findExcess: FindKeyExcess
  /** Undefined if unknown. Call it only for a key that may run more than the needed commands. */
  askRelease(): Promise<string | undefined>
}

const SETUP = 'run `rekey setup` again, with `--remote` if the panel is on another host'

/**
 * Checks that the API is on, that this host may call it, and that the key is right and may run the needed commands and no others.
 * Also finds the panel's release.
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

/** Asks once for each argument, and remembers the answer. */
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

/** Results that the checks after this one handle. */
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
    const fix = `Run /usr/local/hestia/bin/v-change-sys-api enable api on the panel, or ${SETUP}.`
    return fault('api', 'api-disabled', 'the panel’s API is off for this kind of key', fix)
  }
  return unexpected('api', code)
}

function examineAddress(code: string | undefined): Finding {
  if (code !== 'address-not-allowed') return ok('address', 'this host may use the API')
  const found = 'this host’s address isn’t on the allow list of the panel’s API'
  const fix = `Add the address: ${SETUP}. "connection" above shows it, unless there is NAT in between.`
  return fault('address', 'address-not-allowed', found, fix)
}

function examineKey(code: string | undefined): Finding {
  if (code === 'key-refused') {
    const found = 'the panel refuses the key (tried only once, because the panel bans repeated tries)'
    const fix = `Correct the access key and its secret: ${SETUP}, which makes a key if there is none.`
    return fault('key', 'key-refused', found, fix)
  }
  if (code === 'not-administrator') {
    const found = 'HESTIA_ADMIN_USER isn’t the panel’s administrator'
    return fault('key', 'not-administrator', found, `Use an access key instead: ${SETUP}.`)
  }
  return ok('key', 'the panel accepts the key')
}

/** Stops at the first missing permission: the panel counts each forbidden command as a failed login. */
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
  const found = `the key may not run ${command} (others weren’t tried, because the panel bans repeated tries)`
  const fix = `Correct the key’s profile: ${SETUP}.`
  return fault('permissions', 'permission-missing', found, fix)
}

function examineScope(excess: KeyExcess | undefined): Finding {
  const fix = `Make a key with fewer permissions: ${SETUP}. Then delete this key.`
  switch (excess?.code) {
    case undefined:
      return ok('key-scope', 'the key may not run the unneeded command that was tried')
    case 'legacy-key': {
      const kind = excess.kind === 'api-key' ? 'a legacy API key' : 'an administrator’s password'
      return warning('key-scope', 'legacy-key', `the key is ${kind}, which may run every command`, fix)
    }
    case 'key-may-do-more': {
      const found = `the key may run ${excess.command}, which Rekey doesn’t need, and perhaps every command`
      return warning('key-scope', 'key-may-do-more', found, fix)
    }
  }
}

/** Asks only if the key may run more than the needed commands: otherwise the panel would count a failed login. */
async function findRelease(
  excess: KeyExcess | undefined,
  askRelease: PanelKey['askRelease'],
): Promise<Finding> {
  const tried = `Rekey was tested on ${triedReleases.join(', ')}`
  const release = excess && (await askRelease())
  if (release === undefined) {
    return notChecked('release', `the key has no permission for it, and needs none; ${tried}`)
  }
  return ok('release', `the panel is Hestia ${release}; ${tried}`)
}

function examineDottedNames(code: string | undefined): Finding {
  if (code !== PATTERN_REFUSED)
    return ok('dotted-names', 'the panel finds mailboxes with a dot in their name')
  const found = 'Rekey can’t look up mailboxes with a dot in their name on this release of the panel'
  const fix = 'Upgrade Rekey. Until then, it can’t change their passwords; other mailboxes work.'
  return fault('dotted-names', PATTERN_REFUSED, found, fix)
}

/** The connection worked, but there was no complete response. */
const UNANSWERED: readonly (string | undefined)[] = ['timed-out', 'reset', 'cut-off']

function unexpected(check: 'api' | 'permissions', code: string | undefined): Finding {
  if (UNANSWERED.includes(code)) {
    const found = `the panel didn’t answer in time, or closed the connection (${code})`
    return fault(check, 'panel-unexpected', found, 'Check the panel’s load and its log.')
  }
  const found = `the panel’s answer makes no sense (${code})`
  return fault(check, 'panel-unexpected', found, 'Check that HESTIA_URL is the panel’s address, and its log.')
}
