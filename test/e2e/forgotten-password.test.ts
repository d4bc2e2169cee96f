import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { createTestClock } from '../kit/clock.js'
import { addressService, PUBLIC_URL } from '../kit/recovery.js'
import { simulatorEnvironment, startServiceAt } from '../kit/service.js'
import { axeFaults } from './kit/axe-faults.js'
import { openBrowser } from './kit/browser.js'
import { type Exim, startExim } from './kit/exim.js'
import { answered, fieldOf, fillIn } from './kit/form-page.js'
import { layoutFaults } from './kit/layout-faults.js'
import { type MailHost, startMailHost } from './kit/mail-host.js'
import { readQrCode } from './kit/qr-code.js'
import { NARROW } from './kit/viewer.js'

const DAY_MS = 24 * 3_600_000
const OWNER = 'alice@contact.example'

const passwords = ['nine maps under a kettle', 'seven boats behind the moon', 'four clocks below some bread']
const [FIRST = '', SECOND = '', THIRD = ''] = passwords

/** Each person has their own mailbox and a recovery address. */
const people: readonly (readonly [how: string, name: string, options: BrowserContextOptions])[] = [
  ['in Chromium', 'info', { locale: 'en' }],
  ['with scripts off', 'sales', { locale: 'en', javaScriptEnabled: false }],
  ['in Arabic on a screen of 320 px', 'legacy', { locale: 'ar', viewport: NARROW }],
]

let host: MailHost
let mail: Exim

beforeAll(async () => {
  host = await startMailHost()
  const ofPeople = people.flatMap(([, name]) => [`${name}@example.org`, `${name}@example.net`])
  mail = await startExim(host.dovecot, [OWNER, ...ofPeople])
})

afterEach(() => void vi.useRealTimers())

/** A service with all ways to recover a password, and one person who needs them. */
async function start(name: string, options: BrowserContextOptions) {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const { environment } = addressService(mail.port, { REKEY_RECOVERY_ASK: 'true' })
  const clock = createTestClock()
  const service = await startServiceAt(
    host.panel,
    { ...simulatorEnvironment(host.panel), ...environment },
    { clock },
  )
  const address = `${name}@example.org`
  const outside = `${name}@example.net`
  const isScripted = options.javaScriptEnabled !== false

  /** Checks the page's layout and accessibility. */
  async function look(page: Page): Promise<void> {
    expect(await layoutFaults(page)).toEqual([])
    // axe needs scripts.
    if (isScripted) expect(await axeFaults(page)).toEqual([])
  }

  async function press(page: Page, answer: string): Promise<void> {
    await page.locator('main form button[type="submit"]').first().click()
    await answered(page, answer)
    await look(page)
  }

  /** Opens a URL of the service, as from a mail or a screen. */
  async function open(url: string, former?: Page): Promise<Page> {
    const page = former ?? (await openBrowser(options))
    await page.goto(url.replace(PUBLIC_URL, `${service.url}/`))
    if (isScripted) await page.locator('html.scripted').waitFor()
    await look(page)
    return page
  }

  /** Opens a recovery link; without scripts, pastes it. */
  async function openLink(link: string): Promise<Page> {
    const page = await open(link)
    if (isScripted) expect(await fieldOf(page, 'email').inputValue()).toBe(address)
    else await fieldOf(page, 'recovery').fill(link)
    return page
  }

  async function setPassword(link: string, next: string): Promise<void> {
    const page = await openLink(link)
    await fillIn(page, { next })
    await press(page, 'changed')
  }

  return {
    address,
    outside,
    open,
    press,
    openLink,
    setPassword,
    pass: (durationMs: number) => void vi.setSystemTime(Date.now() + durationMs),

    /** The link in the latest of this many mails. */
    async linkTo(to: string, count: number): Promise<string> {
      const mails = await mail.mailsTo(to, address, count)
      return /https:\S+/.exec(mails.at(-1)?.text ?? '')?.[0] ?? ''
    },

    /** Asks for help, starting at the form to change a password. */
    async askForHelp(helper: string): Promise<void> {
      const page = await open(service.url)
      await page.locator('main a[href*="help"]').first().click()
      await page.locator('input[name="helper"]').first().waitFor()
      if (isScripted) await page.locator('html.scripted').waitFor()
      await look(page)
      await fieldOf(page, 'email').fill(address)
      await page.locator(`input[name="helper"][value="${helper}"]`).check()
      await press(page, 'recovery-requested')
      clock.advance(60_000)
      const log = (): string => service.logText()
      await expect.poll(log).toMatch(new RegExp(`"helper":"${helper}","result":"mail-sent"`))
    },

    /** Makes a link as the hosting account's owner, and reads it from the QR code. */
    async makeLink(url: string): Promise<string> {
      const page = await open(url)
      await fieldOf(page, 'email').fill(address)
      await fieldOf(page, 'username').fill('alice')
      await fieldOf(page, 'account_password').fill('alice panel pw')
      await press(page, 'recovery-link-made')
      return (await readQrCode(page)) ?? ''
    },

    /** Expects that only the new password opens the mailbox over IMAP, and that the mailbox was notified. */
    async expectMailbox(next: string, former: string): Promise<void> {
      const { dovecot } = host
      await expect.poll(() => dovecot.readLastMail(address, next)).toContain(`To: ${address}`)
      expect(await dovecot.readLastMail(address, former)).toBeUndefined()
    },
  }
}

it.each(people)(
  'a person who forgot the password gets into the mailbox again in each way, by the mails: %s',
  async (_how, name, options) => {
    const person = await start(name, options)
    const { address, outside } = person

    expect(await host.dovecot.accepts(address, `${name} mail pw`)).toBe(true)
    await person.setPassword(await person.makeLink(`${PUBLIC_URL}link`), FIRST)
    await person.expectMailbox(FIRST, `${name} mail pw`)

    await person.askForHelp('administrator')
    const ownerPage = await person.linkTo(OWNER, 1)
    expect(new URL(ownerPage).searchParams.get('email')).toBe(address)
    await person.setPassword(await person.makeLink(ownerPage), SECOND)
    await person.expectMailbox(SECOND, FIRST)

    const form = await person.open(`${PUBLIC_URL}recovery-address`)
    await fillIn(form, { email: address, current: SECOND })
    await fieldOf(form, 'recovery_address').fill(outside)
    await person.press(form, 'recovery-address-sent')
    await person.press(await person.openLink(await person.linkTo(outside, 1)), 'recovery-address-confirmed')
    person.pass(DAY_MS)
    await person.askForHelp('address')
    await person.setPassword(await person.linkTo(outside, 2), THIRD)
    await person.expectMailbox(THIRD, SECOND)
  },
)
