import type { Answer, ShownAddress } from '../../core/answer.js'
import type { Messages } from '../../languages/catalogue.js'
import type { Form } from '../submission/read-body.js'
import {
  currentPasswordField,
  linkedMailboxField,
  linkField,
  mailboxField,
  recoveryAddressField,
  showFields,
} from './field-view.js'
import { addressFields, confirmationFields, fieldErrors } from './form-fields.js'
import { noticeView } from './notice-view.js'
import type { DoubtView } from './result-views.js'

/** What to show if no answer came. It is safe to send the form again. */
export function addressLostView({ link, script }: Messages): DoubtView {
  return { heading: link.lost, detail: script.answerLost, steps: [] }
}

/** Everything that the template `recovery-address` shows: the form that sets a recovery address. */
export function addressView(messages: Messages, form: Form, answer: Answer | undefined) {
  const { page, recoveryAddress } = messages
  const errors = answer ? fieldErrors(answer, addressFields, messages) : []
  const typed = [
    mailboxField(page, form),
    currentPasswordField(page),
    recoveryAddressField(recoveryAddress, form),
  ]
  const fields = showFields(typed, errors, messages)
  return {
    ...noticeView(messages, recoveryAddress.title, fields, answer),
    recoveryAddress,
    fields,
  }
}

/**
 * Everything that the template `confirm-address` shows: the form that confirms an address with the mailed link.
 *
 * @param setHref the page that sends another link
 */
export function confirmView(messages: Messages, form: Form, answer: Answer | undefined, setHref: string) {
  const { page, recover, recoveryAddress } = messages
  const errors = answer ? fieldErrors(answer, confirmationFields, messages) : []
  const words = { link: recover.link, linkHint: recoveryAddress.linkHint }
  const link = showFields([linkField(words, form, answer)], errors, messages)
  return {
    ...noticeView(messages, recoveryAddress.confirmTitle, link, answer),
    recoveryAddress,
    email: showFields([linkedMailboxField(page)], errors, messages),
    link,
    newLinkHref: answer?.code === 'recovery-invalid' ? setHref : '',
  }
}

/** The URLs of the pages about a recovery address. */
export interface AddressHrefs {
  readonly set: string
  readonly remove: string
}

/**
 * What the page after a change shows about the mailbox's recovery address.
 *
 * @param address undefined if it has none
 */
export function ownAddressView(
  { recoveryAddress }: Messages,
  address: ShownAddress | undefined,
  hrefs: AddressHrefs,
) {
  return {
    words: recoveryAddress,
    hrefs,
    address: address ? { ...address, removal: address.removal.reveal() } : null,
  }
}
