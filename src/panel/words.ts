/**
 * The panel's words that mean something to us, as they stand in the transcripts. They are recognised and never
 * handed on, for they may quote stored hashes.
 */
export const words = {
  failure: /^(?:Error|Usage): /,
  usage: /^Usage: /,
  wrongPassword: /^Error: (?:password missmatch|Authentication token mismatch\.)$/,
  /** The panel gives no such names, so there can be no such thing. */
  malformedName: /^Error: invalid \S+ format :: /,
  malformedMailbox: /^Error: invalid account format :: /,
  malformedCommand: /^Error: (?:Command not provided|.* command invalid)$/,
  /** A name matches several records, which follow (docs/hestia.md, hazard 4). */
  severalRecords: /^Error: Invalid object format: /,
  missing: /doesn't exist$/,
  /** There is no such account, or it has no such domain. */
  missingDomain: /^Error: (?:user|mail domain) .* doesn't exist$/,
  noTwoFactor: /^Error: Two-factor authentication is not enabled\.$/,
  suspended: / is suspended$/,
  addressNotAllowed: /^Error: IP is not allowed/,
  notAdministrator: /^Error: authentication failed/,
}
