import { expect, it } from 'vitest'
import { startService } from '../kit/service.js'
import { byMailbox, CHANGES } from '../kit/submissions.js'

it.each([
  ['the query', '?lang=de', 'fr', 'de'],
  ['the query, as webmail writes it', '?lang=de_AT', 'fr', 'de'],
  ['the query, for a region', '?lang=zh', 'fr', 'zh-CN'],
  ['the browser', '', 'de-CH, fr;q=0.9', 'de'],
  ['the browser, in Traditional Chinese', '', 'zh-HK, zh;q=0.9, en;q=0.8', 'zh-TW'],
  ['the browser’s second wish', '', 'xx, pt-BR;q=0.8, de;q=0.5', 'pt-BR'],
  ['the browser, where the query names none that there is', '?lang=xx', 'fr', 'fr'],
  ['the configuration, where nothing is wished for', '', '', 'nl'],
  ['the configuration, where all is welcome', '', '*', 'nl'],
  ['the configuration, where nothing is there that is wished for', '?lang=', 'xx', 'nl'],
  ['the configuration, where the browser names more than twenty', '', `${'xx, '.repeat(20)}de`, 'nl'],
  ['the configuration, where the query is given twice', '?lang=de&lang=fr', '', 'nl'],
])('the language of an answer is that of %s', async (_what, query, accept, language) => {
  const service = await startService({ environment: { REKEY_LANGUAGE: 'nl' } })
  const page = await service.http.get(`/${query}`).set('accept-language', accept)
  expect(page.status).toBe(200)
  expect(page.get('content-language')).toBe(language)
  expect(page.get('vary')).toContain('Accept-Language')
  expect(page.text).toContain(`<html lang="${language}"`)
})

it('the language of an answer goes along from page to page without a cookie', async () => {
  const service = await startService()
  const page = await service.http.get('/?lang=de')
  expect(page.text).toContain('<h1>Passwort eines Postfachs ändern</h1>')
  expect(page.text).toContain('action="/?lang=de"')
  const answer = await service.http.post('/?lang=de').set('accept-language', 'en').type('form').send({})
  expect(answer.get('content-language')).toBe('de')
  expect(answer.text).toContain('action="/?lang=de"')
  const notice = await service.http.get('/nothing?lang=de').set('accept-language', 'en')
  expect(notice.text).toContain('href="/?lang=de"')
  expect(answer.get('set-cookie')).toBeUndefined()
})

it('the language of an answer can be chosen on the page, and the address stays', async () => {
  const service = await startService()
  const { text } = await service.http.get('/').query({ email: 'info@example.org' })
  const links = [...text.matchAll(/<a href="([^"]+)" lang="([^"]+)" hreflang="\2"( aria-current="true")?>/g)]
  expect(links.length).toBe(21)
  expect(links.filter(([, , , current]) => current).map(([, , tag]) => tag)).toEqual(['en'])
  for (const [, href = '', tag] of links) {
    const page = await service.http.get(href.replaceAll('&amp;', '&')).set('accept-language', 'en')
    expect(page.get('content-language')).toBe(tag)
    expect(page.text).toContain('value="info@example.org"')
    expect(page.text).toContain(`dir="${tag === 'ar' || tag === 'fa' ? 'rtl' : 'ltr'}"`)
  }
})

it('the language of an answer changes words, and never a code', async () => {
  const service = await startService({ environment: { REKEY_LIMIT_ADDRESS: '3/12m' } })
  const post = (language: string) =>
    service.http
      .post(CHANGES)
      .set('accept-language', language)
      .send(byMailbox({ newPassword: 'x' }))
  const english = await post('en')
  const german = await post('de')
  expect(german.get('content-language')).toBe('de')
  expect(german.body.code).toBe(english.body.code)
  expect(german.body.title).not.toBe(english.body.title)
  const codes = ({ body }: typeof english) => body.reasons.map(({ code }: { code: string }) => code)
  expect(codes(german)).toEqual(codes(english))
  expect(german.body.reasons[0].message).toBe('Verwenden Sie mindestens 12 Zeichen.')
  const wrong = () =>
    service.http
      .post(CHANGES)
      .set('accept-language', 'de')
      .send(byMailbox({ currentPassword: 'wrong' }))
  for (const _ of [1, 2, 3]) await wrong()
  const limited = await wrong()
  expect(limited.body.code).toBe('too-many-attempts')
  expect(limited.body.detail).toContain('in 12 Minuten')
})

it('the language of an answer is that of the policy’s rules and of webmail’s texts too', async () => {
  const service = await startService()
  const policy = await service.http.get('/api/v1/password-policy').set('accept-language', 'de')
  expect(policy.body.rules[0].message).toBe('Verwenden Sie mindestens 12 Zeichen.')
  const form = { user: 'info@example.org', curpass: 'wrong', newpass: 'x' }
  const text = await service.http.post('/roundcube').set('accept-language', 'de').type('form').send(form)
  expect(text.text).toMatch(/^error password-rejected: /)
  expect(text.text).toContain('Verwenden Sie mindestens 12 Zeichen.')
})

it('the language of an answer counts by the rules of the language', async () => {
  const service = await startService({ environment: { REKEY_PASSWORD_MIN_LENGTH: '21' } })
  const first = async (language: string) => {
    const { body } = await service.http.get('/api/v1/password-policy').set('accept-language', language)
    return body.rules[0].message as string
  }
  // For 21, Polish has `many`, Russian `one`.
  expect(await first('pl')).toMatch(/21 znaków/)
  expect(await first('ru')).toMatch(/21\sсимвола/)
  expect(await first('fa')).toContain('۲۱')
})
