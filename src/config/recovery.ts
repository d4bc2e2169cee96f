import type { Proofs } from '../core/attempt.js'
import type { Secret } from '../lib/secret.js'
import { type AddFault, type Environment, isSecretSet } from './environment.js'
import {
  duration,
  flag,
  isBare,
  isHttpsOrLoopback,
  key,
  MIN_KEY_BYTES,
  url,
  type ValuesOf,
} from './fields.js'

export const title = 'Forgotten passwords'

export const variables = {
  REKEY_PUBLIC_URL: publicUrl().describe(
    'The page’s public address, such as `https://mail.example.com/password/`. It turns [recovery links](recovery.md#a-link-that-the-owner-makes) on. Needs `REKEY_LINK_KEY` and `REKEY_RECOVERY_STORE`.',
  ),
  REKEY_LINK_LIFETIME: duration('24h', '5m', '72h').describe(
    'How long an owner’s recovery link is valid, in minutes or hours.',
  ),
  REKEY_RECOVERY_ASK: flag(false).describe(
    'Whether a person who can’t sign in can [ask the hosting account’s owner](recovery.md#ask-the-administrator) for help. Needs `REKEY_PUBLIC_URL`, `REKEY_SMTP_URL` and proof by `account`.',
  ),
  REKEY_RECOVERY_KEY: key().describe(
    `The secret that encrypts [recovery addresses](recovery.md#a-recovery-address), ${MIN_KEY_BYTES} bytes or more. It turns them on. Make one with \`openssl rand -base64 32\`, and back it up: without it all recovery addresses are lost. Needs \`REKEY_PUBLIC_URL\`, \`REKEY_SMTP_URL\`, \`REKEY_RECOVERY_STORE\` and proof by \`mailbox\`.`,
  ),
  REKEY_RECOVERY_KEY_PREVIOUS: key().describe(
    'The previous `REKEY_RECOVERY_KEY`, for [`rekey rotate-recovery-key`](recovery.md#to-change-the-key-of-recovery-addresses).',
  ),
}

type Values = ValuesOf<typeof variables>

/** The other parts of the configuration that recovery needs. */
interface Needed {
  readonly linkKey: Secret | undefined
  readonly previousLinkKey: Secret | undefined
  /** Undefined if the value is invalid. */
  readonly proofs: Proofs | undefined
}

/** The configuration of recovery. */
export interface RecoveryConfig {
  /** Ends with a slash. */
  readonly publicUrl: string
  /** Links are signed with the first, and checked with all. */
  readonly linkKeys: readonly [Secret, ...Secret[]]
  /** How long a link that an owner makes is valid. */
  readonly linkLifetimeMs: number
  /** Whether people can ask the owner of the hosting account for help. */
  readonly asksAdministrator: boolean
  /** Recovery addresses are encrypted with it; undefined if people can't set any. */
  readonly addressKey: Secret | undefined
  /** The previous one, for `rekey rotate-recovery-key`. */
  readonly previousAddressKey: Secret | undefined
}

/** How people recover forgotten passwords. */
export function select(
  values: Values,
  { linkKey, previousLinkKey, proofs }: Needed,
  addFault: AddFault,
  environment: Environment,
): { readonly recovery: RecoveryConfig | undefined } {
  const { REKEY_PUBLIC_URL: address, REKEY_LINK_LIFETIME: linkLifetimeMs } = values
  const { REKEY_RECOVERY_ASK: asksAdministrator } = values
  const addressKey = selectAddressKey(values, proofs, addFault, environment)
  if (!environment.REKEY_PUBLIC_URL) {
    if (environment.REKEY_LINK_LIFETIME) addFault('REKEY_LINK_LIFETIME is set, but REKEY_PUBLIC_URL is not')
    if (asksAdministrator) addFault('REKEY_RECOVERY_ASK is true, but REKEY_PUBLIC_URL is not set')
    return { recovery: undefined }
  }
  if (asksAdministrator && !proofs?.includes('account')) {
    addFault('REKEY_RECOVERY_ASK is true, but REKEY_PROOFS lacks account, which owners need to make links')
  }
  if (asksAdministrator && !isSecretSet(environment, 'REKEY_SMTP_URL')) {
    addFault('REKEY_SMTP_URL must be set, because REKEY_RECOVERY_ASK is true')
  }
  if (!linkKey) addFault('REKEY_LINK_KEY must be set, because REKEY_PUBLIC_URL is')
  if (!environment.REKEY_RECOVERY_STORE) {
    addFault('REKEY_RECOVERY_STORE must be set, because REKEY_PUBLIC_URL is')
  }
  if (!address || !linkKey) return { recovery: undefined }
  const linkKeys: RecoveryConfig['linkKeys'] = [linkKey, ...(previousLinkKey ? [previousLinkKey] : [])]
  return {
    recovery: Object.freeze({
      publicUrl: address,
      linkKeys,
      linkLifetimeMs,
      asksAdministrator,
      addressKey,
      previousAddressKey: values.REKEY_RECOVERY_KEY_PREVIOUS,
    }),
  }
}

function selectAddressKey(
  { REKEY_RECOVERY_KEY: addressKey }: Values,
  proofs: Needed['proofs'],
  addFault: AddFault,
  environment: Environment,
): Secret | undefined {
  if (!isSecretSet(environment, 'REKEY_RECOVERY_KEY')) {
    if (isSecretSet(environment, 'REKEY_RECOVERY_KEY_PREVIOUS')) {
      addFault('REKEY_RECOVERY_KEY_PREVIOUS is set, but REKEY_RECOVERY_KEY is not')
    }
    return undefined
  }
  for (const name of ['REKEY_PUBLIC_URL', 'REKEY_SMTP_URL']) {
    if (!isSecretSet(environment, name)) addFault(`${name} must be set, because REKEY_RECOVERY_KEY is`)
  }
  if (proofs && !proofs.includes('mailbox')) {
    addFault('REKEY_PROOFS must include mailbox, because REKEY_RECOVERY_KEY is set')
  }
  return addressKey
}

/** An address with nothing after its path. Adds a slash at the end. */
function publicUrl() {
  const message = 'must be the address of the page, such as https://mail.example.com/password/'
  return url(message, (given) => {
    if (!isBare(given) || !isHttpsOrLoopback(given)) return undefined
    return given.href.replace(/\/*$/, '/')
  }).optional()
}
