/** The words of a notification, in one language; `{mailbox}`, `{time}`, `{address}` and `{contact}` stand for what they name. */
export type NotificationWords = Readonly<
  Record<'subject' | 'changed' | 'own' | 'stranger' | 'contact' | 'automatic', string>
>

/** What a notification tells. */
interface Change {
  readonly mailbox: string
  readonly time: Date
  readonly clientAddress: string
  /** Whom to turn to, where there is somebody to be named. */
  readonly contact: string | undefined
}

/**
 * Writes the notification that a password was changed.
 *
 * @param language of the words (BCP 47)
 */
export function composeNotification(
  words: NotificationWords,
  language: string,
  { mailbox, time, clientAddress, contact }: Change,
): { subject: string; text: string } {
  // The time zone is that of the process, and named.
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'long' })
  const values = { mailbox, time: format.format(time), address: clientAddress, contact: contact ?? '' }
  const paragraphs = [
    words.changed,
    words.own,
    contact === undefined ? words.stranger : `${words.stranger}\n${words.contact}`,
    words.automatic,
  ]
  return { subject: fill(words.subject, values), text: `${fill(paragraphs.join('\n\n'), values)}\n` }
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}
