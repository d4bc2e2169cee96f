import * as z from 'zod'
import { Secret } from '../lib/secret.js'
import { type AddFault, type Environment, isSecretSet } from './environment.js'
import { SECRET, type ValuesOf } from './fields.js'

const MIN_BYTES = 32
const HOW_TO_MAKE_ONE = 'Make one with: openssl rand -base64 32'

export const title = 'Keys'

export const variables = {
  REKEY_LINK_KEY: linkKey().describe(
    `Required with \`REKEY_REDIS_URL\`: the secret that all instances derive their keys from, ${MIN_BYTES} bytes or more. Make one with \`openssl rand -base64 32\`. Without Redis, a random one is made at each start. It signs the [puzzles](security.md#puzzles) for callers who have reached a limit, and [recovery links](recovery.md).`,
  ),
  REKEY_LINK_KEY_PREVIOUS: linkKey().describe(
    'The former `REKEY_LINK_KEY`, after you have changed it: [recovery links](recovery.md) that it signed work on. Remove it when they have expired.',
  ),
}

type Values = ValuesOf<typeof variables>

/** The secret behind what Rekey signs. */
export function select(values: Values, addFault: AddFault, environment: Environment) {
  if (isSecretSet(environment, 'REKEY_REDIS_URL') && !isSecretSet(environment, 'REKEY_LINK_KEY')) {
    addFault(`REKEY_LINK_KEY must be set, because REKEY_REDIS_URL is. ${HOW_TO_MAKE_ONE}`)
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

function linkKey() {
  return z
    .string()
    .refine(
      (value) => Buffer.byteLength(value) >= MIN_BYTES,
      `must have ${MIN_BYTES} bytes or more. ${HOW_TO_MAKE_ONE}`,
    )
    .transform((value) => new Secret(value))
    .optional()
    .meta(SECRET)
}
