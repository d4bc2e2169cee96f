import { type AddFault, type Environment, isSecretSet } from './environment.js'
import { HOW_TO_MAKE_A_KEY, key, MIN_KEY_BYTES, type ValuesOf } from './fields.js'

export const title = 'Keys'

export const variables = {
  REKEY_LINK_KEY: key().describe(
    `Required with \`REKEY_REDIS_URL\`: the secret that all instances derive their keys from, ${MIN_KEY_BYTES} bytes or more. Make one with \`openssl rand -base64 32\`. Without Redis, a random one is made at each start. It signs the [puzzles](security.md#puzzles) for callers who have reached a limit, and [recovery links](recovery.md).`,
  ),
  REKEY_LINK_KEY_PREVIOUS: key().describe(
    'The former `REKEY_LINK_KEY`, after you have changed it: [recovery links](recovery.md) that it signed work on. Remove it when they have expired.',
  ),
}

type Values = ValuesOf<typeof variables>

/** The secret behind what Rekey signs. */
export function select(values: Values, addFault: AddFault, environment: Environment) {
  if (isSecretSet(environment, 'REKEY_REDIS_URL') && !isSecretSet(environment, 'REKEY_LINK_KEY')) {
    addFault(`REKEY_LINK_KEY must be set, because REKEY_REDIS_URL is. ${HOW_TO_MAKE_A_KEY}`)
  }
  if (isSecretSet(environment, 'REKEY_LINK_KEY_PREVIOUS') && !isSecretSet(environment, 'REKEY_LINK_KEY')) {
    addFault('REKEY_LINK_KEY_PREVIOUS is set, but REKEY_LINK_KEY is not')
  }
  return {
    /** Undefined if each process makes its own. */
    linkKey: values.REKEY_LINK_KEY,
    previousLinkKey: values.REKEY_LINK_KEY_PREVIOUS,
  }
}
