import type { Page } from 'playwright-core'

/** Logs in to Roundcube as a person. Returns whether it worked. */
export async function logInToWebmail(
  page: Page,
  url: string,
  address: string,
  password: string,
): Promise<boolean> {
  await page.goto(url)
  await page.getByLabel('Username').fill(address)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Login' }).click()
  const inbox = page.locator('body.task-mail')
  await inbox.or(page.getByText('Login failed.')).first().waitFor()
  return inbox.isVisible()
}

/** Opens Settings → Password. */
export async function openPasswordSettings(page: Page): Promise<void> {
  await clickWhenReady(page, 'Settings')
  await page.locator('body.task-settings').waitFor()
  await clickWhenReady(page, 'Password')
  await page.getByLabel('Current Password:').waitFor()
}

/** Fills in and saves the form in Settings → Password. Returns the message that the person sees. */
export async function changePasswordInWebmail(
  page: Page,
  currentPassword: string,
  newPassword: string,
): Promise<string> {
  await waitUntilReady(page)
  await page.getByLabel('Current Password:').fill(currentPassword)
  await page.getByLabel('New Password:', { exact: true }).fill(newPassword)
  await page.getByLabel('Confirm New Password:').fill(newPassword)
  await Promise.all([page.waitForEvent('domcontentloaded'), clickWhenReady(page, 'Save')])
  const message = page.locator('#messagestack > :not(.loading)').first()
  return (await message.textContent())?.trim() ?? ''
}

export async function logOut(page: Page): Promise<void> {
  await clickWhenReady(page, 'Logout')
  await page.getByRole('button', { name: 'Login' }).waitFor()
}

async function clickWhenReady(page: Page, name: string): Promise<void> {
  await waitUntilReady(page)
  await page.getByRole('button', { name }).click()
}

/**
 * Until Roundcube's script has set up the page (this timer is its last step), clicks get lost and the focus moves. Clicks also
 * get lost while it loads something.
 */
async function waitUntilReady(page: Page): Promise<void> {
  await page.waitForFunction('window.rcmail?._keepalive !== undefined && !rcmail.busy')
}
