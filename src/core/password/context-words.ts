import type { Mailbox } from '../mailbox.js'

/**
 * The words that guessers of a password try first (ASVS 5.0 6.1.2): the address, the local part and its pieces, each form of the
 * domain and its labels, and the operator's words.
 *
 * @param brandWords the operator's words, such as the service's name
 */
export function badWordsFor(
  { address, localPart, domainForms }: Pick<Mailbox, 'address' | 'localPart' | 'domainForms'>,
  brandWords: readonly string[],
): string[] {
  const domains = domainForms.flatMap((form) => [form, ...form.split('.')])
  const words = [address, localPart, ...localPart.split(/[._-]/), ...domains, ...brandWords]
  return [...new Set(words.map((word) => word.toLowerCase()))].filter((word) => word !== '')
}
