import type { Answer } from '../../core/answer.js'
import type { Messages } from '../../languages/catalogue.js'
import { wordsOf } from '../../languages/messages.js'
import type { FieldView } from './field-view.js'

/** The limits on guesses from anywhere. Other ways of changing the password aren't affected by them. */
const LIMITS_WITH_OTHER_WAYS = ['target', 'ceiling']

/**
 * Everything above a form: the title, and what the answer says, or links to the fields that say it.
 *
 * @param fields all fields of the form, in order
 */
export function noticeView(
  messages: Messages,
  title: string,
  fields: readonly FieldView[],
  answer: Answer | undefined,
) {
  const notice = answer ? wordsOf(answer, messages) : null
  const limit = answer?.code === 'too-many-attempts' ? answer.limit : undefined
  return {
    heading: notice ? `${messages.page.errorPrefix} ${notice.title}` : title,
    notice,
    wrong: fields.filter(({ errors }) => errors.length > 0).map(({ name, label }) => ({ name, label })),
    puzzle: limit?.challenge ? JSON.stringify(limit.challenge) : '',
    ways: limit && LIMITS_WITH_OTHER_WAYS.includes(limit.name) ? messages.ways : null,
  }
}
