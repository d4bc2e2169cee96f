import { expect, onTestFinished } from 'vitest'
import { examine } from '../../src/doctor/doctor.js'
import type { Check, Finding } from '../../src/doctor/finding.js'
import { asJson, asText } from '../../src/doctor/report.js'
import { systemClock } from '../../src/lib/clock.js'
import { neededCommands } from '../../src/panel/needed-commands.js'
import {
  type PanelSimulator,
  type SimulatorOptions,
  startPanelSimulator,
} from '../panel-simulator/simulator.js'
import { simulatorEnvironment } from './service.js'

/** A panel whose access key has exactly the permissions that all proofs need. */
export async function startScopedPanel(options: SimulatorOptions = {}): Promise<PanelSimulator> {
  const panel = await startPanelSimulator(options)
  onTestFinished(() => panel.close())
  panel.switches.permittedCommands = neededCommands(['mailbox', 'account'])
  return panel
}

/** The doctor's findings. The gist has, for each check, the code of each finding, or its status if it has no code. */
export interface Diagnosis {
  readonly findings: readonly Finding[]
  readonly gist: Readonly<Partial<Record<Check, string>>>
  /** The text of a check's findings. */
  text(check: Check): string
}

/** Arguments that change nothing and name nothing that exists. */
const HARMLESS = [[], ['rekey', 'rekey.invalid', 'no\\.such\\.mailbox', 'account'], ['json']]

/** Runs the doctor on a service with this panel, and checks that it does nothing it must never do. */
export async function diagnose(
  panel: PanelSimulator,
  environment: Record<string, string> = {},
  now = (): Date => new Date(),
): Promise<Diagnosis> {
  const whole = { ...simulatorEnvironment(panel), ...environment }
  const diagnosis = readFindings(await examine(whole, { clock: systemClock, now }))
  for (const { args } of panel.calls) expect(HARMLESS).toContainEqual(args)
  expect(panel.calls.length).toBeLessThanOrEqual(8)
  expect(panel.failedLogins).toBeLessThanOrEqual(1)
  const said = asText(diagnosis.findings) + asJson(diagnosis.findings)
  const secrets = ['HESTIA_ACCESS_KEY', 'HESTIA_SECRET_KEY', 'HESTIA_API_KEY', 'HESTIA_ADMIN_PASSWORD']
  for (const secret of secrets) if (whole[secret]) expect(said).not.toContain(whole[secret])
  // Words of the panel's own error messages.
  expect(said).not.toMatch(/Error:|Usage:|canary/)
  return diagnosis
}

export function readFindings(findings: readonly Finding[]): Diagnosis {
  const of = (check: Check): Finding[] => findings.filter((finding) => finding.check === check)
  const word = (finding: Finding): string => ('code' in finding ? finding.code : finding.status)
  const checks = [...new Set(findings.map(({ check }) => check))]
  return {
    findings,
    gist: Object.fromEntries(checks.map((check) => [check, of(check).map(word).join(' ')])),
    text: (check) => asText(of(check)),
  }
}
