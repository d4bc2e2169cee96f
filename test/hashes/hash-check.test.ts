import fc from 'fast-check'
import { expect, it } from 'vitest'
import { attemptLine } from '../../src/audit-log/attempt-line.js'
import { PanelFault } from '../../src/core/panel-port.js'
import { isPasswordOf } from '../../src/hashes/hash-check.js'
import { schemes } from '../../src/hashes/schemes.js'
import { Secret } from '../../src/lib/secret.js'

const PASSWORD = 'pässwörd €uro 12'

/** Made with `doveadm pw` (Dovecot 2.3) and `mkpasswd` (Debian 12). */
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

/** `doveadm pw -t` (Dovecot 2.3) accepts each of them for the same password. Most are of migrated mailboxes. */
const migratedHashes = [
  '{CRYPT}$6$65IgI5lYCAvsktL/$ak6v1OZbhitPVa/0ywKflJAkb6YsEQlK1Y35sDk5mEyMOt/sSRo0Xg4WTeB3zGeb8l1XAI1CN5AS8EDiBKNGh.',
  '{CRYPT}$5$XlhBmCBjqQxE.X8r$Qb95DzXOByy.DYKktUyDHbwtKq5btJQhgi846TZeQuA',
  '{CRYPT}$2y$05$KThrAkJvWvglaHeV1ZlMLOEpQo2WoNQ2MbOgtOHB88uAzvHIHb8cK',
  '{CRYPT}$2b$05$KThrAkJvWvglaHeV1ZlMLOEpQo2WoNQ2MbOgtOHB88uAzvHIHb8cK',
  '{CRYPT}$1$60Le5U4D$01pkyEMBAU/aGbXSvtgZp1',
  '{SHA512-CRYPT}$2y$05$KThrAkJvWvglaHeV1ZlMLOEpQo2WoNQ2MbOgtOHB88uAzvHIHb8cK',
  '{SHA512-CRYPT}$5$XlhBmCBjqQxE.X8r$Qb95DzXOByy.DYKktUyDHbwtKq5btJQhgi846TZeQuA',
  '{ARGON2ID}$argon2i$v=19$m=32768,t=4,p=1$PVThWj8G1LoDyplldSogDQ$RDjLQLKt4dHPhlItGfscmz36E59kuqn9hb9XVLOAiKQ',
  '$1$60Le5U4D$01pkyEMBAU/aGbXSvtgZp1',
  '{SHA}7fNBtAw1Gy2mKXku4IU7eYm4rrM=',
  '{SHA1}7fNBtAw1Gy2mKXku4IU7eYm4rrM=',
  '{SHA.HEX}edf341b40c351b2da629792ee0853b7989b8aeb3',
  '{SHA256}7FJSpq9oFldc2Zm9kus+uMmhdj4TYilvZ+W18ZdfZ0s=',
  '{SHA256}ec5252a6af6816575cd999bd92eb3eb8c9a1763e1362296f67e5b5f1975f674b',
  '{SHA256.base64}7FJSpq9oFldc2Zm9kus+uMmhdj4TYilvZ+W18ZdfZ0s=',
  '{SHA512}hbGrne+Tf7BWkZsoBzk3aQlWWLekx9Sw8+2PVpAwbO87aF/gV2ryaNetw7HXBt0lA2789835q53tCszLxSMXrg==',
  '{SSHA}feSElXH+ykZERLxOBHzYrpoGTaRJrr6f',
  '{SSHA.hex}de365c478e4858625e4f887b2e7301aaa9cb920a20e8832e',
  '{SSHA256}iPJ8QrBuGA9OQKtN1U06YGB+6L4a6RUQmE3XNqJiY7qyGLKp',
  '{SSHA512}ReOhKMR90WMcwa2zP5AMhv+qYqT+8offr1+mV0Vee1Zan/6/KPM71HCDaJb2MV3GlwIS2pwZf+RIL/5lhrEQgZnK2vU=',
  '{SSHA512.b64}I4rR6BUYDt7rRSo3uerP0CEcRwyN7qjrdr/jr64bdHTGL494U5RjvP1eCLf64BTXlzpuK1IhpEPPooIPuEkzisf1q2I=',
  '{SMD5}qAN8a7+F2fqOCqxFGYKvdtY9wtc=',
  '{PLAIN-MD5}57fcf2718a0dc3ac9ff09b726ef6fd0e',
  '{PLAIN-MD5}57FCF2718a0dc3ac9ff09b726ef6fd0e',
  '{PLAIN-MD5.B64}V/zycYoNw6yf8Jtybvb9Dg==',
  '{MD5}57fcf2718a0dc3ac9ff09b726ef6fd0e',
  '{LDAP-MD5}V/zycYoNw6yf8Jtybvb9Dg==',
  '{PLAIN}pässwörd €uro 12',
  '{CLEARTEXT}pässwörd €uro 12',
  '{PLAIN.b64}cMOkc3N3w7ZyZCDigqx1cm8gMTI=',
]

/** Dovecot accepts them if its `default_pass_scheme` is `CRYPT`. */
const hashesWithoutScheme = [
  '$6$65IgI5lYCAvsktL/$ak6v1OZbhitPVa/0ywKflJAkb6YsEQlK1Y35sDk5mEyMOt/sSRo0Xg4WTeB3zGeb8l1XAI1CN5AS8EDiBKNGh.',
  '$2y$05$KThrAkJvWvglaHeV1ZlMLOEpQo2WoNQ2MbOgtOHB88uAzvHIHb8cK',
]

/** Made with `openssl passwd -1 -salt sN` for N times the letter a: the lengths at which the algorithm changes. */
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

it.each([...hashesOfPassword, ...migratedHashes, ...hashesWithoutScheme])(
  'a stored hash accepts its own password and no other: %s',
  async (storedHash) => {
    await expect(check(PASSWORD, storedHash)).resolves.toBe(true)
    await expect(check(`${PASSWORD}3`, storedHash)).resolves.toBe(false)
    await expect(check(PASSWORD.normalize('NFD'), storedHash)).resolves.toBe(false)
    await expect(check('', storedHash)).resolves.toBe(false)
  },
)

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

it.each([
  ['{PBKDF2}$1$salt$1234$c0ffee', 'PBKDF2'],
  ['{SCRAM-SHA-256}4096,c0ffee,c0ffee=,c0ffee=', 'SCRAM-SHA-256'],
  ['{SHA256.b32}c0ffee', 'SHA256.b32'],
  ['{CRYPT}0KbCXFzCyT1wc', 'CRYPT (DES)'],
  ['{CRYPT}$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7', 'CRYPT $y$'],
  ['$7$CU..../....c0ffee', 'CRYPT $7$'],
])(
  'a stored hash of an unknown scheme is a fault of the panel that names scheme and way out, not the hash: %s',
  async (hash, scheme) => {
    const fault = await faultOf(hash)
    expect(fault.code).toBe('panel-failed')
    expect(attemptLine.shape.reason.safeParse(fault.reason).success).toBe(true)
    expect(fault.reason).toBe(
      `stored hash of unknown scheme ${scheme}: REKEY_MAILBOX_CHECK=imap checks passwords of any scheme`,
    )
  },
)

it.each([
  '{BLF-CRYPT}$2y$05$short',
  // Each is well formed, but would take longer than anybody waits.
  '{BLF-CRYPT}$2y$16$KThrAkJvWvglaHeV1ZlMLOEpQo2WoNQ2MbOgtOHB88uAzvHIHb8cK',
  '{ARGON2ID}$argon2id$v=19$m=4194304,t=3,p=1$c29tZXNhbHQxMjM0$Nd9uQnJHUTG3LGTJ7FsWcQ7u3o6y3cQmZ2y8cV1oJ7k',
  '{ARGON2ID}$argon2id$v=19$m=65536,t=1000000,p=1$c29tZXNhbHQxMjM0$Nd9uQnJHUTG3LGTJ7FsWcQ7u3o6y3cQmZ2y8cV1oJ7k',
  '{BLF-CRYPT}$2y$99$KThrAkJvWvglaHeV1ZlMLOEpQo2WoNQ2MbOgtOHB88uAzvHIHb8cK',
  '{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$RcWQd01tzqsaW3ZQeY2knA',
  '{ARGON2ID}$argon2id$v=19$m=0,t=3,p=1$RcWQd01tzqsaW3ZQeY2knA$WWiPHfuuU/Tk2F5EMxDcsTNMhdwPPiLV++A6M+xuHMA',
  '{ARGON2ID}$argon2d$v=19$m=32768,t=4,p=1$PVThWj8G1LoDyplldSogDQ$RDjLQLKt4dHPhlItGfscmz36E59kuqn9hb9XVLOAiKQ',
  '{BLF-CRYPT}$6$65IgI5lYCAvsktL/$ak6v1OZbhitPVa/0ywKflJAkb6YsEQlK1Y35sDk5mEyMOt/sSRo0Xg4WTeB3zGeb8l1XAI1CN5AS8EDiBKNGh.',
  '{SHA256}7FJSpq9oFldc2Zm9kus+uMmhdj4TYilvZ+W18ZdfZ0s',
  '{SHA256}7FJSpq9oFldc2Zm9kus=',
  '{SHA256.HEX}ec5252a6af6816575cd999bd92eb3eb8c9a1763e1362296f67e5b5f1975f674',
  '{SSHA256}7FJSpq9oFldc2Zm9kus+uMmhdj4TYilvZ+W18ZdfZ0s=',
  '{SSHA}c0ffee',
  '{PLAIN-MD5}57fcf2718a0dc3ac9ff09b726ef6fd0x',
  '{MD5}57fcf2718a0dc3ac9ff09b726ef6fd',
  '{MD5}$1$toolongasalt$/k6k5IPzJfZ.PwLDm36Zz.',
  '{SHA512-CRYPT}$6$65IgI5lYCAvsktL/$ak6v1',
  '{SHA256-CRYPT}$5$rounds=999999999$1u.lfimhZiwIgDWi$/o4i3cXAVx0HJ1q6Te3l2g5eaRytKjpx.RVZAdmhM41',
  '{MD5}',
  'no scheme at all',
  '',
])('a stored hash that is broken is a fault of the panel, never a wrong password: %s', async (storedHash) => {
  const fault = await faultOf(storedHash)
  expect(fault.code).toBe('panel-failed')
  expect(attemptLine.shape.reason.safeParse(fault.reason).success).toBe(true)
  for (const part of storedHash.split('$').slice(1))
    if (part.length > 4) expect(fault.message).not.toContain(part)
  expect(fault.cause).toBeUndefined()
})

it('a stored hash never makes the check fail otherwise, whatever it holds', async () => {
  const scheme = fc.constantFrom(...schemes.keys(), 'X', 'SHA.HEX', 'SSHA256.b64')
  const hash = fc.tuple(scheme, fc.constantFrom('$2y$05$', '$1$', '$6$', '$5$', ''), fc.string())
  await fc.assert(
    fc.asyncProperty(hash, fc.string(), async ([name, head, tail], password) => {
      const result = await check(password, `{${name}}${head}${tail}`).catch((error: unknown) => error)
      expect(typeof result === 'boolean' || result instanceof PanelFault).toBe(true)
    }),
  )
})
