import * as z from 'zod'

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))

/**
 * An ALTCHA challenge, version 2: find the counter for which SHA-256 of salt, nonce and counter (four bytes, big-endian) begins
 * with `keyPrefix`. The signature covers the JSON text of `parameters`, with the members in this order.
 */
export const challenge = z
  .strictObject({
    parameters: z.strictObject({
      algorithm: z.literal('SHA-256'),
      cost: z.literal(1),
      data: z.strictObject({ maxCounter: z.int().meta({ description: 'No counter is higher' }) }),
      expiresAt: z.int().meta({ description: 'In seconds since 1970 (UTC)' }),
      keyLength: z.literal(32),
      keyPrefix: hex(16),
      nonce: hex(16),
      salt: hex(16),
    }),
    signature: hex(32),
  })
  .meta({ id: 'Challenge', description: 'A puzzle in the form of an ALTCHA challenge' })

/** As sent: JSON in base64. */
export const solvedChallenge = z.object({
  challenge,
  solution: z.object({ counter: z.int().min(0).max(0xffff_ffff), derivedKey: hex(32) }),
})

export type Challenge = z.output<typeof challenge>
export type SolvedChallenge = z.output<typeof solvedChallenge>
