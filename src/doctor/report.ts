import type { Finding } from './finding.js'

/** Whether there is no fault. Warnings don't count. */
export function isSound(findings: readonly Finding[]): boolean {
  return findings.every(({ status }) => status !== 'fault')
}

/** For people: one line for the finding, and one for the fix. */
export function asText(findings: readonly Finding[]): string {
  return findings.map(lines).join('')
}

function lines(finding: Finding): string {
  const start = `${finding.status.replace('-', ' ').padEnd(12)}${finding.check.padEnd(15)}`
  if (!('code' in finding)) return `${start}${finding.found}\n`
  return `${start}${finding.code}: ${finding.found}\n${' '.repeat(12)}fix: ${finding.fix}\n`
}

/** For programs. */
export function asJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ sound: isSound(findings), findings }, undefined, 2)}\n`
}
