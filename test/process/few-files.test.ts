import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

/** Runs a script that can take all of its open files (`takeAll`) and give them back (`giveBack`). */
function runWithFewFiles(script: string): unknown {
  const begin = `
    import { closeSync, openSync } from 'node:fs'
    const taken = []
    const takeAll = () => { try { for (;;) taken.push(openSync('/dev/null')) } catch {} }
    const giveBack = () => taken.splice(0).forEach((file) => closeSync(file))`
  const args = ['--import', 'tsx', '--input-type=module', '-e', `${begin}\n${script}`]
  const run = spawnSync('/bin/sh', ['-c', 'ulimit -n 128 && exec "$0" "$@"', process.execPath, ...args], {
    encoding: 'utf8',
  })
  expect(run.stderr).toBe('')
  return JSON.parse(run.stdout)
}

it.each([
  ['bcrypt', '{BLF-CRYPT}$2y$05$KThrAkJvWvglaHeV1ZlMLOEpQo2WoNQ2MbOgtOHB88uAzvHIHb8cK'],
  [
    'argon2',
    '{ARGON2I}$argon2i$v=19$m=32768,t=4,p=1$PVThWj8G1LoDyplldSogDQ$RDjLQLKt4dHPhlItGfscmz36E59kuqn9hb9XVLOAiKQ',
  ],
])(
  'a process that ran out of files when it first needed %s checks hashes again when it has some',
  (_name, hash) => {
    expect(
      runWithFewFiles(`
      const { isPasswordOf } = await import('./src/hashes/hash-check.ts')
      const { Secret } = await import('./src/lib/secret.ts')
      const check = () => isPasswordOf(new Secret('pässwörd €uro 12'), new Secret(${JSON.stringify(hash)}))
      takeAll()
      const without = await check().catch((error) => error.name)
      giveBack()
      console.log(JSON.stringify([without, await check()]))`),
    ).toEqual(['Error', true])
  },
)
