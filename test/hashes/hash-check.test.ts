import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PanelFault } from '../../src/core/panel-port.js'
import { isPasswordOf } from '../../src/hashes/hash-check.js'
import { Secret } from '../../src/lib/secret.js'

const PASSWORD = 'pässwörd €uro 12'

/** Written by `doveadm pw` (Dovecot 2.3) and `mkpasswd` (Debian 12). */
const hashesOfPassword = [
  '{BLF-CRYPT}$2y$05$KThrAkJvWvglaHeV1ZlMLOEpQo2WoNQ2MbOgtOHB88uAzvHIHb8cK',
  '{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$RcWQd01tzqsaW3ZQeY2knA$WWiPHfuuU/Tk2F5EMxDcsTNMhdwPPiLV++A6M+xuHMA',
  '{ARGON2I}$argon2i$v=19$m=32768,t=4,p=1$PVThWj8G1LoDyplldSogDQ$RDjLQLKt4dHPhlItGfscmz36E59kuqn9hb9XVLOAiKQ',
  '{MD5}$1$IUORZMDd$/k6k5IPzJfZ.PwLDm36Zz.',
  '{MD5-CRYPT}$1$60Le5U4D$01pkyEMBAU/aGbXSvtgZp1',
  '{SHA512-CRYPT}$6$65IgI5lYCAvsktL/$ak6v1OZbhitPVa/0ywKflJAkb6YsEQlK1Y35sDk5mEyMOt/sSRo0Xg4WTeB3zGeb8l1XAI1CN5AS8EDiBKNGh.',
  '{SHA512-CRYPT}$6$rounds=10000$BcTJYkkRLSPboTqo$th3KRI0RVd7d5xb/xpwmviNrOevC/Z9vIH1zXb2KfO9H/EQuA6XOTzbj1NBSwIJHYwYuxMwRHw/8vvgLPeVnP1',
  '{SHA256-CRYPT}$5$XlhBmCBjqQxE.X8r$Qb95DzXOByy.DYKktUyDHbwtKq5btJQhgi846TZeQuA',
  '{SHA256-CRYPT}$5$rounds=10000$1u.lfimhZiwIgDWi$/o4i3cXAVx0HJ1q6Te3l2g5eaRytKjpx.RVZAdmhM41',
]

/** Written by `openssl passwd -1 -salt sN` for N times the letter a: the lengths at which the algorithm turns. */
const md5CryptOfLengths: readonly [number, string][] = [
  [1, '$1$s1$WstYfLmN8xQYv0h2.s6O7.'],
  [2, '$1$s2$/CcEhM.6HSkkDpZhrKpFJ1'],
  [15, '$1$s15$u5h1P2rnVhtw4fLWriLMu0'],
  [16, '$1$s16$cRno5dKBFoormlpD73qIP.'],
  [17, '$1$s17$sAWlNb66l2s24HGAgGvpe.'],
  [31, '$1$s31$iUfD9q58nxJrmST4NeTzh0'],
  [32, '$1$s32$jH0goXyO7wAVc44KvvYCU.'],
  [33, '$1$s33$phTSXI6Te9Y32yAOkf9FP1'],
  [64, '$1$s64$7u0jOcXEECJ8nEhg4XC1j/'],
]

function check(password: string, storedHash: string): Promise<boolean> {
  return isPasswordOf(new Secret(password), new Secret(storedHash))
}

async function faultOf(storedHash: string): Promise<PanelFault> {
  const fault = await check(PASSWORD, storedHash).catch((error: unknown) => error)
  if (fault instanceof PanelFault) return fault
  throw new Error('no fault')
}

it.each(hashesOfPassword)('a stored hash accepts its own password and no other: %s', async (storedHash) => {
  await expect(check(PASSWORD, storedHash)).resolves.toBe(true)
  await expect(check(`${PASSWORD}3`, storedHash)).resolves.toBe(false)
  await expect(check(PASSWORD.normalize('NFD'), storedHash)).resolves.toBe(false)
  await expect(check('', storedHash)).resolves.toBe(false)
})

it.each(md5CryptOfLengths)(
  'a stored hash of MD5-crypt accepts a password of %i bytes',
  async (length, hash) => {
    await expect(check('a'.repeat(length), `{MD5}${hash}`)).resolves.toBe(true)
    await expect(check('a'.repeat(length + 1), `{MD5}${hash}`)).resolves.toBe(false)
  },
)

it('a stored hash is found by its scheme in any case, as Dovecot does', async () => {
  await expect(check('a', '{md5-crypt}$1$s1$WstYfLmN8xQYv0h2.s6O7.')).resolves.toBe(true)
})

it('a stored hash of an unknown scheme is a fault of the panel that names the scheme and not the hash', async () => {
  const fault = await faultOf('{PBKDF2}$1$salt$1234$c0ffee')
  expect(fault.code).toBe('panel-failed')
  expect(fault.reason).toBe('stored hash of unknown scheme PBKDF2')
})

it.each([
  '{BLF-CRYPT}$2y$05$short',
  '{BLF-CRYPT}$2y$99$KThrAkJvWvglaHeV1ZlMLOEpQo2WoNQ2MbOgtOHB88uAzvHIHb8cK',
  '{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$RcWQd01tzqsaW3ZQeY2knA',
  '{ARGON2ID}$argon2id$v=19$m=0,t=3,p=1$RcWQd01tzqsaW3ZQeY2knA$WWiPHfuuU/Tk2F5EMxDcsTNMhdwPPiLV++A6M+xuHMA',
  '{ARGON2ID}$argon2i$v=19$m=32768,t=4,p=1$PVThWj8G1LoDyplldSogDQ$RDjLQLKt4dHPhlItGfscmz36E59kuqn9hb9XVLOAiKQ',
  '{MD5}$1$toolongasalt$/k6k5IPzJfZ.PwLDm36Zz.',
  '{SHA512-CRYPT}$6$65IgI5lYCAvsktL/$ak6v1',
  '{SHA256-CRYPT}$5$rounds=999999999$1u.lfimhZiwIgDWi$/o4i3cXAVx0HJ1q6Te3l2g5eaRytKjpx.RVZAdmhM41',
  '{MD5}',
  'no scheme at all',
  '',
])('a stored hash that is broken is a fault of the panel, never a wrong password: %s', async (storedHash) => {
  const fault = await faultOf(storedHash)
  expect(fault.code).toBe('panel-failed')
  for (const part of storedHash.split('$').slice(1))
    if (part.length > 4) expect(fault.message).not.toContain(part)
  expect(fault.cause).toBeUndefined()
})

it('a stored hash never makes the check fail otherwise, whatever it holds', async () => {
  const scheme = fc.constantFrom('BLF-CRYPT', 'ARGON2ID', 'MD5', 'SHA512-CRYPT', 'SHA256-CRYPT', 'X')
  const hash = fc.tuple(scheme, fc.constantFrom('$2y$05$', '$1$', '$6$', '$5$', ''), fc.string())
  await fc.assert(
    fc.asyncProperty(hash, fc.string(), async ([name, head, tail], password) => {
      const result = await check(password, `{${name}}${head}${tail}`).catch((error: unknown) => error)
      expect(result === false || result instanceof PanelFault).toBe(true)
    }),
  )
})
