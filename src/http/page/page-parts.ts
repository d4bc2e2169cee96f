import type { Proofs } from '../../core/attempt.js'
import type { Actions } from '../submission/actions.js'
import type { Guards } from '../submission/guards.js'
import type { Pipeline } from '../submission/pipeline.js'
import type { FrameParts } from './layout-view.js'
import type { PagePolicy } from './script-view.js'
import type { SendPage } from './send-page.js'

/** What every page with a form needs. */
export interface PageParts extends FrameParts {
  readonly pipeline: Pipeline
  readonly actions: Actions
  readonly guards: Guards
  readonly proofs: Proofs
  readonly policy: PagePolicy
  readonly sendPage: SendPage
  /** Called when a form for a new password is shown, because a password may come soon. */
  readonly expectPassword: () => void
}
