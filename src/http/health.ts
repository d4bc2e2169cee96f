import type { Response, Router } from 'express'
import * as z from 'zod'
import type { CheckReadiness } from '../core/readiness.js'
import { createRouter, routeMethods } from './route-methods.js'

/** The answer of `/healthz`: the process is running. */
export const health = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' })

/** The answer of `/readyz`: whether changes are possible, and if not, why. */
export const readiness = z
  .strictObject({
    status: z.enum(['ready', 'not-ready']),
    faults: z.array(
      z.strictObject({ code: z.string(), command: z.string().optional(), reason: z.string().optional() }),
    ),
  })
  .meta({ id: 'Readiness' })

/** Serves the checks for supervisors and load balancers. */
export function createHealthRouter(checkReadiness: CheckReadiness): Router {
  const router = createRouter()
  const answerHealth = (response: Response): void => {
    response.json({ status: 'ok' } satisfies z.output<typeof health>)
  }
  const answerReadiness = async (response: Response): Promise<void> => {
    const faults = await checkReadiness()
    const status = faults.length === 0 ? 'ready' : 'not-ready'
    response.status(faults.length === 0 ? 200 : 503).json({ status, faults })
  }
  routeMethods(router, '/healthz', { get: [(_request, response) => answerHealth(response)] })
  routeMethods(router, '/readyz', { get: [(_request, response) => answerReadiness(response)] })
  return router
}
