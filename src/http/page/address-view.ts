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

/** What to show if no answer came: nothing is lost by sending the form again. */
export function addressLostView({ link, script }: Messages): DoubtView {
  return { heading: link.lost, detail: script.answerLost, steps: [] }
}

/** All that the template `recovery-address` shows: the form by which the user of a mailbox names a recovery address. */
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
 * All that the template `confirm-address` shows: the form that confirms an address by the link that was mailed to it.
 *
 * @param setHref the page for another link
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

/** Pages about a recovery address. */
export interface AddressHrefs {
  readonly set: string
  readonly remove: string
}

/**
 * What the page after a change says of the mailbox's recovery address.
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
