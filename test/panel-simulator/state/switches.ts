/** What the panel's settings allow and its release does; tests may change them while it runs. */
export interface Switches {
  accessKeyApi: boolean
  legacyApi: boolean
  /** Whether the caller's address is on the panel's list. */
  addressAllowed: boolean
  /** Whether the access keys and the API key were deleted. */
  keyRevoked: boolean
  /** What the administrator's access key may run, by its profile; every command where undefined. */
  permittedCommands: readonly string[] | undefined
  /**
   * Whether a lookup checks the form of its mailbox's name, as the change does: a release to come may, and so refuse
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
