/** Puts sentences one after another, with a space between them except after the full stop of Chinese and Japanese. */
export function joinSentences(sentences: readonly string[]): string {
  return sentences.join(' ').replaceAll('。 ', '。')
}
