import { expect, it } from 'vitest'
import { mergeSettings, parseSettings } from '../../src/setup/settings-file.js'

it('a file of settings is read as systemd reads it: comments are left out, quotes are taken off', () => {
  const text = `# REKEY_A=comment\nREKEY_A=1\n  REKEY_B='Our <Mail>'\nREKEY_C="x=y"\nREKEY_D=\n;REKEY_E=2\n`
  expect(parseSettings(text)).toEqual({ REKEY_A: '1', REKEY_B: 'Our <Mail>', REKEY_C: 'x=y', REKEY_D: '' })
})

it('settings that are merged replace what was written before, and add what is new', () => {
  const text = mergeSettings('# ours\nREKEY_A=1\n', { REKEY_A: '2', REKEY_B: 'a b' }, { REKEY_A: '1' })
  expect(text).toBe("# ours\nREKEY_A=2\nREKEY_B='a b'\n")
})

it('settings that are merged leave comments, other variables and values that somebody has changed', () => {
  const text = '# mine\nREKEY_A=5\n\nREKEY_MINE=yes\n'
  expect(mergeSettings(text, { REKEY_A: '2' }, { REKEY_A: '1' })).toBe(text)
})

it('settings that are merged lose what was written before and isn’t wanted any more, unless somebody has changed it', () => {
  const written = { REKEY_A: '1', REKEY_B: '1' }
  expect(mergeSettings('REKEY_A=1\nREKEY_B=2\n', {}, written)).toBe('REKEY_B=2\n')
})

it('settings that are merged twice stay as they are', () => {
  const wanted = { REKEY_A: 'a b', REKEY_B: '' }
  const once = mergeSettings('', wanted, {})
  expect(mergeSettings(once, wanted, wanted)).toBe(once)
  expect(parseSettings(once)).toEqual(wanted)
})
