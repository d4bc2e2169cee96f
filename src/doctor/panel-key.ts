import type { FindKeyExcess } from '../core/key-excess.js'
import type { ReadinessFault } from '../core/readiness.js'
import { type Finding, fault, ok, warning } from './finding.js'
import type { Step } from './in-order.js'

/** The panel's API, and the service's key to it. */
export interface PanelKey {
  /** The commands that the service needs. */
  readonly needed: readonly string[]
  /** Why a command can't be run, undefined if it can; changes nothing. */
  probe(command: string): Promise<ReadinessFault | undefined>
  readonly findExcess: FindKeyExcess
}

const SETUP = 'run on the panel what `setup-panel` prints'

/** Whether the API is on, this host may call, the key is right, and may do what is needed and no more. */
export function keySteps({ needed, probe, findExcess }: PanelKey): readonly Step[] {
  const [first = '', ...others] = needed
  let asked: Promise<ReadinessFault | undefined> | undefined
  const firstFault = async (): Promise<string | undefined> => {
    asked ??= probe(first)
    return (await asked)?.code
  }
  return [
    { check: 'api', find: async () => [examineApi(await firstFault())] },
    { check: 'address', find: async () => [examineAddress(await firstFault())] },
    { check: 'key', find: async () => [examineKey(await firstFault())] },
    {
      check: 'permissions',
      find: async () => [await findPermissions(await firstFault(), first, others, probe)],
    },
    { check: 'key-scope', find: async () => [await findScope(findExcess)] },
  ]
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
    const cure = `On the panel: /usr/local/hestia/bin/v-change-sys-api enable api; or ${SETUP}.`
    return fault('api', 'api-disabled', 'the panel’s API is off for this kind of key', cure)
  }
  return unexpected('api', code)
}

function examineAddress(code: string | undefined): Finding {
  if (code !== 'address-not-allowed') return ok('address', 'this host may call')
  const found = 'the panel does not let the address call that this host’s calls come from'
  const cure = `Put it among the addresses that may use the API: ${SETUP}; "connection" above has it, unless NAT changes it.`
  return fault('address', 'address-not-allowed', found, cure)
}

function examineKey(code: string | undefined): Finding {
  if (code === 'key-refused') {
    const found = 'the panel does not take the key; it was asked once, for it bans whoever keeps knocking'
    return fault(
      'key',
      'key-refused',
      found,
      `Correct key and secret: ${SETUP}, which makes a key, or tells how to see or replace its own.`,
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
  firstFault: string | undefined,
  first: string,
  others: readonly string[],
  probe: PanelKey['probe'],
): Promise<Finding> {
  if (firstFault !== undefined) return missing(first)
  for (const command of others) {
    const code = (await probe(command))?.code
    if (code === 'command-forbidden') return missing(command)
    if (code !== undefined) return unexpected('permissions', code)
  }
  return ok('permissions', `the key may run ${[first, ...others].join(', ')}`)
}

function missing(command: string): Finding {
  const found = `the key may not run ${command}; no more were tried, for the panel bans who asks for too many`
  const cure = `Correct its profile: ${SETUP} for the same modes, which tells how.`
  return fault('permissions', 'permission-missing', found, cure)
}

async function findScope(findExcess: FindKeyExcess): Promise<Finding> {
  const excess = await findExcess()
  const cure = `Make one that may not (${SETUP}), and delete this one.`
  switch (excess?.code) {
    case undefined:
      return ok('key-scope', 'the key may not run a command that was tried and is not needed')
    case 'legacy-key': {
      const kind = excess.kind === 'api-key' ? 'a legacy API key' : 'an administrator’s password'
      return warning('key-scope', 'legacy-key', `the key is ${kind}, which may run every command`, cure)
    }
    case 'key-may-do-more': {
      const found = `the key may run ${excess.command}, which is not needed, and so perhaps every command`
      return warning('key-scope', 'key-may-do-more', found, cure)
    }
  }
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
