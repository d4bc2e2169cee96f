import { expect, it } from 'vitest'
import { makeManPage } from '../../scripts/debian/man-page.js'
import { help } from '../../src/cli/help.js'

const page = makeManPage('1.2.3', '2026-11-29')

it('the man page has every word of the help', () => {
  const words = (text: string): string[] => text.match(/[\w–…'’-]+/g) ?? []
  const shown = new Set(words(page.replaceAll('\\-', '-')))
  const sections = Object.values(help).map((text) => text.replace(/^ {7}\(.*\)$/m, ''))
  expect(sections.flatMap(words).filter((word) => !shown.has(word) && word !== 'Usage')).toEqual([])
})

it('the man page has each option and each command as an item', () => {
  const options = Object.values(help).flatMap((text) => text.match(/^ {2}--[\w-]+/gm) ?? [])
  expect(options.length).toBeGreaterThan(5)
  for (const option of options) expect(page).toContain(`.TP\n.B ${option.trim().replaceAll('-', '\\-')}`)
  expect(page).toContain('.TP\n.B doctor\n')
})

it('the man page has no line that roff would take for a request by mistake', () => {
  const requests = page.match(/^[.'].*$/gm) ?? []
  expect(requests.filter((line) => !/^\.(?:TH|SH|TP|PP|IP|B|BR|br|nf|fi)\b/.test(line))).toEqual([])
})
