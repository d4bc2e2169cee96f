/** Why the setup can't continue, in words for the administrator. Contains no secret. */
export class SetupFault extends Error {
  override readonly name = 'SetupFault'
}
