import type { Answer } from '../../core/answer.js'
import type { Proof, Proofs } from '../../core/attempt.js'
import type { Messages } from '../../languages/catalogue.js'
import { wordsOf } from '../../languages/messages.js'
import type { DescribedRule } from '../describe-policy.js'
import type { Form } from '../submission/read-body.js'
import { chosenProof, type FieldError, type FieldName, fieldErrors } from './form-fields.js'

interface FieldView {
  readonly name: FieldName
  readonly label: string
  readonly hint: string
  readonly type: 'email' | 'text' | 'password'
  /** What is typed there runs from left to right in every language, but for passwords. */
  readonly direction: 'ltr' | 'auto'
  readonly inputMode: string
  /** A token of HTML's autofill (HTML standard, "autofill detail tokens"). */
  readonly autocomplete: string
  /** For password generators (the attribute `passwordrules`). */
  readonly passwordRules: string
  /** What was typed, but for secrets. */
  readonly value: string
}

interface FormParts {
  readonly messages: Messages
  readonly proofs: Proofs
  readonly rules: readonly DescribedRule[]
  readonly passwordRules: string
}

/** What few people ever meet: shown, but not at first sight. */
const FURTHER_RULES = [
  'too-long',
  'control-character',
  'invisible-character',
  'outer-space',
  'looks-like-a-file',
]

/** The limits on guesses from anywhere: callers of other kinds are not held by them. */
const LIMITS_WITH_OTHER_WAYS = ['target', 'ceiling']

/** All that the form's template shows. */
export function formView(parts: FormParts, form: Form, answer: Answer | undefined) {
  const { messages, proofs } = parts
  const words = messages.page
  const proof = chosenProof(proofs, form)
  const errors = answer ? fieldErrors(answer, proof, messages) : []
  const notice = answer ? wordsOf(answer, messages) : null
  const limit = answer?.code === 'too-many-attempts' ? answer.limit : undefined
  const show = (field: FieldView) => ({
    ...field,
    ...errorsOf(field, errors),
    errorPrefix: words.errorPrefix,
    showLabel: messages.script.show,
  })

  const asksForCode = Boolean(form.code) || errors.some(({ field }) => field === 'code')
  const email = [mailboxField(words, form)].map(show)
  const newPassword = [newPasswordField(words, parts.passwordRules)].map(show)
  const confirmPassword = [field('confirm_password', words.confirmPassword, 'password', 'new-password')].map(
    show,
  )
  const choices = proofs.map((each) => {
    const { label, hint, fields } = choiceOf(each, words, form, asksForCode)
    return { proof: each, chosen: each === proof, label, hint, fields: fields.map(show) }
  })
  const all = [...email, ...choices.flatMap(({ fields }) => fields), ...newPassword, ...confirmPassword]
  const summary = all.flatMap(({ name, label, errors: own }) =>
    own.map((message) => ({ name, label, message })),
  )
  const heading = notice ? `${words.errorPrefix} ${notice.title}` : words.title
  const [furtherRules, rules] = [true, false].map((further) =>
    parts.rules.filter(({ code }) => isShown(code, proofs) && FURTHER_RULES.includes(code) === further),
  )
  return {
    heading,
    words,
    notice,
    puzzle: limit?.challenge ? JSON.stringify(limit.challenge) : '',
    ways: limit && LIMITS_WITH_OTHER_WAYS.includes(limit.name) ? messages.ways : null,
    summary,
    email,
    choices,
    newPassword,
    confirmPassword,
    rules,
    furtherRules,
  }
}

/** The rules that rest on a password which is known with one proof only. */
const RULES_OF_PROOFS: Readonly<Record<string, Proof>> = {
  'same-as-current': 'mailbox',
  'similar-to-current': 'mailbox',
  'same-as-account': 'account',
}

function isShown(code: string, proofs: Proofs): boolean {
  const proof = RULES_OF_PROOFS[code]
  return proof === undefined || proofs.includes(proof)
}

function errorsOf({ name, hint }: FieldView, errors: readonly FieldError[]) {
  const own = errors.filter((error) => error.field === name).map((error) => error.message)
  const describedBy = [...(hint ? [`${name}-hint`] : []), ...(own.length > 0 ? [`${name}-errors`] : [])]
  return { errors: own, describedBy: describedBy.join(' ') }
}

function mailboxField(words: Messages['page'], form: Form): FieldView {
  return field('email', words.email, 'email', 'username', { value: form.email })
}

function newPasswordField(words: Messages['page'], passwordRules: string): FieldView {
  return { ...field('new_password', words.newPassword, 'password', 'new-password'), passwordRules }
}

function choiceOf(proof: Proof, words: Messages['page'], form: Form, asksForCode: boolean) {
  if (proof === 'mailbox') {
    const fields = [field('current_password', words.currentPassword, 'password', 'current-password')]
    return { label: words.proofMailbox, hint: words.proofMailboxHint, fields }
  }
  const code = field('code', words.code, 'text', 'one-time-code', {
    hint: words.codeHint,
    inputMode: 'numeric',
  })
  const fields = [
    field('username', words.username, 'text', 'section-account username', {
      hint: words.usernameHint,
      value: form.username,
    }),
    field('account_password', words.accountPassword, 'password', 'section-account current-password'),
    // Few accounts need one: it is asked for when it turns out that this one does.
    ...(asksForCode ? [code] : []),
  ]
  return { label: words.proofAccount, hint: words.proofAccountHint, fields }
}

function field(
  name: FieldName,
  label: string,
  type: FieldView['type'],
  autocomplete: string,
  { hint = '', inputMode = '', value }: { hint?: string; inputMode?: string; value?: unknown } = {},
): FieldView {
  const direction = type === 'password' ? 'auto' : 'ltr'
  const shown = typeof value === 'string' ? value : ''
  return { name, label, hint, type, direction, inputMode, autocomplete, passwordRules: '', value: shown }
}
