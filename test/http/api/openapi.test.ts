import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Response } from 'supertest'
import { expect, it } from 'vitest'
import { answers } from '../../../src/core/answer.js'
import { outcomeEnvironment, send, ways } from '../../kit/outcomes.js'
import {
  ADDRESS_REQUEST,
  ADDRESSES,
  addressService,
  byLink,
  HELP,
  HELP_REQUEST,
  LINK_REQUEST,
  LINKS,
  REQUESTS,
  recoveryService,
  removalOf,
} from '../../kit/recovery.js'
import { startService, type TestServiceOptions } from '../../kit/service.js'
import { byAccount, byMailbox, CHANGES, post } from '../../kit/submissions.js'

interface Operation {
  readonly security?: readonly object[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>
  >
}

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: object
}

/** Compiling takes longer than the rest of a test, and most services publish the same document. */
const validators = new Map<string, ReturnType<typeof createValidator>>()

function createValidator(document: Document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ;(addFormats as unknown as (target: Ajv2020) => void)(ajv)
  ajv.addSchema({ $id: 'openapi', ...document })
  const compiled = new Map<string, ValidateFunction>()
  return (schema: object, value: unknown): string => {
    const resolved = JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components')
    const validate = compiled.get(resolved) ?? ajv.compile(JSON.parse(resolved))
    compiled.set(resolved, validate)
    return validate(value) ? '' : ajv.errorsText(validate.errors)
  }
}

/** Checks values with the schemas of the document that the service publishes. */
async function startContract(options: TestServiceOptions = {}) {
  const service = await startService(options)
  const { body, text } = await service.http.get('/api/v1/openapi.json')
  const document: Document = body
  const valid = validators.get(text) ?? createValidator(document)
  validators.set(text, valid)

  function faultsOf(path: string, method: string, response: Response): string {
    const declared = document.paths[path]?.[method]?.responses[String(response.status)]
    const media = declared?.content[response.type]
    return media ? valid(media.schema, response.body) : `${response.status} ${response.type} is not declared`
  }
  return { service, document, valid, faultsOf }
}

it('the OpenAPI document is of version 3.1 and names every path of the JSON interface and every status of the table', async () => {
  const { document } = await startContract()
  expect(document.openapi).toMatch(/^3\.1\./)
  const callers = [{}, { client: [] }]
  expect(document.paths[CHANGES]?.post?.security).toEqual(callers)
  expect(document.paths['/api/v1/password-policy']?.post?.security).toEqual(callers)
  expect(document.paths['/api/v1/password-policy']?.get?.security).toBeUndefined()
  expect(JSON.stringify(document)).toContain('"scheme":"bearer"')
  expect(Object.keys(document.paths)).toEqual([
    CHANGES,
    '/api/v1/password-policy',
    '/api/v1/client-address',
    '/healthz',
    '/readyz',
  ])
  const statuses = Object.keys(document.paths[CHANGES]?.post?.responses ?? {})
  expect(statuses.toSorted()).toEqual(
    [...new Set(Object.values(answers).map(({ status }) => `${status}`))]
      .filter((status) => status !== '201' && status !== '202')
      .toSorted(),
  )
})

it('the OpenAPI document describes requests for help if there is any', async () => {
  const { service, document, valid, faultsOf } = await startContract(recoveryService(HELP))
  const schema = document.paths[REQUESTS]?.post?.requestBody?.content['application/json']?.schema ?? {}
  expect(valid(schema, HELP_REQUEST)).toBe('')
  for (const body of [HELP_REQUEST, {}]) {
    expect(faultsOf(REQUESTS, 'post', await service.http.post(REQUESTS).send(body))).toBe('')
  }
})

it('the OpenAPI document describes recovery links if there are any', async () => {
  const { service, document, valid, faultsOf } = await startContract(recoveryService())
  const requestOf = (path: string) =>
    document.paths[path]?.post?.requestBody?.content['application/json']?.schema ?? {}
  expect(valid(requestOf(CHANGES), byLink('rk1.x.y'))).toBe('')
  for (const path of [LINKS, `${LINKS}/end`]) {
    expect(valid(requestOf(path), LINK_REQUEST)).toBe('')
    expect(faultsOf(path, 'post', await service.http.post(path).send(LINK_REQUEST))).toBe('')
    expect(faultsOf(path, 'post', await service.http.post(path).send({}))).toBe('')
  }
})

it('the OpenAPI document describes recovery addresses if there are any', async () => {
  const { service, document, valid, faultsOf } = await startContract(addressService(9))
  const bodies = {
    [ADDRESSES]: ADDRESS_REQUEST,
    [`${ADDRESSES}/confirm`]: { recovery: 'rk1.x.y' },
    [`${ADDRESSES}/remove`]: { removal: removalOf('info@example.org', 'the address') },
  }
  for (const [path, body] of Object.entries(bodies)) {
    const schema = document.paths[path]?.post?.requestBody?.content['application/json']?.schema ?? {}
    expect(valid(schema, body)).toBe('')
    for (const sent of [body, {}]) {
      expect(faultsOf(path, 'post', await service.http.post(path).send(sent))).toBe('')
    }
  }
  const answers = document.paths[CHANGES]?.post?.responses['200']?.content['application/json']?.schema ?? {}
  const recoveryAddress = { masked: 'j…@e….net', ended: false, removal: 'x' }
  expect(valid(answers, { code: 'changed', recoveryAddress })).toBe('')
})

it.each(Object.entries(ways).filter(([, { path }]) => path === undefined))(
  'the OpenAPI document describes the answer %s as the service gives it',
  async (code, way) => {
    const environment = { ...outcomeEnvironment, ...way.service?.environment }
    const { service, faultsOf } = await startContract({ ...way.service, environment })
    const response = await send(service, way, '203.0.113.9')
    expect(response.body.code).toBe(code)
    expect(faultsOf(CHANGES, 'post', response), response.text).toBe('')
  },
)

it('the OpenAPI document describes what else the service answers', async () => {
  const { service, faultsOf } = await startContract()
  for (const body of ['{', byMailbox({ newPassword: 'abcdefghijklmnop' })]) {
    expect(faultsOf(CHANGES, 'post', await post(service, body))).toBe('')
  }
  for (const path of ['/api/v1/password-policy', '/api/v1/client-address', '/healthz', '/readyz']) {
    expect(faultsOf(path, 'get', await service.http.get(path))).toBe('')
  }
  const policy = '/api/v1/password-policy'
  for (const question of [{ email: 'info@example.org', newPassword: 'abcdefghijklmnop' }, {}]) {
    expect(faultsOf(policy, 'post', await service.http.post(policy).send(question))).toBe('')
  }
  await service.panel.close()
  service.clock.advance(60_000)
  expect(faultsOf('/readyz', 'get', await service.http.get('/readyz'))).toBe('')
})

it('the OpenAPI document takes the requests that the service takes, and no other', async () => {
  const { document, valid } = await startContract()
  const schema = document.paths[CHANGES]?.post?.requestBody?.content['application/json']?.schema ?? {}
  expect(valid(schema, byMailbox())).toBe('')
  expect(valid(schema, byAccount({ code: '123456' }))).toBe('')
  expect(valid(schema, byMailbox({ clientAddress: '203.0.113.9' }))).toBe('')
  expect(valid(schema, byAccount({}, { solution: 'of a puzzle' }))).toBe('')
  for (const wrong of [{}, byMailbox({ extra: 1 }), byAccount({ code: 1 }), byMailbox({ newPassword: '' })]) {
    expect(valid(schema, wrong)).not.toBe('')
  }
})

it('the OpenAPI document offers only the proofs that the operator offers', async () => {
  const { document, valid } = await startContract({ environment: { REKEY_PROOFS: 'account' } })
  const schema = document.paths[CHANGES]?.post?.requestBody?.content['application/json']?.schema ?? {}
  expect(valid(schema, byAccount())).toBe('')
  expect(valid(schema, byMailbox())).not.toBe('')
})

it('the password policy tells the rules in force, each with the code of its breach', async () => {
  const service = await startService({ environment: { REKEY_PASSWORD_MIN_LENGTH: '16' } })
  const { body } = await service.http.get('/api/v1/password-policy')
  expect(body).toMatchObject({ minLength: 16, maxBytes: 72, addressPartMinLength: 4 })
  expect(body.rules).toHaveLength(12)
  expect(body.rules[0]).toEqual({ code: 'too-short', message: 'Use at least 16 characters.' })
})
