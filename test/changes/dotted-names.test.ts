import { describe, expect, it } from 'vitest'
import { startService } from '../kit/service.js'
import { byAccount, byMailbox, gist, NEW_PASSWORD, post } from '../kit/submissions.js'
import { witness } from '../kit/truth.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import { panelReleases } from '../panel-simulator/simulator.js'

// On 1.8 and 1.9, a lookup of the plain name `ann.lee` succeeds, although a change would destroy `ann-lee`.
describe.each(panelReleases)('on release %s of the panel,', (release) => {
  it.each([
    ['ann.lee', 'ann dot pw'],
    ['john.doe', 'john.doe mail pw'],
  ])(
    `on release ${release} of the panel, a change of %s is refused to those who may make it, and its sibling is unharmed`,
    async (localPart, password) => {
      const service = await startService({ simulator: { release } })
      const before = service.panel.loginFile('example.org')
      const email = `${localPart}@example.org`
      const right = byMailbox({ email, currentPassword: password })
      const wrong = byMailbox({ email, currentPassword: `${localPart.replace('.', '-')} mail pw` })
      expect(gist(await post(service, right))).toBe('409 mailbox-ambiguous')
      expect(gist(await post(service, wrong))).toBe('403 invalid-credentials')
      expect(gist(await post(service, byAccount({}, { email })))).toBe('409 mailbox-ambiguous')
      expect(gist(await post(service, byAccount({ password: 'wrong' }, { email })))).toBe(
        '403 invalid-credentials',
      )
      expect(service.commands()).not.toContain(CHANGE)
      expect(service.panel.loginFile('example.org')).toEqual(before)
    },
  )

  it(`on release ${release} of the panel, the sibling itself is changed, and harms nobody`, async () => {
    const service = await startService({ simulator: { release } })
    const wish = {
      address: 'ann-lee@example.org',
      oldPassword: 'ann dash pw',
      newPassword: NEW_PASSWORD,
    }
    const judge = witness(service, wish)
    const response = await post(
      service,
      byMailbox({ email: wish.address, currentPassword: wish.oldPassword }),
    )
    expect(gist(response)).toBe('200 changed')
    await judge(response)
  })

  it.each(['inf.', 'joh..doe', 'ann.le.'])(
    `on release ${release} of the panel, a name that exists by wildcard only is none, and nothing is changed: %s`,
    async (localPart) => {
      const service = await startService({ simulator: { release } })
      const before = service.panel.loginFile('example.org')
      const email = `${localPart}@example.org`
      for (const currentPassword of ['info mail pw', 'ann dot pw']) {
        expect(gist(await post(service, byMailbox({ email, currentPassword })))).toBe(
          '403 invalid-credentials',
        )
      }
      expect(gist(await post(service, byAccount({}, { email })))).toBe('404 mailbox-not-found')
      expect(service.panel.loginFile('example.org')).toEqual(before)
    },
  )

  it.each([
    ['made', 'after-run', '200 changed'],
    ['not made', 'before-run', '504 change-not-confirmed'],
  ] as const)(
    `on release ${release} of the panel, a change of a dotted name whose answer was lost, and was %s, is told truly`,
    async (_what, when, expected) => {
      const service = await startService({ simulator: { release } })
      const wish = {
        address: 'solo.name@example.org',
        oldPassword: 'solo mail pw',
        newPassword: NEW_PASSWORD,
      }
      const judge = witness(service, wish)
      service.panel.failNext(CHANGE, { kind: 'reset', when })
      const response = await post(
        service,
        byMailbox({ email: wish.address, currentPassword: wish.oldPassword }),
      )
      expect(gist(response)).toBe(expected)
      await judge(response)
    },
  )

  it(`on release ${release} of the panel, no record of another mailbox is ever asked for`, async () => {
    const service = await startService({ simulator: { release } })
    for (const email of ['ann.lee@example.org', 'solo.name@example.org', 'inf.@example.org']) {
      await post(service, byMailbox({ email }))
      await post(service, byAccount({}, { email }))
    }
    const asked = service.panel.calls.filter(({ command }) => command === 'v-get-mail-account-value')
    expect(asked.length).toBeGreaterThan(6)
    for (const { args, returncode } of asked) {
      const isExact = !args[2]?.replaceAll('\\.', '').includes('.')
      expect(isExact ? 'no' : 'yes').toBe(returncode)
    }
  })

  it(`on release ${release} of the panel, a panel that takes no pattern for a name changes no dotted one, serves the others, and is not ready`, async () => {
    const service = await startService({ simulator: { release } })
    service.panel.switches.lookupChecksName = true
    const email = 'solo.name@example.org'
    for (const body of [byMailbox({ email, currentPassword: 'solo mail pw' }), byAccount({}, { email })]) {
      expect(gist(await post(service, body))).toBe('502 panel-failed')
      expect(service.attempts().at(-1)).toMatchObject({ reason: 'escaped-name-refused' })
    }
    expect(gist(await post(service, byMailbox()))).toBe('200 changed')
    expect(service.commands().filter((command) => command === CHANGE)).toHaveLength(1)
    expect(await service.app.checkReadiness()).toEqual([
      { code: 'escaped-name-refused', command: 'v-get-mail-account-value' },
    ])
  })
})
