import { HtmlValidate } from 'html-validate'
import { expect } from 'vitest'

const validator = new HtmlValidate({
  extends: ['html-validate:standard'],
  rules: { 'require-sri': 'off' },
})

/** Expects a page that breaks no rule of HTML. */
export async function expectValid(html: string): Promise<void> {
  const report = await validator.validateString(html)
  expect(
    report.results.flatMap((result) => result.messages.map(({ ruleId, message }) => `${ruleId}: ${message}`)),
  ).toEqual([])
}
