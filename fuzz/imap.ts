import assert from 'node:assert/strict'
import { MailServerFault } from '../src/core/mail-server-port.js'
import { createImapLogin } from '../src/imap/imap-login.js'
import { Secret } from '../src/lib/secret.js'
import { startDialogueServer } from './dialogue-server.js'
import { defineTarget } from './target.js'
import { dialogues } from './texts.js'

const PASSWORD = 'info mail pw'
const TIMEOUT_MS = 5000
const DEADLINE = { leftMs: () => TIMEOUT_MS }

const server = await startDialogueServer()
const logIn = createImapLogin({
  url: new URL(`imap://127.0.0.1:${server.port}`),
  trust: {},
  timeoutMs: TIMEOUT_MS,
  maxConcurrency: 1,
})

const PIECES = [
  '* ',
  '+ ',
  '1 OK',
  '2 OK',
  '3 NO [',
  '2 BAD ',
  'OK',
  'NO',
  'BYE',
  '[ALERT]',
  'LOGINDISABLED',
  '{5}\r\n',
]

const PLAIN =
  '* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN] Ready.\r\n'
const NO_SASL = '* OK [CAPABILITY IMAP4rev1 ID] Ready.\r\n'
const ID = '* ID ("name" "Dovecot")\r\n1 OK ID completed.\r\n'
const WELCOME = '2 OK [CAPABILITY IMAP4rev1 NAMESPACE] Logged in\r\n'
const REFUSED = '2 NO [AUTHENTICATIONFAILED] Authentication failed.\r\n'
const REST = ['3 OK Done.\r\n', '* BYE Bye.\r\n4 OK Done.\r\n']

/** What Dovecot and other servers say. */
const says = dialogues(
  [
    [PLAIN, ID, '+ \r\n', WELCOME, ...REST],
    [PLAIN, ID, '+ \r\n', REFUSED, ...REST],
    [PLAIN, ID, '+ \r\n', '2 NO [UNAVAILABLE] Later.\r\n', ...REST],
    [NO_SASL, ID, WELCOME, ...REST],
    [NO_SASL, ID, REFUSED, ...REST],
    ['* PREAUTH [CAPABILITY IMAP4rev1 ID AUTH=PLAIN] Welcome.\r\n', ID, REFUSED, ...REST],
    ['* BYE Too many connections.\r\n'],
  ],
  PIECES,
)

/** Whether the server said this after a command with credentials. */
function saidToLogin(heard: readonly string[], said: RegExp): boolean {
  const login = heard.findIndex((text) => /^> \S+ (?:AUTHENTICATE|LOGIN) /i.test(text))
  return login !== -1 && heard.slice(login + 1).some((text) => said.test(text))
}

/** Logins to a mail server that says anything. */
export const imap = [
  defineTarget({
    name: 'imap-lines',
    arbitrary: says,
    async run(says) {
      server.prepare(says)
      try {
        const isRight = await logIn('info@example.org', new Secret(PASSWORD), '203.0.113.9', DEADLINE)
        assert(saidToLogin(server.heard(), isRight ? /^\S+ OK/im : /^\S+ NO/im), `an untrue "${isRight}"`)
      } catch (error) {
        if (!(error instanceof MailServerFault)) throw error
        assert.match(error.reason, /^[a-z-]+$/)
      }
    },
  }),
]
