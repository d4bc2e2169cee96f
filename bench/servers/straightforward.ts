import type { AddressInfo } from 'node:net'
import { verify } from '@node-rs/bcrypt'
import express from 'express'
import { rateLimit } from 'express-rate-limit'
import helmet from 'helmet'
import { z } from 'zod'
import { PATH } from '../submissions.js'
import { callsOf } from './panel-calls.js'

// What one would write first: the usual middleware, and the panel's commands one after another.
const submission = z.object({
  email: z.email(),
  newPassword: z.string().min(12).max(72),
  currentPassword: z.string().optional(),
  account: z.object({ username: z.string(), password: z.string() }).optional(),
})

const app = express()
app.use(helmet())
app.post(
  PATH,
  rateLimit({ limit: 1_000_000, windowMs: 60_000 }),
  express.json(),
  async (request, response) => {
    const parsed = submission.safeParse(request.body)
    if (!parsed.success) return void response.status(400).json({ code: 'invalid-request' })
    const { proofs, change } = callsOf(parsed.data)
    const answers: string[] = []
    for (const call of proofs) answers.push(await call())
    const [proof = ''] = answers
    const proven = parsed.data.account
      ? proof === '0'
      : await verify(parsed.data.currentPassword ?? '', proof.trim().replace('{BLF-CRYPT}', ''))
    const changed = proven && (await change()) === '0'
    response.status(changed ? 200 : 403).json({ code: changed ? 'changed' : 'invalid-credentials' })
  },
)
const server = app.listen(0, '127.0.0.1', () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
)
