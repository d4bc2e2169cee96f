import type { Response, Router } from 'express'
import type { Answer } from '../../core/answer.js'
import { wordsOf } from '../../languages/messages.js'
import { messagesOf } from '../negotiate-language.js'
import { createRouter, refuseUnknownPath, routeMethods } from '../route-methods.js'
import type { AddressActions } from '../submission/actions.js'
import type { ParsedBody } from '../submission/parse-body.js'
import { PERSON_TIMEOUT_MS } from '../submission/person-timeout.js'
import type { Action, Face } from '../submission/pipeline.js'
import type { Form } from '../submission/read-body.js'
import { addressLostView, addressView, confirmView } from './address-view.js'
import { addressInQuery } from './change-page.js'
import { parseAddressForm, parseConfirmationForm, parseRemovalForm } from './form-fields.js'
import { pageHref } from './layout-view.js'
import type { PageParts } from './page-parts.js'
import { scriptView } from './script-view.js'

const SET_PATH = 'recovery-address'
const CONFIRM_PATH = 'recovery-address/confirm'

/**
 * The forms with which a user of a mailbox sets a recovery address and confirms it with the mailed link, and the answers to these
 * and to its removal. The link is in the page's fragment, which browsers never send, and opening the page doesn't use it up.
 */
export function createAddressRouter(
  { pipeline, guards, sendPage, policy, basePath }: PageParts,
  { set, confirm, remove }: AddressActions,
): Router {
  function scriptOf(response: Response) {
    const messages = messagesOf(response)
    const words = { ...messages, script: { ...messages.script, sending: messages.link.sending } }
    return scriptView(words, policy, addressLostView(messages))
  }

  function sendSetForm(response: Response, form: Form, answer?: Answer): void {
    const view = { ...addressView(messagesOf(response), form, answer), ...scriptOf(response) }
    const email = typeof form.email === 'string' ? form.email : ''
    sendPage(response, { path: SET_PATH, template: 'recovery-address', view, answer, email })
  }

  function sendConfirmForm(response: Response, form: Form, answer?: Answer): void {
    const messages = messagesOf(response)
    const setHref = pageHref(basePath, SET_PATH, messages.language)
    const view = { ...confirmView(messages, form, answer, setHref), ...scriptOf(response) }
    sendPage(response, { path: CONFIRM_PATH, template: 'confirm-address', view, answer })
  }

  function sendDone(response: Response, answer: Answer): void {
    const { title, detail } = wordsOf(answer, messagesOf(response))
    const mailbox = answer.code === 'recovery-address-confirmed' ? answer.mailbox : ''
    const view = { heading: title, detail, mailbox }
    sendPage(response, { path: '', template: 'address-done', view, answer })
  }

  function showSet(response: Response, answer: Answer, form?: Form): void {
    if (!form) sendPage.notice(response, SET_PATH, answer)
    else if (answer.code === 'recovery-address-sent') sendDone(response, answer)
    else sendSetForm(response, form, answer)
  }

  function showConfirmed(response: Response, answer: Answer, form?: Form): void {
    if (!form) sendPage.notice(response, CONFIRM_PATH, answer)
    else if (answer.code === 'recovery-address-confirmed') sendDone(response, answer)
    else sendConfirmForm(response, form, answer)
  }

  function showRemoved(response: Response, answer: Answer): void {
    if (answer.code === 'recovery-address-removed') sendDone(response, answer)
    else sendPage.notice(response, '', answer)
  }

  function faceOf<Value>(
    action: Action<Value>,
    parse: (form: Form) => ParsedBody<Value>,
    show: Face<Form, Value>['show'],
  ): Face<Form, Value> {
    const callerKind = () => 'public' as const
    return { guards: guards.page, parse, action, callerKind, timeoutMs: () => PERSON_TIMEOUT_MS, show }
  }

  const router = createRouter()
  routeMethods(router, '/', {
    get: [(request, response) => sendSetForm(response, { email: addressInQuery(request) })],
    post: pipeline.submission(faceOf(set, parseAddressForm, showSet)),
  })
  routeMethods(router, '/confirm', {
    get: [(_request, response) => sendConfirmForm(response, {})],
    post: pipeline.submission(faceOf(confirm, parseConfirmationForm, showConfirmed)),
  })
  routeMethods(router, '/remove', {
    post: pipeline.submission(faceOf(remove, parseRemovalForm, showRemoved)),
  })
  router.use(refuseUnknownPath, pipeline.onError(showSet))
  return router
}
