import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { parseMessage } from '../kit/mail-text.js'

/** Receives all mail and shows it on a page, so that nobody is sent any. */
export interface MailCatcher {
  /** Where it receives mail. */
  readonly smtpUrl: string
  /** The page. */
  readonly url: string
  close(): Promise<void>
}

interface Mail {
  readonly to: string
  readonly text: string
}

export async function startMailCatcher(): Promise<MailCatcher> {
  const mails: Mail[] = []
  const smtp = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    disableReverseLookup: true,
    async onData(stream, { envelope }, callback) {
      const to = envelope.rcptTo.map(({ address }) => address).join(', ')
      mails.unshift({ to, text: parseMessage(await readText(stream)).text })
      callback()
    },
  })
  const web = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8').end(pageOf(mails))
  })
  await new Promise<void>((resolve) => void smtp.listen(0, '127.0.0.1', resolve))
  await once(web.listen(0, '127.0.0.1'), 'listening')
  return {
    smtpUrl: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
    url: `http://127.0.0.1:${(web.address() as AddressInfo).port}/`,
    async close() {
      web.closeAllConnections()
      web.close()
      await new Promise<void>((resolve) => smtp.close(() => resolve()))
    },
  }
}

function pageOf(mails: readonly Mail[]): string {
  const articles = mails.map(
    ({ to, text }) => `<h2>To ${escaped(to)}</h2>\n<pre>${linked(escaped(text))}</pre>`,
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="5">
<title>Mail of the demo</title>
<h1>Mail of the demo</h1>
${articles.join('\n') || '<p>None so far.</p>'}
</html>
`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

function linked(html: string): string {
  return html.replaceAll(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`)
}
