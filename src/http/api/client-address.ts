import type { RequestHandler } from 'express'
import * as z from 'zod'
import { contextOf } from '../request-context.js'

/** The address that the caller's requests count for. */
export const countedAddress = z
  .strictObject({
    address: z.string().meta({ description: 'In canonical form (RFC 5952)', example: '203.0.113.9' }),
  })
  .meta({ id: 'ClientAddress' })

/**
 * Shows callers their own address as the rate limits and the log have it. With it, administrators can check that the proxies
 * forward addresses. Other sites can't read it: there are no CORS headers, and it isn't cached.
 */
export const answerClientAddress: RequestHandler = (_request, response) => {
  const { clientAddress } = contextOf(response)
  response.json({ address: clientAddress } satisfies z.output<typeof countedAddress>)
}
