import type { Mail } from '../core/recovery/mail-port.js'
import { wideNetworkOf } from '../lib/ip-address.js'

/** The words of one kind of mail, with placeholders such as `{mailbox}`. */
interface MailWords {
  readonly subject: string
  readonly text: string
}

/** The words of all mails, in one language. */
export type AllMailWords = Readonly<Record<Mail['kind'], MailWords>> & {
  /** Has the placeholder `{contact}`. */
  readonly contact: string
  readonly automatic: string
}

/** Values for every kind of mail. */
interface Frame {
  /** The language of the words (BCP 47). */
  readonly language: string
  readonly time: Date
  /** The contact for help, if there is one. */
  readonly contact: string | undefined
}

/** Writes a mail. Times are in the time zone of the process, and include its name. */
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
