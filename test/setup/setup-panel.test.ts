import { describe, expect, it } from 'vitest'
import { setUpPanel } from '../../src/setup/setup-panel.js'
import { readinessOf, startService } from '../kit/service.js'
import { byAccount, byMailbox, gist, post } from '../kit/submissions.js'

const options = { address: '192.0.2.9', profile: 'mail-password' }

function scriptFor(proofs: string): string {
  const result = setUpPanel({ REKEY_PROOFS: proofs, REKEY_PORT: 'wrong' }, options)
  if (!result.ok) throw new Error(result.fault)
  return result.script
}

/** The commands of the profile that the script writes. */
function permittedBy(script: string): string[] {
  const [, commands = ''] = /^COMMANDS='([\w,-]+)'"$/m.exec(script) ?? []
  return commands.split(',')
}

const submissions = { mailbox: byMailbox(), account: byAccount({ code: '123456' }) } as const

describe.each(['mailbox', 'account'] as const)('the profile for proof by %s', (proof) => {
  it(`the profile for proof by ${proof} is all that a change and the readiness check need`, async () => {
    const service = await startService({ environment: { REKEY_PROOFS: proof } })
    service.panel.switches.permittedCommands = permittedBy(scriptFor(proof))
    expect(await readinessOf(service)).toEqual([])
    expect(gist(await post(service, submissions[proof]))).toBe('200 changed')
    expect(service.panel.failedLogins).toBe(0)
  })

  it.each(permittedBy(scriptFor(proof)))(
    `the profile for proof by ${proof} has nothing to spare: without %s no change is made`,
    async (command) => {
      const service = await startService({ environment: { REKEY_PROOFS: proof } })
      const others = permittedBy(scriptFor(proof)).filter((permitted) => permitted !== command)
      service.panel.switches.permittedCommands = others
      expect(await readinessOf(service)).not.toEqual([])
      expect(gist(await post(service, submissions[proof]))).toBe('502 panel-misconfigured')
    },
  )
})

it('the script for the panel needs no complete configuration, and permits the commands of both proofs by default', () => {
  expect(permittedBy(scriptFor(''))).toHaveLength(6)
  expect(setUpPanel({}, options).ok).toBe(true)
  expect(setUpPanel({ REKEY_PROOFS: 'x' }, options)).toEqual({
    ok: false,
    fault: expect.stringMatching(/^REKEY_PROOFS must be/),
  })
})
