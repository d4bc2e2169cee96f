import { HtmlValidate } from 'html-validate'
import { expect } from 'vitest'

const validator = new HtmlValidate({
  extends: ['html-validate:standard'],
  rules: { 'require-sri': 'off' },
})

/** What is not valid in a page, a line each. */
export async function htmlFaults(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html)
  return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`))
}

/** Expects a page that breaks no rule of HTML. */
export async function expectValid(html: string): Promise<void> {
  expect(await htmlFaults(html)).toEqual([])
}
