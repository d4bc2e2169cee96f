import type { Response, Router } from 'express'
import type { Answer } from '../../core/answer.js'
import { normalizeAddress } from '../../core/typed-text.js'
import { wordsOf } from '../../languages/messages.js'
import { messagesOf } from '../negotiate-language.js'
import { createRouter, refuseUnknownPath, routeMethods } from '../route-methods.js'
import type { RecoveryActions } from '../submission/actions.js'
import type { OwnerSubmission } from '../submission/parse-submission.js'
import { PERSON_TIMEOUT_MS } from '../submission/person-timeout.js'
import type { Action, Face } from '../submission/pipeline.js'
import type { Form } from '../submission/read-body.js'
import { addressInQuery } from './change-page.js'
import { parseOwnerForm } from './form-fields.js'
import { pageHref } from './layout-view.js'
import { linkFormView, linkLostView, linkMadeView } from './link-view.js'
import type { PageParts } from './page-parts.js'
import { scriptView } from './script-view.js'

const PATH = 'link'

/** The form with which the owner of a hosting account makes a link for a mailbox, or ends all links, and its answers. */
export function createLinkRouter(
  { pipeline, guards, sendPage, policy, basePath }: PageParts,
  { make, end }: NonNullable<RecoveryActions['ownerLinks']>,
): Router {
  /** @param isEnding whether the person chose to end links */
  function sendForm(response: Response, form: Form, answer?: Answer, isEnding = false): void {
    const messages = messagesOf(response)
    const words = { ...messages, script: { ...messages.script, sending: messages.link.sending } }
    const view = {
      ...linkFormView(messages, form, answer),
      ...scriptView(words, policy, linkLostView(messages)),
      isEnding,
      endHref: pageHref(basePath, 'link/end', messages.language),
    }
    const email = typeof form.email === 'string' ? form.email : ''
    sendPage(response, { path: PATH, template: 'link', view, answer, email })
  }

  function show(response: Response, answer: Answer, form?: Form, isEnding = false): void {
    const messages = messagesOf(response)
    if (!form) sendPage.notice(response, PATH, answer)
    else if (answer.code === 'recovery-link-made') {
      const view = linkMadeView(messages, answer, normalizeAddress(String(form.email)), Date.now())
      sendPage(response, { path: PATH, template: 'link-made', view, answer })
    } else if (answer.code === 'recovery-links-ended') {
      const { title, detail } = wordsOf(answer, messages)
      const view = { heading: title, detail, link: messages.link }
      sendPage(response, { path: PATH, template: 'links-ended', view, answer })
    } else sendForm(response, form, answer, isEnding)
  }

  function faceOf(action: Action<OwnerSubmission>, isEnding = false): Face<Form, OwnerSubmission> {
    return {
      guards: guards.page,
      parse: parseOwnerForm,
      action,
      callerKind: () => 'public',
      timeoutMs: () => PERSON_TIMEOUT_MS,
      show: (response, answer, form) => show(response, answer, form, isEnding),
    }
  }

  const router = createRouter()
  routeMethods(router, '/', {
    get: [(request, response) => sendForm(response, { email: addressInQuery(request) })],
    post: pipeline.submission(faceOf(make)),
  })
  routeMethods(router, '/end', { post: pipeline.submission(faceOf(end, true)) })
  router.use(
    refuseUnknownPath,
    pipeline.onError((response, answer) => sendPage.notice(response, PATH, answer)),
  )
  return router
}
