import type { EstimateStrength, Strength } from '../../src/core/password/strength.js'
import { createStrengthEstimator } from '../../src/passwords/strength-estimator.js'

const estimate = createStrengthEstimator()

/** Most tests choose the same password, and an estimate takes longer than all else in a change. */
const known = new Map<string, Strength>()

/** The service's own estimator without its worker: however busy the machine is, there is an estimate. */
export const estimateHere: EstimateStrength = async (password, badWords) => {
  const key = JSON.stringify([password.reveal(), badWords])
  const strength = known.get(key) ?? estimate(password.reveal(), badWords)
  known.set(key, strength)
  return strength
}
