import { describe, expect, it } from 'vitest'
import { MailServerFault } from '../../src/core/mail-server-port.js'
import { parseMailbox } from '../../src/core/mailbox.js'
import type { Panel } from '../../src/core/panel-port.js'
import { checkByMailLogin, checkByStoredHash, type Guess } from '../../src/core/verify-password.js'
import { createDeadline } from '../../src/lib/deadline.js'
import { Secret } from '../../src/lib/secret.js'
import { createTestClock } from '../kit/clock.js'

const COMPOSED = 'p\u00e4sswort'
const DECOMPOSED = 'pa\u0308sswort'

function guessOf(password: string, anyForm = true): Guess {
  const mailbox = parseMailbox('info@example.org')
  if (!mailbox) throw new Error('no mailbox')
  return {
    mailbox,
    owner: Promise.resolve({ username: 'alice', domainForm: 'example.org' }),
    password: new Secret(password),
    anyForm,
    clientAddress: '203.0.113.9',
    deadline: createDeadline(30_000, createTestClock()),
  }
}

describe('a password compared with the stored hash', () => {
  /** The verdict on a guess, how often the hash was read, and what was compared with it. */
  async function check(guess: Guess, stored: string) {
    const tried: string[] = []
    let lookups = 0
    const panel = {
      lookUpStoredHash: async () => {
        lookups += 1
        return { found: 'one', value: new Secret('{X}y') }
      },
    } as unknown as Panel
    const isPasswordOf = async (password: Secret) => {
      tried.push(password.reveal())
      return password.reveal() === stored
    }
    const result = await checkByStoredHash(isPasswordOf).check(guess, panel)
    return { result, lookups, tried }
  }

  it.each([
    [DECOMPOSED, COMPOSED],
    [COMPOSED, DECOMPOSED],
    [`${COMPOSED}${DECOMPOSED}`, `${COMPOSED}${COMPOSED}`],
    [COMPOSED, COMPOSED],
  ])(
    'a password compared with the stored hash may be in either normal form: %j for %j',
    async (typed, stored) => {
      expect(await check(guessOf(typed), stored)).toMatchObject({ result: 'right', lookups: 1 })
    },
  )

  it('a password compared with the stored hash is tried once in each form, with one command', async () => {
    expect(await check(guessOf('plain'), 'other')).toEqual({ result: 'wrong', lookups: 1, tried: ['plain'] })
    expect(await check(guessOf(DECOMPOSED), 'other')).toEqual({
      result: 'wrong',
      lookups: 1,
      tried: [DECOMPOSED, COMPOSED],
    })
  })

  it('a password compared with the stored hash must be exactly the one that should be set', async () => {
    expect(await check(guessOf(COMPOSED, false), DECOMPOSED)).toMatchObject({
      result: 'wrong',
      tried: [COMPOSED],
    })
  })
})

describe('a password tried at the mail server', () => {
  /** The verdict on a guess, and the logins that were tried. */
  async function check(guess: Guess, accepts: (password: string) => boolean) {
    const tried: string[] = []
    const logIn = async (_address: string, password: Secret) => {
      tried.push(password.reveal())
      return accepts(password.reveal())
    }
    const result = await checkByMailLogin(logIn)
      .check(guess, {} as Panel)
      .catch((error: unknown) => error)
    return { result, tried }
  }

  it('a password tried at the mail server is tried composed if it was refused decomposed', async () => {
    expect(await check(guessOf(DECOMPOSED), (password) => password === COMPOSED)).toEqual({
      result: 'right',
      tried: [DECOMPOSED, COMPOSED],
    })
  })

  it.each([
    [DECOMPOSED, DECOMPOSED],
    [COMPOSED, COMPOSED],
    ['plain', 'plain'],
  ])('a password tried at the mail server costs one login if it is right: %j', async (typed, stored) => {
    expect(await check(guessOf(typed), (password) => password === stored)).toEqual({
      result: 'right',
      tried: [stored],
    })
  })

  it('a password tried at the mail server is never tried decomposed: its protection would count twice as many', async () => {
    expect(await check(guessOf(COMPOSED), () => false)).toEqual({ result: 'wrong', tried: [COMPOSED] })
    expect(await check(guessOf('plain'), () => false)).toEqual({ result: 'wrong', tried: ['plain'] })
  })

  it('a password tried at the mail server must be exactly the one that should be set', async () => {
    expect(await check(guessOf(DECOMPOSED, false), (password) => password === COMPOSED)).toEqual({
      result: 'wrong',
      tried: [DECOMPOSED],
    })
  })

  it('a password tried at the mail server counts as tried once it was refused, even if the second login fails', async () => {
    const accepts = (password: string) => {
      if (password === COMPOSED) throw new MailServerFault('too-many-logins', false)
      return false
    }
    const { result } = await check(guessOf(DECOMPOSED), accepts)
    expect(result).toMatchObject({ reason: 'too-many-logins', credentialsSent: true })
    const bug = new RangeError('bug')
    const fails = (password: string) => {
      if (password === COMPOSED) throw bug
      return false
    }
    expect((await check(guessOf(DECOMPOSED), fails)).result).toBe(bug)
  })
})
