/**
 * What of an unforeseen error may be logged: its kind and where it arose. Messages stay out, for they may quote
 * what a person typed or what the panel answered.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error }
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  return {
    error: error.name,
    ...('code' in error ? { errorCode: String(error.code) } : {}),
    at: frames.map((frame) => frame.trim().slice(3)),
  }
}
