import { type AddFault, type Environment, isSecretSet } from './environment.js'
import { HOW_TO_MAKE_A_KEY, key, MIN_KEY_BYTES, type ValuesOf } from './fields.js'

export const title = 'Keys'

export const variables = {
  REKEY_LINK_KEY: key().describe(
    `The secret that signs [recovery links](recovery.md) and [puzzles](security.md#puzzles), ${MIN_KEY_BYTES} bytes or more. Make one with \`openssl rand -base64 32\`. Required with \`REKEY_REDIS_URL\`, the same for all instances. Default: a new random one at each start.`,
  ),
  REKEY_LINK_KEY_PREVIOUS: key().describe(
    'The previous `REKEY_LINK_KEY`, so that its links still work. Remove it when they have expired.',
  ),
}

type Values = ValuesOf<typeof variables>

/** The secrets that signatures are made and checked with. */
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
