import { expect, it } from 'vitest'
import { parseForm } from '../../../src/http/page/form-fields.js'
import { parseSubmission } from '../../../src/http/submission/parse-submission.js'
import { ACCOUNT_FORM, byAccount, byMailbox, MAILBOX_FORM } from '../../kit/submissions.js'

const PROOFS = ['mailbox', 'account'] as const
const solution = 'of a puzzle'

it('the solution of a puzzle goes along with either proof, from programs and from the page', () => {
  const submissions = [byMailbox({ solution }), byAccount({}, { solution })].map((body) =>
    parseSubmission(PROOFS, body),
  )
  const forms = [MAILBOX_FORM, ACCOUNT_FORM].map((form) => parseForm(PROOFS, { ...form, solution }))
  for (const parsed of [...submissions, ...forms]) {
    expect(parsed).toMatchObject({ ok: true, value: { solution } })
  }
})

it('a submission needs no solution, and an empty field of the page is none', () => {
  for (const parsed of [
    parseSubmission(PROOFS, byMailbox()),
    parseForm(PROOFS, { ...MAILBOX_FORM, solution: '' }),
  ]) {
    expect(parsed).toMatchObject({ ok: true, value: { solution: undefined } })
  }
})

it('a solution that is no text is told', () => {
  expect(parseSubmission(PROOFS, byMailbox({ solution: {} }))).toEqual({
    ok: false,
    faults: [{ pointer: '/solution', code: 'not-text' }],
  })
})
