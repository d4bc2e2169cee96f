import type { Router } from 'express'
import { createRouter, refuseUnknownPath, routeMethods } from '../route-methods.js'
import { createAddressRouter } from './address-page.js'
import { createChangeRouter } from './change-page.js'
import { createHelpRouter } from './help-page.js'
import { createLinkRouter } from './link-page.js'
import type { PageParts } from './page-parts.js'
import { createRecoverRouter } from './recover-page.js'
import { createSendPage } from './send-page.js'
import type { Render } from './templates.js'

/** The pages: forms, answers, and notices for requests without a form. */
export function createPageRouter({
  render,
  ...given
}: Omit<PageParts, 'sendPage'> & { readonly render: Render }): Router {
  const parts: PageParts = { ...given, sendPage: createSendPage(given, render) }
  const router = createRouter()
  // Existing assets were served before.
  routeMethods(router, '/assets/*path', { get: [refuseUnknownPath] })
  const { recovery } = parts.actions
  if (recovery) router.use('/recover', createRecoverRouter(parts))
  if (recovery?.ownerLinks) router.use('/link', createLinkRouter(parts, recovery.ownerLinks))
  if (recovery?.help) router.use('/help', createHelpRouter(parts, recovery.help))
  if (recovery?.addresses) router.use('/recovery-address', createAddressRouter(parts, recovery.addresses))
  router.use(createChangeRouter(parts))
  router.use(
    refuseUnknownPath,
    parts.pipeline.onError((response, answer) => parts.sendPage.notice(response, '', answer)),
  )
  return router
}
