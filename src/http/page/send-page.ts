import { gzipSync } from 'node:zlib'
import type { Response } from 'express'
import type { Answer } from '../../core/answer.js'
import { wordsOf } from '../../languages/messages.js'
import { setHead } from '../answer-head.js'
import { messagesOf } from '../negotiate-language.js'
import { contextOf } from '../request-context.js'
import { type FrameParts, frameView, type PagePath, pageHref } from './layout-view.js'
import type { Render } from './templates.js'

interface Page {
  /** The page whose form a person returns to, also when changing the language. */
  readonly path: PagePath
  readonly template: string
  readonly view: object
  /** Missing if nothing was submitted. */
  readonly answer?: Answer | undefined
  /** The mailbox to fill in when the language is changed. */
  readonly email?: string
}

export interface SendPage {
  (response: Response, page: Page): void
  /** Sends a page with the answer's text, if there is no form to show with it. */
  notice(response: Response, path: PagePath, answer: Answer): void
}

/**
 * Only for pages without an answer. An answer may contain a recovery link, and the length of compressed text can reveal its
 * characters (BREACH, Gluck et al. 2013).
 */
function sendCompressed(response: Response, html: string): void {
  response.vary('Accept-Encoding')
  if (response.req.acceptsEncodings('gzip')) {
    response.type('html').setHeader('Content-Encoding', 'gzip')
    response.send(gzipSync(html))
  } else response.send(html)
}

export function createSendPage(parts: FrameParts, render: Render): SendPage {
  function sendPage(response: Response, { path, template, view, answer, email = '' }: Page): void {
    if (answer) setHead(response, answer)
    const messages = messagesOf(response)
    const shared = {
      frame: frameView(parts, messages, path, email),
      words: messages.page,
      formHref: pageHref(parts.basePath, path, messages.language),
      requestId: contextOf(response).requestId,
      answer: answer?.code ?? 'none',
    }
    const html = render(template, { ...shared, ...view })
    if (answer) response.send(html)
    else sendCompressed(response, html)
  }

  function notice(response: Response, path: PagePath, answer: Answer): void {
    const { title, detail } = wordsOf(answer, messagesOf(response))
    sendPage(response, { path, template: 'notice', view: { heading: title, detail }, answer })
  }

  return Object.assign(sendPage, { notice })
}
