/** A mail to one address, in plain text. */
export interface Message {
  readonly from: { readonly name: string; readonly address: string }
  /** A parsed address, so it can't contain another header. */
  readonly to: string
  readonly date: Date
  /** With angle brackets (RFC 5322 section 3.6.4). The same for each try, so that duplicates can be recognised. */
  readonly messageId: string
  readonly subject: string
  readonly text: string
}

/** Why a message was not accepted. */
export interface SendFault {
  /** A code such as `ETIMEDOUT`, never the server's text. */
  readonly errorCode: string
  readonly smtpStatus: number | undefined
  /** Whether another try is pointless. */
  readonly isFinal: boolean
}

/** Sends a message to the mail server. Resolves to the fault if that failed. */
export type Sender = (message: Message, signal: AbortSignal) => Promise<SendFault | undefined>
