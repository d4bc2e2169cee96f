import type { Request, Router } from 'express'
import type { Proof, Proofs } from '../../core/attempt.js'
import { createRouter, refuseUnknownPath, routeMethods } from '../route-methods.js'
import type { Actions } from '../submission/actions.js'
import type { Guards } from '../submission/guards.js'
import { parseSubmission, type Redemption, type Submission } from '../submission/parse-submission.js'
import { PERSON_TIMEOUT_MS } from '../submission/person-timeout.js'
import type { Face, Pipeline } from '../submission/pipeline.js'
import { type Form, toRequest } from '../submission/read-body.js'
import { sendText } from './plain-text.js'

interface WebmailParts {
  readonly pipeline: Pipeline
  readonly actions: Actions
  readonly guards: Guards
  readonly proofs: Proofs
}

/** A form that webmail programs can already send, and the only answer they take for a success. */
interface WebmailForm {
  readonly path: string
  readonly fields: Readonly<Record<'/email' | '/currentPassword' | '/newPassword', string>>
  readonly success: string
}

const FORMS: readonly WebmailForm[] = [
  // The panel's own endpoint, used by its drivers for Roundcube and SnappyMail (docs/hestia.md, "What webmail sends to the panel
  // today").
  {
    path: '/reset/mail',
    fields: { '/email': 'email', '/currentPassword': 'password', '/newPassword': 'new' },
    success: '==ok==',
  },
  // Roundcube's httpapi driver, with the field names of its documentation.
  {
    path: '/roundcube',
    fields: { '/email': 'user', '/currentPassword': 'curpass', '/newPassword': 'newpass' },
    success: 'ok',
  },
]

/** The only proof that these programs can send. */
const PROOF: Proof = 'mailbox'

/**
 * SnappyMail waits five seconds, then tells its user that the change failed (docs/hestia.md, "What webmail sends to the panel
 * today"). Half a second is for the network.
 */
export const SNAPPYMAIL_TIMEOUT_MS = 4500

/** The other programs have no time-out (docs/hestia.md, as above), but the person doesn't wait for ever. */
function timeoutOf(request: Request): number {
  return request.get('user-agent')?.startsWith('SnappyMail/') ? SNAPPYMAIL_TIMEOUT_MS : PERSON_TIMEOUT_MS
}

/** Serves the forms of webmail programs without our plugin. */
export function createWebmailRouter(parts: WebmailParts): Router {
  const router = createRouter()
  for (const form of FORMS) router.use(form.path, createFormRouter(form, parts))
  return router
}

function createFormRouter(
  { fields, success }: WebmailForm,
  { pipeline, actions, guards, proofs }: WebmailParts,
): Router {
  const face: Face<Form, Submission | Redemption> = {
    guards: guards.webmail,
    parse: (form) => parseSubmission([PROOF], toRequest(fields, form)),
    action: actions.change,
    callerKind: () => 'webmail',
    timeoutMs: timeoutOf,
    show: (response, answer) => sendText(response, answer, fields, success),
  }
  const router = createRouter()
  if (proofs.includes(PROOF)) routeMethods(router, '/', { post: pipeline.submission(face) })
  router.use(refuseUnknownPath, pipeline.onError(face.show))
  return router
}
