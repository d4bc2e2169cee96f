import type { Environment } from '../config/environment.js'
import { systemClock } from '../lib/clock.js'
import { examine } from './doctor.js'
import { examineOutside } from './outside.js'
import { createOutsideCall } from './outside-call.js'
import { asJson, asText, isSound } from './report.js'

/** The time-out of a call from outside. */
const OUTSIDE_TIMEOUT_MS = 10_000

/**
 * Checks the service that this environment configures.
 *
 * @param url the address of the page; if set, checks only the service at this address, from outside
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
