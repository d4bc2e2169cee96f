/** The panel's settings and its release's behavior. Tests may change them at any time. */
export interface Switches {
  accessKeyApi: boolean
  legacyApi: boolean
  /** Whether the caller's address is on the panel's list. */
  addressAllowed: boolean
  /** Whether the access keys and the API key were deleted. */
  keyRevoked: boolean
  /** The commands that the administrator's access key may run, by its profile. Undefined for every command. */
  permittedCommands: readonly string[] | undefined
  /**
   * Whether a lookup checks the format of the mailbox's name, as the change does. A future release might, and would then refuse
   * escaped names.
   */
  lookupChecksName: boolean
}

export function createSwitches(): Switches {
  return {
    accessKeyApi: true,
    legacyApi: true,
    addressAllowed: true,
    keyRevoked: false,
    permittedCommands: undefined,
    lookupChecksName: false,
  }
}
