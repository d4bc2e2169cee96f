#!/usr/bin/env node
// Fails if a package that is installed with the service has a known hole. A registry that answers no audits is told of, and
// is no failure: whoever has one that does will hear of it.
import { spawnSync } from 'node:child_process'

const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' })
if (error) throw error
const report = JSON.parse(stdout)

if (report.auditReportVersion !== undefined) {
  const found = Object.values(report.vulnerabilities)
  for (const { name, severity, range } of found)
    process.stdout.write(`npm audit: ${severity}: ${name} ${range}\n`)
  process.stdout.write(`npm audit: ${found.length} packages with known holes\n`)
  process.exitCode = found.length === 0 ? 0 : 1
} else if (report.message !== undefined) {
  process.stdout.write(`npm audit: NOT DONE, for the registry answers no audits: ${report.message}\n`)
} else {
  process.stdout.write(`npm audit: ${report.error?.summary}\n`)
  process.exitCode = 1
}
