import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { verify } from '@node-rs/bcrypt'
import { estimate } from '../../test/kit/strength.js'
import { changePassword, isAccountPassword, readAccount, readHash, type Submission } from './panel-calls.js'

// Rekey's essential work and nothing else: the estimate of the new password's strength, the panel commands, the check of the
// hash.
const server = createServer(async (request, response) => {
  const submission = JSON.parse(await text(request)) as Submission
  const isStrong = estimate(submission.newPassword, [submission.email]).score >= 3
  const isChanged = isStrong && (await isProven(submission)) && (await changePassword(submission))
  response.statusCode = isChanged ? 200 : 403
  response.setHeader('content-type', 'application/json').end('{"code":"changed"}')
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))

async function isProven({ email, currentPassword = '', account }: Submission): Promise<boolean> {
  if (!account) return await verify(currentPassword, await readHash(email))
  const [isRight] = await Promise.all([isAccountPassword(account), readAccount(account.username)])
  return isRight
}
