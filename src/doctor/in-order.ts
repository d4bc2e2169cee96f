import { type Check, type Finding, notChecked } from './finding.js'

/** A check, and how to make it. It never rejects. */
export interface Step {
  readonly check: Check
  find(): Promise<readonly Finding[]> | readonly Finding[]
}

/**
 * Makes one check after the other, each of which rests on those before it: what comes after a fault is not checked.
 *
 * @param failed the check that has failed already
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
      findings.push(notChecked(check, `${broken} has a fault, which comes first`))
    }
  }
  return findings
}

/** The first check that has a fault, if one has. */
export function failedIn(findings: readonly Finding[]): Check | undefined {
  return findings.find(({ status }) => status === 'fault')?.check
}
