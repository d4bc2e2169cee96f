import type { Mail } from '../core/recovery/mail-port.js'
import { wideNetworkOf } from '../lib/ip-address.js'

/** The words of one kind of mail; placeholders such as `{mailbox}` stand for what they name. */
interface MailWords {
  readonly subject: string
  readonly text: string
}

/** The words of all mails, in one language. */
export type AllMailWords = Readonly<Record<Mail['kind'], MailWords>> & {
  /** Names whom to ask, as `{contact}`. */
  readonly contact: string
  readonly automatic: string
}

/** What is the same for all mails that are sent at a time. */
interface Frame {
  /** Of the words (BCP 47). */
  readonly language: string
  readonly time: Date
  /** Whom to ask, if there is somebody to be named. */
  readonly contact: string | undefined
}

/** Writes a mail. The time zone is that of the process, and named. */
export function composeMail(
  mail: Mail,
  words: AllMailWords,
  { language, time, contact }: Frame,
): { subject: string; text: string } {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'long' })
  const values = {
    mailbox: mail.mailbox,
    time: format.format(time),
    address: 'clientAddress' in mail ? mail.clientAddress : '',
    network: 'clientAddress' in mail ? wideNetworkOf(mail.clientAddress) : '',
    account: 'account' in mail ? mail.account : '',
    masked: 'masked' in mail ? mail.masked : '',
    link: 'url' in mail ? mail.url.reveal() : '',
    expires: 'expiresMs' in mail ? format.format(mail.expiresMs) : '',
    contact: contact ?? '',
  }
  const { subject, text } = words[mail.kind]
  const paragraphs = [contact === undefined ? text : `${text}\n${words.contact}`, words.automatic]
  return { subject: fill(subject, values), text: `${fill(paragraphs.join('\n\n'), values)}\n` }
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}
