/** Why the setup can't go on, in words for the administrator; without a secret. */
export class SetupFault extends Error {
  override readonly name = 'SetupFault'
}
