import type { Answer } from '../core/answer.js'

/** After how many seconds another try makes sense (RFC 9110 section 10.2.3). */
export function retryAfterSeconds(answer: Answer): number | undefined {
  switch (answer.code) {
    case 'too-many-attempts':
      return Math.max(1, Math.ceil(answer.limit.retryAfterMs / 1000))
    case 'panel-unavailable':
    case 'mail-server-unavailable':
    case 'store-unavailable':
    case 'breach-check-unavailable':
      return 30
    case 'panel-busy':
      return 10
    default:
      return undefined
  }
}

const formats = new Map<string, Intl.RelativeTimeFormat>()

/** To make one takes longer than all else in the answer to somebody who floods us. */
function relativeTimeFormat(language: string): Intl.RelativeTimeFormat {
  const format = formats.get(language) ?? new Intl.RelativeTimeFormat(language)
  formats.set(language, format)
  return format
}

/** Such as `in 12 minutes`: never sooner than it is, and no finer than a person waits. */
export function waitInWords(seconds: number, language: string): string {
  const format = relativeTimeFormat(language)
  if (seconds < 60) return format.format(seconds, 'second')
  const minutes = Math.ceil(seconds / 60)
  return minutes < 120 ? format.format(minutes, 'minute') : format.format(Math.ceil(minutes / 60), 'hour')
}
