import type { AddressInfo } from 'node:net'
import express from 'express'
import { PATH } from '../people.js'
import { changePassword, isAccountPassword, type Submission } from './panel-calls.js'

// The simplest service: check the hosting account's password, then change the mailbox's.
const app = express()
app.post(PATH, express.json(), async (request, response) => {
  const submission = request.body as Submission
  const isProven = submission.account !== undefined && (await isAccountPassword(submission.account))
  const isChanged = isProven && (await changePassword(submission))
  response.status(isChanged ? 200 : 403).json({ code: isChanged ? 'changed' : 'invalid-credentials' })
})
const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
