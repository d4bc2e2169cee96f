import { spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { scratchDirectory } from './kit/scratch.js'

const SCRIPT = fileURLToPath(new URL('requirements.sh', import.meta.url))

it('the check of the requirements is content with this machine', () => {
  expect(spawnSync(SCRIPT, { encoding: 'utf8' })).toMatchObject({ status: 0, stdout: '', stderr: '' })
})

it('the check of the requirements names what is missing and how to get it, and fails', () => {
  const bin = scratchDirectory('bin')
  symlinkSync('/bin/bash', join(bin, 'bash'))
  const { status, stderr } = spawnSync('bash', [SCRIPT], { env: { PATH: bin }, encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stderr).toContain('Missing: bubblewrap\n')
  expect(stderr).toMatch(
    /^ {2}sudo apt-get install --no-install-recommends bubblewrap caddy chromium chromium-headless-shell curl .* whois$/m,
  )
})
