import { describe, expect, it } from 'vitest'
import type { Proof } from '../../src/core/attempt.js'
import { neededCommands } from '../../src/panel/needed-commands.js'
import { panelScript } from '../../src/setup/panel-script.js'
import { readinessOf, startService } from '../kit/service.js'
import { byAccount, byMailbox, gist, post } from '../kit/submissions.js'

/** The commands of the profile that the script writes for a proof. */
function permittedFor(proof: Proof): string[] {
  const commands = neededCommands([proof])
  const script = panelScript({ address: '192.0.2.9', profile: 'mail-password', commands })
  const [, list = ''] = /^COMMANDS='([\w,-]+)'"$/m.exec(script) ?? []
  return list.split(',')
}

const submissions = { mailbox: byMailbox(), account: byAccount({ code: '123456' }) } as const

describe.each(['mailbox', 'account'] as const)('the profile for proof by %s', (proof) => {
  it(`the profile for proof by ${proof} is all that a change and the readiness check need`, async () => {
    const service = await startService({ environment: { REKEY_PROOFS: proof } })
    service.panel.switches.permittedCommands = permittedFor(proof)
    expect(await readinessOf(service)).toEqual([])
    expect(gist(await post(service, submissions[proof]))).toBe('200 changed')
    expect(service.panel.failedLogins).toBe(0)
  })

  it.each(permittedFor(proof))(
    `the profile for proof by ${proof} has nothing to spare: without %s no change is made`,
    async (command) => {
      const service = await startService({ environment: { REKEY_PROOFS: proof } })
      const others = permittedFor(proof).filter((permitted) => permitted !== command)
      service.panel.switches.permittedCommands = others
      expect(await readinessOf(service)).not.toEqual([])
      expect(gist(await post(service, submissions[proof]))).toBe('502 panel-misconfigured')
    },
  )
})
