/** A mail to one address, in plain text. */
export interface Letter {
  readonly from: { readonly name: string; readonly address: string }
  /** An address that was parsed: it can't hold another header. */
  readonly to: string
  readonly date: Date
  /** With its angle brackets (RFC 5322 section 3.6.4); the same for each try, so that a letter which came twice is known. */
  readonly messageId: string
  readonly subject: string
  readonly text: string
}

/** Why a letter was not taken. */
export interface SendFault {
  /** A word such as `ETIMEDOUT`, never the server's text. */
  readonly errorCode: string
  readonly smtpStatus: number | undefined
  /** To try again would change nothing. */
  readonly isFinal: boolean
}

/** Hands a letter to the mail server; resolves to why that failed, if it did. */
export type Sender = (letter: Letter, signal: AbortSignal) => Promise<SendFault | undefined>
