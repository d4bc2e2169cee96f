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

/** What a submission can do. */
export interface Actions {
  readonly change: Action<Submission | Redemption>
  /** Undefined if password recovery is off. */
  readonly recovery: RecoveryActions | undefined
}

/** The actions for forgotten passwords. */
export interface RecoveryActions {
  /** For owners of hosting accounts. Undefined if proof by account is off. */
  readonly ownerLinks:
    | { readonly make: Action<OwnerSubmission>; readonly end: Action<OwnerSubmission> }
    | undefined
  /** For people who can't sign in. Undefined if nobody helps them. */
  readonly help: HelpActions | undefined
  /** Undefined if recovery addresses are off. */
  readonly addresses: AddressActions | undefined
}

export interface HelpActions {
  readonly request: Action<HelpSubmission>
  readonly offered: readonly Helper[]
}

/** What users of a mailbox can do with its recovery address. */
export interface AddressActions {
  readonly set: Action<AddressSubmission>
  readonly confirm: Action<Confirmation>
  readonly remove: Action<Removal>
}
