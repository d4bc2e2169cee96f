import type { Proof } from '../../core/attempt.js'
import type { DescribedRule } from '../describe-policy.js'

/** What few people ever meet: shown, but not at first sight. */
const FURTHER_RULES = [
  'too-long',
  'control-character',
  'invisible-character',
  'outer-space',
  'looks-like-a-file',
]

/** The rules that rest on a password which is known with one proof only. */
const RULES_OF_PROOFS: Readonly<Record<string, Proof>> = {
  'same-as-current': 'mailbox',
  'similar-to-current': 'mailbox',
  'same-as-account': 'account',
}

/** The rules that can be broken with one of these proofs, or without any. */
export function rulesView(rules: readonly DescribedRule[], proofs: readonly Proof[]) {
  const shown = rules.filter(({ code }) => {
    const proof = RULES_OF_PROOFS[code]
    return proof === undefined || proofs.includes(proof)
  })
  const isFurther = ({ code }: DescribedRule): boolean => FURTHER_RULES.includes(code)
  return { rules: shown.filter((rule) => !isFurther(rule)), furtherRules: shown.filter(isFurther) }
}
