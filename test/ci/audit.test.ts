import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const AUDIT = fileURLToPath(new URL('../../.ci/audit.js', import.meta.url))
const ADVISORIES = '/-/npm/v1/security/advisories/bulk'
const VERSIONS: Readonly<Record<string, string>> = { ...manifest.dependencies, ...manifest.devDependencies }

const vulnerability = {
  id: 1,
  url: 'https://x.example',
  title: 'x',
  severity: 'low',
  vulnerable_versions: '*',
}

/** Runs the audit with a registry that answers like this. */
async function audit(registry: RequestListener): Promise<{ code: unknown; output: string }> {
  const server = createServer(registry).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const env = {
    ...process.env,
    npm_config_registry: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    npm_config_fetch_retries: '0',
  }
  return new Promise((resolve) => {
    execFile(process.execPath, [AUDIT], { env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, output: stdout + stderr })
    })
  })
}

/** A registry with these vulnerabilities. */
function knows(advisories: object): RequestListener {
  return (request, response) => {
    const name = decodeURIComponent(request.url?.slice(1) ?? '')
    const version = VERSIONS[name] ?? ''
    const packument = { name, versions: { [version]: { name, version } } }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(request.url === ADVISORIES ? advisories : packument))
  }
}

it('the audit is content where nothing is known', async () => {
  expect(await audit(knows({}))).toEqual({
    code: 0,
    output: 'npm audit: 0 packages with known vulnerabilities\n',
  })
})

it.each([
  ['@node-rs/bcrypt', 'installed with the service'],
  ['express', 'part of what is built'],
])('the audit fails because of a vulnerability in %s, which is %s', async (name) => {
  const { code, output } = await audit(knows({ [name]: [vulnerability] }))
  expect(code).toBe(1)
  expect(output).toContain(`npm audit: low: ${name} *\n`)
})

it('the audit is content with a vulnerability in what only development needs', async () => {
  expect(await audit(knows({ supertest: [vulnerability] }))).toMatchObject({ code: 0 })
})

it('the audit says so where the registry answers none', async () => {
  const refuse: RequestListener = (_request, response) => void response.writeHead(405).end()
  const { code, output } = await audit(refuse)
  expect(code).toBe(0)
  expect(output).toMatch(/^npm audit: NOT DONE, the registry doesn't support audits: 405 /)
})

it('the audit fails where it fails for another reason', async () => {
  const { code } = await audit((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify(request.url === ADVISORIES ? { express: [vulnerability] } : { name: 'another' }),
    )
  })
  expect(code).toBe(1)
})
