import type { RequestHandler } from 'express'
import * as z from 'zod'
import { contextOf } from '../request-context.js'

/** The address that a caller is counted by. */
export const countedAddress = z
  .strictObject({
    address: z.string().meta({ description: 'In canonical form (RFC 5952)', example: '203.0.113.9' }),
  })
  .meta({ id: 'ClientAddress' })

/**
 * Tells callers their own address as limits and log have it, so that an operator can see whether the proxies hand it
 * on. It is no secret to them, and `no-store` and the lack of any CORS header keep it from others.
 */
export const answerClientAddress: RequestHandler = (_request, response) => {
  const { clientAddress } = contextOf(response)
  response.json({ address: clientAddress } satisfies z.output<typeof countedAddress>)
}
