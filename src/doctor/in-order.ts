import { type Check, type Finding, notChecked } from './finding.js'

/** A check and its function, which never rejects. */
export interface Step {
  readonly check: Check
  find(): Promise<readonly Finding[]> | readonly Finding[]
}

/**
 * Makes the checks in order. Each depends on those before it, so none is made after a fault.
 *
 * @param failed a check that has failed before
 */
export async function inOrder(steps: readonly Step[], failed?: Check): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  let broken = failed
  for (const { check, find } of steps) {
    if (broken === undefined) {
      const found = await find()
      findings.push(...found)
      broken = failedIn(found)
    } else {
      findings.push(notChecked(check, `fix the fault in "${broken}" first`))
    }
  }
  return findings
}

/** The first check with a fault, if there is one. */
export function failedIn(findings: readonly Finding[]): Check | undefined {
  return findings.find(({ status }) => status === 'fault')?.check
}
