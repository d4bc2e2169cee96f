import type { Response } from 'express'
import type { Answer } from '../../core/answer.js'
import type { Messages } from '../../languages/catalogue.js'
import { faultMessage, reasonMessage, wordsOf } from '../../languages/messages.js'
import { setHead } from '../answer-head.js'
import { messagesOf } from '../negotiate-language.js'
import { contextOf } from '../request-context.js'
import type { FieldNames } from '../submission/read-body.js'

/**
 * Sends an answer to a webmail program. A refusal begins with `error `, like the panel's own: the panel's driver for Roundcube
 * treats every answer with `ok` and without `error` as a success.
 *
 * @param success the complete body of a success
 */
export function sendText(response: Response, answer: Answer, fields: FieldNames, success: string): void {
  const messages = messagesOf(response)
  setHead(response, answer)
  response.type('text/plain')
  if (answer.code === 'changed') return void response.send(success)
  const { title, detail } = wordsOf(answer, messages)
  const words = [`${title}.`, detail, ...furtherWords(answer, fields, messages)].join(' ')
  response.send(`error ${answer.code}: ${words} [${contextOf(response).requestId}]\n`)
}

function furtherWords(answer: Answer, fields: FieldNames, messages: Messages): string[] {
  if (answer.code === 'password-rejected') {
    return answer.reasons.map((reason) => reasonMessage(messages, reason))
  }
  if (answer.code !== 'invalid-request') return []
  return answer.faults.map(
    (fault) => `${fields[fault.pointer] ?? fault.pointer}: ${faultMessage(messages, fault)}`,
  )
}
