import type { BrandView } from '../../branding/brand.js'
import type { Answer } from '../../core/answer.js'
import type { Messages } from '../../languages/catalogue.js'
import { wordsOf } from '../../languages/messages.js'

type DoubtfulCode = 'outcome-unknown' | 'change-not-confirmed'

/** Answers after which nobody knows for sure which password is in force. */
export function isInDoubt(answer: Answer): answer is Extract<Answer, { code: DoubtfulCode }> {
  return answer.code === 'outcome-unknown' || answer.code === 'change-not-confirmed'
}

/** What to do if it isn't known how a submission ended. */
export interface DoubtView {
  readonly heading: string
  readonly detail: string
  readonly steps: readonly string[]
}

/** What to do where it is not known which password is in force: the likelier one is tried first. */
export function doubtView(messages: Messages, answer: Answer): DoubtView {
  const { title, detail } = wordsOf(answer, messages)
  const { newFirst, thenOld, oldFirst, thenNew, neither } = messages.steps
  const steps = answer.code === 'outcome-unknown' ? [newFirst, thenOld] : [oldFirst, thenNew]
  return { heading: title, detail, steps: [...steps, neither] }
}

/** The same for an answer that never came to the browser: its script shows it. */
export function answerLostView(messages: Messages): DoubtView {
  const view = doubtView(messages, { code: 'outcome-unknown' })
  return { ...view, detail: messages.script.answerLost }
}

/** The same where a link was used: nobody knows the old password, and the link is used up. */
export function linkDoubtView({ answer, recover, steps }: Messages, code: DoubtfulCode): DoubtView {
  const detail = code === 'outcome-unknown' ? recover.unknown : recover.notConfirmed
  return { heading: answer[code].title, detail, steps: [steps.newFirst, recover.refused] }
}

/** The same for an answer that never came to the browser. */
export function linkAnswerLostView(messages: Messages): DoubtView {
  return { ...linkDoubtView(messages, 'outcome-unknown'), detail: messages.script.answerLost }
}

const SECURITY = { tls: 'SSL/TLS', starttls: 'STARTTLS' }

/** What comes after a change: the devices that must be told, and what to enter there. */
export function doneView(messages: Messages, mailbox: string, { incoming, outgoing }: BrandView) {
  const { title, detail } = messages.answer.changed
  const { devices } = messages
  const servers = [
    { label: devices.incoming, server: incoming },
    { label: devices.outgoing, server: outgoing },
  ].flatMap(({ label, server }) =>
    server ? [{ label, host: server.host, port: server.port, security: SECURITY[server.security] }] : [],
  )
  return { heading: title, detail, devices, mailbox, servers, ownAddress: null }
}
