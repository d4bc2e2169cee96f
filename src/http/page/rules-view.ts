import type { Answer } from '../../core/answer.js'
import type { Proof } from '../../core/attempt.js'
import { MAX_PASSWORD_BYTES, type PasswordReasonCode } from '../../core/password/rules.js'
import type { Messages } from '../../languages/catalogue.js'
import { countedText, reasonMessage } from '../../languages/messages.js'
import type { PolicyInForce } from '../describe-policy.js'
import { placeOf } from './form-fields.js'

/** A line of the page's rules. The password keeps it if none of these codes is reported. */
interface Line {
  readonly name: Exclude<keyof Messages['rules'], 'title' | 'kept'>
  readonly codes: readonly PasswordReasonCode[]
  /** The only proof that has the password to compare with. */
  readonly proof?: Proof
}

const ruleLines: readonly Line[] = [
  { name: 'length', codes: ['too-short'] },
  { name: 'guess', codes: ['common', 'too-weak'] },
  { name: 'address', codes: ['contains-address'] },
  { name: 'current', codes: ['same-as-current', 'similar-to-current'], proof: 'mailbox' },
  { name: 'account', codes: ['same-as-account'], proof: 'account' },
  { name: 'breach', codes: ['breached'] },
]

/** Few people break these rules, so the page shows each only while it is broken. */
const rareRules = [
  'too-long',
  'outer-space',
  'control-character',
  'invisible-character',
  'looks-like-a-file',
] as const

/**
 * The rules in force, one per line.
 *
 * @param proofs the proofs that the form offers, if any
 * @param answer its broken rules are hidden, because the message at the field names them
 */
export function rulesView(
  messages: Messages,
  policy: PolicyInForce,
  proofs: readonly Proof[],
  answer: Answer | undefined,
) {
  const { rules } = messages
  const told = answer?.code === 'password-rejected' ? answer.reasons.map(({ code }) => code) : []
  const isTold = (codes: readonly PasswordReasonCode[]): boolean => codes.some((code) => told.includes(code))
  const isInForce = ({ name, proof }: Line): boolean =>
    name === 'breach' ? policy.checksBreaches : proof === undefined || proofs.includes(proof)
  const lines = ruleLines.filter(isInForce).map(({ name, codes, proof }) => ({
    codes: codes.join(' '),
    text:
      name === 'length' ? countedText(rules[name], 'min', policy.minLength, messages.language) : rules[name],
    className: proof ? placeOf(proofs, proof) : '',
    isTold: isTold(codes),
  }))
  const rareLines = rareRules.map((code) => ({
    codes: code,
    text: reasonMessage(messages, code === 'too-long' ? { code, maxBytes: MAX_PASSWORD_BYTES } : { code }),
    className: 'rare',
    isTold: isTold([code]),
  }))
  return { title: rules.title, lines: [...lines, ...rareLines] }
}
