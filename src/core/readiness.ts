/** Why the service can't do its work now. */
export interface ReadinessFault {
  /** Such as `key-refused` or `timed-out`: our own word, never the panel's text. */
  readonly code: string
  /** The command of the panel that the fault is about, where it is about one. */
  readonly command?: string
}

/** The faults that stand in the way of a change, none if it can be made. */
export type CheckReadiness = () => Promise<readonly ReadinessFault[]>
