import type { EstimateStrength } from '../../src/core/password/strength.js'
import { createStrengthEstimator } from '../../src/passwords/strength-estimator.js'

const estimate = createStrengthEstimator()

/** The service's own estimator without its worker: however busy the machine is, there is an estimate. */
export const estimateHere: EstimateStrength = async (password, badWords) => ({
  strength: estimate(password.reveal(), badWords),
})
