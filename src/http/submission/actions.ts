import type { Helper } from '../../core/recovery/help-request.js'
import type {
  AddressSubmission,
  Confirmation,
  HelpSubmission,
  OwnerSubmission,
  Redemption,
  Removal,
  Submission,
} from './parse-submission.js'
import type { Action } from './pipeline.js'

/** All that submissions can ask for. */
export interface Actions {
  readonly change: Action<Submission | Redemption>
  /** Undefined if nobody can recover a password. */
  readonly recovery: RecoveryActions | undefined
}

/** What helps with forgotten passwords. */
export interface RecoveryActions {
  /** What the owner of a hosting account can do; undefined if that proves nothing here. */
  readonly ownerLinks:
    | { readonly make: Action<OwnerSubmission>; readonly end: Action<OwnerSubmission> }
    | undefined
  /** What people who can't sign in can ask for; undefined if nobody helps them. */
  readonly help: HelpActions | undefined
  /** Undefined if there are no recovery addresses. */
  readonly addresses: AddressActions | undefined
}

export interface HelpActions {
  readonly request: Action<HelpSubmission>
  readonly offered: readonly Helper[]
}

/** What the user of a mailbox can do with its recovery address. */
export interface AddressActions {
  readonly set: Action<AddressSubmission>
  readonly confirm: Action<Confirmation>
  readonly remove: Action<Removal>
}
