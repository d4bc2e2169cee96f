/** The panel's texts that Rekey recognises, as in the recorded transcripts. Never pass them on: they may quote stored hashes. */
export const words = {
  failure: /^(?:Error|Usage): /,
  usage: /^Usage: /,
  wrongPassword: /^Error: (?:password missmatch|Authentication token mismatch\.)$/,
  /** The panel doesn't allow such names, so it doesn't exist. */
  malformedName: /^Error: invalid \S+ format :: /,
  malformedMailbox: /^Error: invalid account format :: /,
  malformedCommand: /^Error: (?:Command not provided|.* command invalid)$/,
  /** Several records match the name, and follow (docs/hestia.md, hazard 4). */
  severalRecords: /^Error: Invalid object format: /,
  missing: /doesn't exist$/,
  /** No such account, or the account has no such domain. */
  missingDomain: /^Error: (?:user|mail domain) .* doesn't exist$/,
  noTwoFactor: /^Error: Two-factor authentication is not enabled\.$/,
  suspended: / is suspended$/,
  addressNotAllowed: /^Error: IP is not allowed/,
  notAdministrator: /^Error: authentication failed/,
}
