import assert from 'node:assert/strict'
import { PanelFault } from '../src/core/panel-port.js'
import { readStoredHash } from '../src/hashes/hash-check.js'
import { defineTarget } from './target.js'
import { edited, repeated } from './texts.js'

const HASHES = [
  '{BLF-CRYPT}$2y$05$KThrAkJvWvglaHeV1ZlMLOEpQo2WoNQ2MbOgtOHB88uAzvHIHb8cK',
  '{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$RcWQd01tzqsaW3ZQeY2knA$WWiPHfuuU/Tk2F5EMxDcsTNMhdwPPiLV++A6M+xuHMA',
  '{ARGON2I}$argon2i$v=19$m=32768,t=4,p=1$PVThWj8G1LoDyplldSogDQ$RDjLQLKt4dHPhlItGfscmz36E59kuqn9hb9XVLOAiKQ',
  '{MD5-CRYPT}$1$60Le5U4D$01pkyEMBAU/aGbXSvtgZp1',
  '{SHA512-CRYPT}$6$rounds=10000$BcTJYkkRLSPboTqo$th3KRI0RVd7d5xb/xpwmviNrOevC/Z9vIH1zXb2KfO9H/EQuA6XOTzbj1NBSwIJHYwYuxMwRHw/8vvgLPeVnP1',
  '{SHA256-CRYPT}$5$XlhBmCBjqQxE.X8r$Qb95DzXOByy.DYKktUyDHbwtKq5btJQhgi846TZeQuA',
  '{CRYPT}$6$65IgI5lYCAvsktL/$ak6v1OZbhitPVa/0ywKflJAkb6YsEQlK1Y35sDk5mEyMOt/sSRo0Xg4WTeB3zGeb8l1XAI1CN5AS8EDiBKNGh.',
  '{SSHA256}SoB/78pWp0FNtqUlD6TmVSbH1hBBJ1fhU3EL7wYu4wBoo3JlKMDM',
  '{PLAIN-MD5}5f4dcc3b5aa765d61d8327deb882cf99',
  '{SHA.HEX}5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8',
  '$1$60Le5U4D$01pkyEMBAU/aGbXSvtgZp1',
]

const PIECES = [
  '.B64}',
  '.HEX}',
  '$',
  '{',
  '}',
  'rounds=',
  '$2y$31$',
  '$argon2id$',
  'm=4294967295,',
  't=',
  'p=0',
  '=',
  ',',
  '+',
  '/',
]

function read(storedHash: string): void {
  try {
    readStoredHash(storedHash)
  } catch (error) {
    if (!(error instanceof PanelFault)) throw error
    assert.doesNotMatch(error.reason, /\$[^ $]{5}/, 'a part of the hash')
    assert(error.reason.length < 200)
  }
}

/** The reader of stored hashes, without the computation. */
export const hashes = [
  defineTarget({ name: 'stored-hashes', arbitrary: edited(HASHES, PIECES), run: read }),
  defineTarget({ name: 'long-stored-hashes', arbitrary: repeated([...PIECES, ...HASHES], 8192), run: read }),
]
