import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'
import type { Estimate, EstimateStrength } from '../../src/core/password/strength.js'
import { createCommonPasswordCheck } from '../../src/passwords/common-passwords.js'
import { createStrengthEstimator } from '../../src/passwords/strength-estimator.js'
import { readWordList, type WordList } from '../../src/passwords/word-list.js'

const passwords = listOf(dictionary['passwords-common'])

/** The service's own check. */
export const isCommonPassword = createCommonPasswordCheck(passwords)

/** The service's own estimator, with its dictionary. */
export const estimate = createStrengthEstimator({
  passwords,
  words: listOf(dictionary['diceware-common']),
  keyboards: adjacencyGraphs,
})

function listOf(words: readonly string[]): WordList {
  return readWordList(new TextEncoder().encode(words.join('\n')))
}

/** A cache, because most tests use the same password, and an estimate takes longer than the rest of a change. */
const known = new Map<string, Estimate>()

/** The service's own estimator without its worker. It never times out, however busy the machine is. */
export const estimateHere: EstimateStrength = async (password, badWords) => {
  const key = JSON.stringify([password.reveal(), badWords])
  const strength = known.get(key) ?? estimate(password.reveal(), badWords)
  known.set(key, strength)
  return strength
}
