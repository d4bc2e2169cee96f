import { expect, it } from 'vitest'
import { StrengthNotEstimated } from '../../src/core/password/strength.js'
import { startService } from '../kit/service.js'
import { byMailbox, CHANGES, gist, post } from '../kit/submissions.js'

const POLICY = '/api/v1/password-policy'
const WEAK = 'abcdefghijklmnop'
const TEXT =
  'Choose a password that is hard to guess. A sequence such as abc or 6543 is easy to guess. ' +
  'Add an unusual word or two. Avoid sequences.'

it('a new password that is easy to guess is rejected before the panel is asked, with its score and what to do, in codes and in words', async () => {
  const service = await startService()
  const response = await post(service, byMailbox({ newPassword: WEAK }))
  expect(gist(response)).toBe('422 password-rejected')
  expect(response.body.reasons).toEqual([
    {
      code: 'too-weak',
      message: TEXT,
      score: 0,
      warning: 'sequence',
      suggestions: ['add-words', 'sequences'],
    },
  ])
  expect(service.commands()).toEqual([])
  expect(service.attempts()).toEqual([expect.objectContaining({ reasons: ['too-weak'] })])
})

it('a new password that is easy to guess is explained on the page and to webmail in the same words', async () => {
  const service = await startService()
  const secrets = { current_password: 'info mail pw', new_password: WEAK, confirm_password: WEAK }
  const form = { email: 'info@example.org', proof: 'mailbox', ...secrets }
  expect((await service.http.post('/').type('form').send(form)).text).toContain(TEXT)
  const webmail = { user: 'info@example.org', curpass: 'info mail pw', newpass: WEAK }
  expect((await service.http.post('/roundcube').type('form').send(webmail)).text).toContain(TEXT)
})

it('a new password that is easy to guess may be strong for others, and weak for whom it is the address of, spelled otherwise', async () => {
  const service = await startService()
  const ask = async (email: string) =>
    (await service.http.post(POLICY).send({ email, newPassword: 'k0nt4kt-2024' })).body.reasons
  expect((await ask('kontakt@bücher.example')).map(({ code }: { code: string }) => code)).toEqual([
    'too-weak',
  ])
  expect(await ask('info@example.org')).toEqual([])
})

it('a new password that is easy to guess is taken where the operator asks for less, and more is refused where he asks for more', async () => {
  const lax = await startService({ environment: { REKEY_PASSWORD_MIN_SCORE: '0' } })
  expect(gist(await post(lax, byMailbox({ newPassword: WEAK })))).toBe('200 changed')
  const score3 = { newPassword: 'sunshine rainbow' }
  const usual = await startService()
  expect(gist(await post(usual, byMailbox(score3)))).toBe('200 changed')
  const strict = await startService({ environment: { REKEY_PASSWORD_MIN_SCORE: '4' } })
  const { body } = await post(strict, byMailbox(score3))
  expect(body.reasons).toEqual([
    { code: 'too-weak', message: 'Choose a password that is hard to guess.', score: 3, suggestions: [] },
  ])
})

it('a new password is not weak for a short name that stands inside one of its words', async () => {
  const service = await startService()
  for (const newPassword of ['tinfoil hat gravel mustard', 'tinfoil quartz']) {
    const { body } = await service.http.post(POLICY).send({ email: 'info@example.org', newPassword })
    expect(body).toEqual({ reasons: [] })
  }
})

it('a new password whose strength can’t be estimated in time is not taken: the answer is that the server is busy, and nothing was changed', async () => {
  const busy = () => Promise.reject(new StrengthNotEstimated('strength-busy'))
  const service = await startService({ passwordTools: { estimateStrength: busy } })
  for (const response of [
    await post(service, byMailbox()),
    await service.http.post(POLICY).send({ email: 'info@example.org', newPassword: WEAK }),
  ]) {
    expect(gist(response)).toBe('503 panel-busy')
    expect(response.headers['retry-after']).toBe('10')
    expect(response.body).toMatchObject({
      title: 'The server is busy',
      detail: 'Try again in 10 seconds. Nothing was changed.',
    })
  }
  expect(service.commands()).toEqual([])
  expect(service.attempts()).toEqual([
    expect.objectContaining({ level: 40, code: 'panel-busy', reason: 'strength-busy' }),
  ])
})

it('a new password whose strength is asked for is estimated in the turn of the person’s own address', async () => {
  const turns: string[] = []
  const service = await startService({
    environment: { REKEY_TRUST_PROXY: '1' },
    passwordTools: {
      estimateStrength: async (_password, _badWords, clientAddress) => {
        turns.push(clientAddress)
        return { score: 4, warning: undefined, suggestions: [], isCommon: false }
      },
    },
  })
  const question = { email: 'info@example.org', newPassword: 'nine maps under a kettle' }
  await service.http.post(POLICY).set('x-forwarded-for', '198.51.100.7').send(question)
  await service.http.post(CHANGES).set('x-forwarded-for', '198.51.100.8').send(byMailbox())
  expect(turns).toEqual(['198.51.100.7', '198.51.100.8'])
})

it('a new password is expected, and its estimate made ready for, when a form is shown and strength matters', async () => {
  let times = 0
  const warmUp = (): void => {
    times += 1
  }
  const service = await startService({ passwordTools: { warmUp } })
  await service.http.get('/healthz')
  expect(times).toBe(0)
  await service.http.get('/')
  expect(times).toBe(1)
  const lax = await startService({
    environment: { REKEY_PASSWORD_MIN_SCORE: '0' },
    passwordTools: { warmUp },
  })
  await lax.http.get('/')
  expect(times).toBe(1)
})

it('the password policy has the rules in force only, the least score, and what password managers go by', async () => {
  const ruleCodes = async (environment: Record<string, string>) => {
    const service = await startService({ environment })
    const { body } = await service.http.get(POLICY)
    return { ...body, rules: body.rules.map(({ code }: { code: string }) => code) }
  }
  const usual = await ruleCodes({ REKEY_PASSWORD_MIN_LENGTH: '16' })
  expect(usual).toMatchObject({ minScore: 3 })
  expect(usual.passwordRules).toMatch(/^minlength: 16; maxlength: 72; allowed: /)
  expect(usual.rules).toContain('too-weak')
  expect(usual.rules).not.toContain('breached')
  const other = await ruleCodes({ REKEY_PASSWORD_MIN_SCORE: '0', REKEY_BREACH_CHECK: 'online' })
  expect(other).toMatchObject({ minScore: 0 })
  expect(other.rules).toContain('breached')
  expect(other.rules).not.toContain('too-weak')
})
