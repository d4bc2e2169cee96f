import type { BrandView } from '../../branding/brand.js'
import type { Answer } from '../../core/answer.js'
import type { Messages } from '../../languages/catalogue.js'
import { wordsOf } from '../../languages/messages.js'

type DoubtfulCode = 'outcome-unknown' | 'change-not-confirmed'

/** Whether it is uncertain which password works after this answer. */
export function isInDoubt(answer: Answer): answer is Extract<Answer, { code: DoubtfulCode }> {
  return answer.code === 'outcome-unknown' || answer.code === 'change-not-confirmed'
}

/** What to do if the outcome of a submission is unknown. */
export interface DoubtView {
  readonly heading: string
  readonly detail: string
  readonly steps: readonly string[]
}

/** What to do if it is uncertain which password works. The more likely one comes first. */
export function doubtView(messages: Messages, answer: Answer): DoubtView {
  const { title, detail } = wordsOf(answer, messages)
  const { newFirst, thenOld, oldFirst, thenNew, neither } = messages.steps
  const steps = answer.code === 'outcome-unknown' ? [newFirst, thenOld] : [oldFirst, thenNew]
  return { heading: title, detail, steps: [...steps, neither] }
}

/** The same if the browser got no answer. The page's script shows it. */
export function answerLostView(messages: Messages): DoubtView {
  const view = doubtView(messages, { code: 'outcome-unknown' })
  return { ...view, detail: messages.script.answerLost }
}

/** The same after a link: nobody knows the old password, and the link is used up. */
export function linkDoubtView({ answer, recover, steps }: Messages, code: DoubtfulCode): DoubtView {
  const detail = code === 'outcome-unknown' ? recover.unknown : recover.notConfirmed
  return { heading: answer[code].title, detail, steps: [steps.newFirst, recover.refused] }
}

/** The same after a link if the browser got no answer. */
export function linkAnswerLostView(messages: Messages): DoubtView {
  return { ...linkDoubtView(messages, 'outcome-unknown'), detail: messages.script.answerLost }
}

const SECURITY = { tls: 'SSL/TLS', starttls: 'STARTTLS' }

/** What to do after a change: the devices that need the new password, and what to enter there. */
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
