import { HtmlValidate } from 'html-validate'
import { expect } from 'vitest'

const validator = new HtmlValidate({
  extends: ['html-validate:standard'],
  rules: { 'require-sri': 'off' },
})

/** The HTML errors of a page, one per line. */
export async function htmlFaults(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html)
  return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`))
}

/** Expects a page without HTML errors. */
export async function expectValid(html: string): Promise<void> {
  expect(await htmlFaults(html)).toEqual([])
}
