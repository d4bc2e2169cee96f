/** A mail to one address, in plain text. */
export interface Message {
  readonly from: { readonly name: string; readonly address: string }
  /** An address that was parsed: it can't hold another header. */
  readonly to: string
  readonly date: Date
  /** With its angle brackets (RFC 5322 section 3.6.4); the same for each try, so that a message which came twice is known. */
  readonly messageId: string
  readonly subject: string
  readonly text: string
}

/** Why a message was not taken. */
export interface SendFault {
  /** A word such as `ETIMEDOUT`, never the server's text. */
  readonly errorCode: string
  readonly smtpStatus: number | undefined
  /** To try again would change nothing. */
  readonly isFinal: boolean
}

/** Hands a message to the mail server; resolves to why that failed, if it did. */
export type Sender = (message: Message, signal: AbortSignal) => Promise<SendFault | undefined>
