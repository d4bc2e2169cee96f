import type { Response } from 'express'
import * as z from 'zod'
import { type Answer, type AnswerCode, answerCodes, answers, type ShownAddress } from '../../core/answer.js'
import { challenge } from '../../core/puzzle.js'
import type { Messages } from '../../languages/catalogue.js'
import { faultMessage, wordsOf } from '../../languages/messages.js'
import { setHead } from '../answer-head.js'
import { brokenRules, describeReasons } from '../describe-policy.js'
import { messagesOf } from '../negotiate-language.js'
import { contextOf } from '../request-context.js'

type Done =
  | 'changed'
  | 'recovery-requested'
  | 'recovery-link-made'
  | 'recovery-links-ended'
  | 'recovery-address-sent'
  | 'recovery-address-confirmed'
  | 'recovery-address-removed'

const codes = answerCodes.filter((code) => answers[code].status >= 400) as Exclude<AnswerCode, Done>[]

/** Every answer except a success: an RFC 9457 problem with additional members. */
export const problem = z
  .strictObject({
    type: z.string().meta({ description: 'urn:rekey:problem: and the code' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What happened and what to do, in words' }),
    code: z.enum(codes).meta({ description: 'For programs; a code never changes its meaning' }),
    requestId: z.string().meta({ description: 'Also in the request’s log line' }),
    errors: z
      .array(z.strictObject({ pointer: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'For invalid-request: JSON pointers (RFC 6901) to the wrong members' }),
    reasons: brokenRules
      .optional()
      .meta({ description: 'For password-rejected: every rule that the new password breaks' }),
    challenge: challenge.optional().meta({
      description: 'For too-many-attempts: a puzzle. A retry with its solution passes this limit',
    }),
  })
  .meta({ id: 'Problem' })

/** The answer after a change. */
export const changed = z
  .strictObject({
    code: z.literal('changed'),
    recoveryAddress: z
      .strictObject({
        masked: z
          .string()
          .meta({ description: 'Shortened, but its user can recognize it', example: 'j…@e….net' }),
        ended: z.boolean().meta({ description: 'Whether the change ended it' }),
        removal: z.string().meta({ description: 'Removes the address if it is sent back within 30 minutes' }),
      })
      .optional()
      .meta({ description: 'The mailbox’s recovery address, if its current password proved the change' }),
  })
  .meta({ id: 'Changed' })

/** The answer with a new recovery link. */
export const linkMade = z
  .strictObject({
    code: z.literal('recovery-link-made'),
    url: z.url().meta({ description: 'Can set the password of the mailbox once' }),
    expiresAt: z.iso.datetime().meta({ description: 'UTC' }),
  })
  .meta({ id: 'LinkMade' })

/** The answer to an owner who ended all links. */
export const linksEnded = z
  .strictObject({ code: z.literal('recovery-links-ended') })
  .meta({ id: 'LinksEnded' })

/** The answer to a person who can't sign in. It is the same whether a mail is sent or not. */
export const helpRequested = z
  .strictObject({ code: z.literal('recovery-requested') })
  .meta({ id: 'HelpRequested' })

/** The answer to a new recovery address: a link is sent there. */
export const addressSent = z
  .strictObject({ code: z.literal('recovery-address-sent') })
  .meta({ id: 'AddressSent' })

/** The answer to a confirmed recovery address. */
export const addressConfirmed = z
  .strictObject({
    code: z.literal('recovery-address-confirmed'),
    mailbox: z.string().meta({ description: 'The mailbox that it can recover', example: 'info@example.org' }),
  })
  .meta({ id: 'AddressConfirmed' })

/** The answer to a removed recovery address. */
export const addressRemoved = z
  .strictObject({ code: z.literal('recovery-address-removed') })
  .meta({ id: 'AddressRemoved' })

type DoneBody = z.output<
  | typeof changed
  | typeof helpRequested
  | typeof linkMade
  | typeof linksEnded
  | typeof addressSent
  | typeof addressConfirmed
  | typeof addressRemoved
>

/** Sends an answer as JSON. */
export function sendJson(response: Response, answer: Answer): void {
  setHead(response, answer)
  if (isDone(answer)) response.json(doneBody(answer))
  else sendProblem(response, answer)
}

function isDone(answer: Answer): answer is Extract<Answer, { code: Done }> {
  return answers[answer.code].status < 400
}

function doneBody(answer: Extract<Answer, { code: Done }>): DoneBody {
  const { code } = answer
  switch (code) {
    case 'changed':
      return { code, ...(answer.recoveryAddress && { recoveryAddress: addressBody(answer.recoveryAddress) }) }
    case 'recovery-link-made':
      return { code, url: answer.url.reveal(), expiresAt: new Date(answer.expiresMs).toISOString() }
    case 'recovery-address-confirmed':
      return { code, mailbox: answer.mailbox }
    default:
      return { code }
  }
}

function addressBody({ masked, isEnded, removal }: ShownAddress) {
  return { masked, ended: isEnded, removal: removal.reveal() }
}

function sendProblem(response: Response, answer: Exclude<Answer, { code: Done }>): void {
  const messages = messagesOf(response)
  const body: z.output<typeof problem> = {
    type: `urn:rekey:problem:${answer.code}`,
    ...wordsOf(answer, messages),
    status: answers[answer.code].status,
    code: answer.code,
    requestId: contextOf(response).requestId,
    ...membersOf(answer, messages),
  }
  response.type('application/problem+json').send(JSON.stringify(body))
}

type Members = Pick<z.output<typeof problem>, 'errors' | 'reasons' | 'challenge'>

function membersOf(answer: Answer, messages: Messages): Members {
  if (answer.code === 'invalid-request') {
    return {
      errors: answer.faults.map((fault) => ({
        pointer: fault.pointer,
        message: faultMessage(messages, fault),
      })),
    }
  }
  if (answer.code === 'password-rejected') {
    return { reasons: describeReasons(answer.reasons, messages) }
  }
  if (answer.code === 'too-many-attempts') return { challenge: answer.limit.challenge }
  return {}
}
