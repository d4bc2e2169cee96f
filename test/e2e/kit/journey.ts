import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { openBrowser, screenshot } from './browser.js'
import type { MailHost } from './mail-host.js'
import type { Roundcube } from './roundcube.js'
import { changePasswordInWebmail, logInToWebmail, logOut, openPasswordSettings } from './webmail.js'

interface Journey {
  readonly address: string
  readonly current: string
  readonly next: string
  /** The beginning of the screenshots' names. */
  readonly name: string
}

/** Logs a person in and opens Settings → Password. */
export async function openSettingsOf(webmail: Roundcube, address: string, password: string): Promise<Page> {
  const page = await openBrowser()
  expect(await logInToWebmail(page, webmail.url, address, password)).toBe(true)
  await openPasswordSettings(page)
  return page
}

/**
 * A person's complete journey in webmail: log in, change the password, log out, log in with the new one. The old one no longer
 * works.
 */
export async function changeInWebmail(host: MailHost, webmail: Roundcube, journey: Journey): Promise<void> {
  const { address, current, next, name } = journey
  const page = await openSettingsOf(webmail, address, current)
  const message = await changePasswordInWebmail(page, current, next)
  await screenshot(page, `${name}-changed`)
  expect(message, webmail.log()).toBe('Successfully saved.')
  await logOut(page)

  await expect.poll(() => host.dovecot.accepts(address, next)).toBe(true)
  expect(await logInToWebmail(page, webmail.url, address, current)).toBe(false)
  await screenshot(page, `${name}-old-password-refused`)
  expect(await logInToWebmail(page, webmail.url, address, next)).toBe(true)
  await screenshot(page, `${name}-logged-in-with-new-password`)
}

/** Expects that a new password that breaks a rule is refused (the driver can't show why), and that the old one still works. */
export async function isRefusedInWebmail(host: MailHost, webmail: Roundcube, name: string): Promise<void> {
  const page = await openSettingsOf(webmail, 'sales@example.org', 'sales mail pw')
  const message = await changePasswordInWebmail(page, 'sales mail pw', 'the sales of the year')
  await screenshot(page, `${name}-refused`)
  expect(message).toBe('Could not save new password.')
  expect(await host.dovecot.accepts('sales@example.org', 'sales mail pw')).toBe(true)
}
