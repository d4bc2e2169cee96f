import type { Environment } from '../config/environment.js'
import { systemClock } from '../lib/clock.js'
import { examine } from './doctor.js'
import { examineOutside } from './outside.js'
import { createOutsideCall } from './outside-call.js'
import { asJson, asText, isSound } from './report.js'

/** How long the service may take to answer from outside. */
const OUTSIDE_TIMEOUT_MS = 10_000

/**
 * Tells what is wrong with the service that this environment configures.
 *
 * @param url where people reach it; with it the service is looked at from outside alone
 */
export async function diagnose(
  environment: Environment,
  url: URL | undefined,
  json: boolean,
): Promise<{ text: string; sound: boolean }> {
  const findings = url
    ? await examineOutside({ url, call: createOutsideCall(OUTSIDE_TIMEOUT_MS) })
    : await examine(environment, { clock: systemClock, now: () => new Date() })
  return { text: json ? asJson(findings) : asText(findings), sound: isSound(findings) }
}
