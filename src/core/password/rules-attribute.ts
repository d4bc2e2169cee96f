import { MAX_PASSWORD_BYTES } from './rules.js'

/**
 * What a generated password may hold: one byte each, so that bytes are characters; no space, which may not stand at its
 * ends; no slash, quote, backslash or bracket, which mail programs' settings and command lines may read otherwise.
 */
export const GENERATED_SPECIALS = '-!#$%*+,.:;=?@^_~'

/**
 * The rules for password managers that make passwords, in Apple's syntax for the attribute `passwordrules`
 * (https://developer.apple.com/password-rules/; its grammar is that of apple/password-manager-resources,
 * tools/PasswordRulesParser.js). In a class of one's own the hyphen must come first.
 */
export function passwordRulesAttribute(minLength: number): string {
  return `minlength: ${minLength}; maxlength: ${MAX_PASSWORD_BYTES}; allowed: upper, lower, digit, [${GENERATED_SPECIALS}];`
}
