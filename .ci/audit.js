#!/usr/bin/env node
// Fails if a package that is installed with the service, or included in the build, has a known vulnerability. If the registry
// doesn't support audits, it prints that and succeeds.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const { stdout, error } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8' })
if (error) throw error
const report = JSON.parse(stdout)

if (report.auditReportVersion !== undefined) {
  const shipped = shippedPackages()
  const found = Object.values(report.vulnerabilities).filter(({ name }) => shipped.has(name))
  for (const { name, severity, range } of found)
    process.stdout.write(`npm audit: ${severity}: ${name} ${range}\n`)
  process.stdout.write(`npm audit: ${found.length} packages with known vulnerabilities\n`)
  process.exitCode = found.length === 0 ? 0 : 1
} else if (report.message !== undefined) {
  process.stdout.write(`npm audit: NOT DONE, the registry doesn't support audits: ${report.message}\n`)
} else {
  process.stdout.write(`npm audit: ${report.error?.summary}\n`)
  process.exitCode = 1
}

/** The names of the packages that are installed with the service or included in the build. */
function shippedPackages() {
  const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'))
  const installed = Object.keys(packages).filter((path) => path !== '' && !packages[path].dev)
  const licences = readFileSync(new URL('../dist/licences.txt', import.meta.url), 'utf8')
  const built = [...licences.matchAll(/^(\S+)@\d\S* \(/gm)].map(([, name]) => name)
  return new Set([...installed.map((path) => path.replace(/^.*node_modules\//, '')), ...built])
}
