import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Secret } from '../src/lib/secret.js'
import type { Message } from '../src/notification/message.js'
import { createSmtpSender } from '../src/notification/smtp-sender.js'
import { startDialogueServer } from './dialogue-server.js'
import { defineTarget } from './target.js'
import { dialogues } from './texts.js'

const TIMEOUT_MS = 5000

const MESSAGE: Message = {
  from: { name: 'Example', address: 'noreply@example.org' },
  to: 'info@example.org',
  date: new Date(0),
  messageId: '<1@example.org>',
  subject: 'The password was changed',
  text: 'Somebody changed it.\n',
}

const server = await startDialogueServer()
const login = { username: 'rekey', password: new Secret('smtp pw') }
const to = {
  host: '127.0.0.1',
  port: server.port,
  helo: 'rekey.example.org',
  tls: 'offered' as const,
  trust: {},
}
const send = createSmtpSender({ ...to, login: undefined })
const sendWithLogin = createSmtpSender({ ...to, login })

const PIECES = [
  '250-',
  '250 ',
  '334 ',
  '421 ',
  '451 4.3.0 ',
  '535 5.7.8 ',
  '550 5.1.1 ',
  '2',
  'STARTTLS',
  'AUTH PLAIN',
]

const GREETING = '220 mail.example.org ESMTP Exim 4.96\r\n'
const OFFERS =
  '250-mail.example.org Hello\r\n250-SIZE 52428800\r\n250-PIPELINING\r\n250-AUTH PLAIN LOGIN\r\n250 HELP\r\n'
const LOGGED_IN = '235 2.7.0 Authentication succeeded\r\n'
const OK = '250 2.1.0 OK\r\n'
const GO_ON = '354 Enter message, ending with "." on a line by itself\r\n'
const TAKEN = '250 OK id=1rAbcd-000001-Xy\r\n'
const UNKNOWN = '550 5.1.1 No such user: info@example.org\r\n'

/** What Exim and other servers say. */
const says = dialogues(
  [
    [GREETING, OFFERS, OK, OK, GO_ON, TAKEN],
    [GREETING, OFFERS, LOGGED_IN, OK, OK, GO_ON, TAKEN],
    [GREETING, OFFERS, '535 5.7.8 Incorrect authentication data\r\n'],
    [GREETING, OFFERS, OK, UNKNOWN],
    [GREETING, OFFERS, OK, OK, GO_ON, '451 4.7.1 Greylisted\r\n'],
    ['421 4.3.2 Service shutting down\r\n'],
  ],
  PIECES,
)

/** Sends mails to a mail server that says anything. */
export const smtp = [
  defineTarget({
    name: 'smtp-lines',
    arbitrary: fc.record({ says, sender: fc.constantFrom(send, sendWithLogin) }),
    async run({ says, sender }) {
      server.prepare(says)
      const fault = await sender(MESSAGE, AbortSignal.timeout(TIMEOUT_MS))
      if (fault) {
        assert.match(fault.errorCode, /^[A-Za-z-]+$/)
        assert(fault.smtpStatus === undefined || Number.isInteger(fault.smtpStatus))
        return
      }
      const heard = server.heard()
      const said = heard.slice(heard.indexOf('> DATA') + 1).filter((text) => !text.startsWith('> '))
      // The mail client only reads the first digit of a reply.
      assert(heard.includes('> DATA') && said.some((text) => /^\s*2/m.test(text)), 'an untrue "sent"')
    },
  }),
]
