import { expect, it } from 'vitest'
import { neededCommands, unneededCommand } from '../../src/panel/needed-commands.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'

it('the needed commands are only those of the proofs in use, each once', () => {
  expect(neededCommands(['mailbox'])).toEqual(['v-search-domain-owner', 'v-get-mail-account-value', CHANGE])
  expect(neededCommands(['account'])).not.toContain('v-search-domain-owner')
  expect(neededCommands(['mailbox', 'account'])).toHaveLength(6)
})

it('the needed commands include those of features that are turned on', () => {
  const [owner, value, record] = ['v-search-domain-owner', 'v-get-mail-account-value', 'v-list-user']
  expect(neededCommands(['account', 'recovery'])).toContain(owner)
  expect(neededCommands(['mailbox', 'recovery'])).toEqual(neededCommands(['mailbox']))
  expect(neededCommands(['mailbox', 'owner-notices'])).toEqual([owner, value, CHANGE, record])
  expect(unneededCommand(['account', 'recovery', 'help'])).toBe('v-list-access-key')
  expect(unneededCommand(['mailbox', 'help'])).toBe('v-check-user-password')
})

it('there is an unneeded command to recognise a key that may do more: of a proof that is not in use, if there is one', () => {
  expect(unneededCommand(['mailbox'])).toBe('v-list-user')
  expect(unneededCommand(['account'])).toBe('v-search-domain-owner')
  expect(unneededCommand(['mailbox', 'account'])).toBe('v-list-access-key')
})
