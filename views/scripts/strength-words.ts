import type { Estimate } from '../../src/core/password/strength.js'
import type { ScriptPolicy, ScriptWords } from '../../src/http/page/script-view.js'
import { joinSentences } from '../../src/languages/join-sentences.js'

/** How strong a password is, and if it is too weak, how to improve it. */
export function describeStrength(words: ScriptWords, policy: ScriptPolicy, estimate: Estimate): string {
  const { score, warning, suggestions } = estimate
  const labels = [words.strength0, words.strength1, words.strength2, words.strength3, words.strength4]
  const strength = words.strength.replace('{strength}', labels[score] ?? '')
  if (score >= policy.minScore) return strength
  const advice = [
    warning ? words.warnings[warning] : undefined,
    ...suggestions.map((code) => words.suggestions[code]),
  ]
  return joinSentences([strength, ...advice.filter((text) => text !== undefined)])
}
