import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mailboxOfLink } from '../../../src/core/recovery/link-form.js'
import { Secret } from '../../../src/lib/secret.js'
import { createRecoveryLinks } from '../../../src/recovery/links.js'

const links = createRecoveryLinks([new Secret('a key of 32 bytes or more, for tests')])

function linkFor(localPart: string, domainForm: string): string {
  const storedHash = new Secret('{MD5}$1$abcdefgh$0123456789abcdefghijkl')
  const binding = { owner: 'alice', domainForm, localPart, storedHash, state: '' }
  return links.make('owner', binding, Date.now() + 60_000).reveal()
}

/** A link whose body has these bytes. */
function linkWith(body: Uint8Array): string {
  return `rk1.${Buffer.from(body).toString('base64url')}.AAAA`
}

it('a link names its mailbox, also if more was copied than its secret part', () => {
  const domains = fc.constantFrom('example.org', 'bücher.example', 'xn--bcher-kva.example')
  fc.assert(
    fc.property(domains, fc.stringMatching(/^[a-z0-9_.-]{1,64}$/), (domain, localPart) => {
      const link = linkFor(localPart, domain)
      expect(mailboxOfLink(link)).toBe(`${localPart}@${domain}`)
      expect(mailboxOfLink(` <https://mail.example.com/recover#${link}>.\n`)).toBe(`${localPart}@${domain}`)
    }),
  )
})

it('a link that is cut, or longer than its fields, names no mailbox', () => {
  const body = Buffer.from(linkFor('info', 'example.org').split('.')[1] ?? '', 'base64url')
  for (let length = 0; length < body.length; length++) {
    expect(mailboxOfLink(linkWith(body.subarray(0, length))), `${length} bytes`).toBeUndefined()
  }
  expect(mailboxOfLink(linkWith(Buffer.concat([body, Buffer.alloc(1)])))).toBeUndefined()
  expect(mailboxOfLink(linkWith(body))).toBe('info@example.org')
})

it('a link whose mailbox is not text names none', () => {
  const body = Buffer.from(linkFor('info', 'example.org').split('.')[1] ?? '', 'base64url')
  body[body.length - 1] = 0xff
  expect(mailboxOfLink(linkWith(body))).toBeUndefined()
})

it('any other text names no mailbox, and nothing throws', () => {
  for (const text of ['', 'info@example.org', 'rk1.A.A', 'rk1.AAAAA.AAAA', 'rk1.AAAA']) {
    expect(mailboxOfLink(text)).toBeUndefined()
  }
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void mailboxOfLink(text)))
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void mailboxOfLink(linkWith(bytes))))
})
