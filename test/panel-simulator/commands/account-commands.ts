import { readPassword } from '../hazards/password-argument.js'
import { renderAccount } from '../state/accounts.js'
import type { PanelState } from '../state/panel-state.js'
import { checkAddressFormat, checkUserExists, checkUserFormat } from './checks.js'
import { exitCodes, failed, type Outcome, succeeded } from './outcome.js'
import { acceptsTotp } from './totp.js'

/** Accepts suspended accounts, and those that may not log in. Only the panel's login page checks that. */
export function checkUserPassword(panel: PanelState, args: readonly string[]): Outcome {
  const [user = '', passwordArgument = '', address = '127.0.0.1'] = args
  const refused = checkUserFormat(user) ?? checkAddressFormat(address)
  if (refused) return refused
  const account = panel.accounts.get(user)
  const password = readPassword(panel, passwordArgument)
  // The hashing tool of 1.10 takes a leading hyphen for an option, and its output then matches in every account.
  const taken = panel.release === '1.10' && password.startsWith('-')
  const ok = account !== undefined && (password === account.password || taken)
  panel.authLog.push({ account: user, address, ok })
  return ok ? succeeded() : failed(exitCodes.password, 'password missmatch')
}

export function checkUser2fa(panel: PanelState, args: readonly string[]): Outcome {
  const [user = '', code = ''] = args
  const refused = checkUserFormat(user) ?? checkUserExists(panel, user)
  if (refused) return refused
  const secret = panel.accounts.get(user)?.twoFactorSecret
  if (!secret) return failed(exitCodes.notFound, 'Two-factor authentication is not enabled.')
  if (!acceptsTotp(secret, code, Date.now())) {
    return failed(exitCodes.password, 'Authentication token mismatch.')
  }
  return succeeded()
}

export function listUser(panel: PanelState, args: readonly string[]): Outcome {
  const [user = '', format] = args
  const refused = checkUserFormat(user) ?? checkUserExists(panel, user)
  if (refused) return refused
  const account = panel.accounts.get(user)
  if (!account || format !== 'json') return succeeded(`Username:       ${user}`)
  return succeeded(renderAccount(account, panel.release))
}
