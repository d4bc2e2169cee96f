import type { Answer } from '../../core/answer.js'
import type { Messages } from '../../languages/catalogue.js'
import { timeInWords, waitInWords } from '../../languages/messages.js'
import type { Form } from '../submission/read-body.js'
import { accountFields, mailboxField, showFields } from './field-view.js'
import { fieldErrors, ownerFields } from './form-fields.js'
import { noticeView } from './notice-view.js'
import { qrCodeOf } from './qr-code.js'
import type { DoubtView } from './result-views.js'

/** What to show if no answer came. A link that nobody has seen does no harm. */
export function linkLostView({ link }: Messages): DoubtView {
  return { heading: link.lost, detail: link.lostDetail, steps: [] }
}

/** A button in another form that sends its fields to the form for links. */
export function linkButtonView(messages: Messages, href: string) {
  const { instead, sending } = messages.link
  return { href, label: instead, sending, lost: { ...linkLostView(messages), requestId: '' } }
}

/** Everything that the template `link` shows: the form for owners of hosting accounts. */
export function linkFormView(messages: Messages, form: Form, answer: Answer | undefined) {
  const { page, link } = messages
  const errors = answer ? fieldErrors(answer, ownerFields, messages) : []
  const typed = [mailboxField(page, form), ...accountFields(page, form, errors)]
  const fields = showFields(typed, errors, messages)
  return { ...noticeView(messages, link.title, fields, answer), link, fields }
}

/**
 * Everything that the template `link-made` shows.
 *
 * @param nowMs in Unix time
 */
export function linkMadeView(
  messages: Messages,
  { url, expiresMs }: Extract<Answer, { code: 'recovery-link-made' }>,
  mailbox: string,
  nowMs: number,
) {
  const { answer, language, link } = messages
  const [beforeMailbox = '', afterMailbox = ''] = link.warning.split('{mailbox}')
  const wait = waitInWords(Math.ceil((expiresMs - nowMs) / 1000), language)
  return {
    heading: answer['recovery-link-made'].title,
    link,
    warning: { before: beforeMailbox, mailbox, after: afterMailbox },
    url: url.reveal(),
    qr: qrCodeOf(url.reveal()),
    valid: link.valid.replace('{time}', timeInWords(expiresMs, language)).replace('{wait}', wait),
  }
}
