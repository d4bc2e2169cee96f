/** As many domains as connections, so that no change waits for another one's turn. */
export const DOMAINS = 32

export const PROOFS = ['account', 'mailbox'] as const
export type Proof = (typeof PROOFS)[number]

export const PATH = '/api/v1/password-changes'

const PASSWORDS = ['the first new secret', 'the second new secret'] as const

/** Submissions of one mailbox, which changes its password to and fro. */
export interface Submissions {
  /** The next change; the last one must have been made. */
  next(proof: Proof): string
  /** The last change was made. */
  made(): void
}

/** @param domain of `d0.example` and so on */
export function createSubmissions(domain: number): Submissions {
  let current = 'info mail pw'
  const other = (): string => PASSWORDS.find((password) => password !== current) ?? PASSWORDS[0]
  return {
    next: (proof) => JSON.stringify(submission(proof, domain, current, other())),
    made() {
      current = other()
    },
  }
}

function submission(proof: Proof, domain: number, currentPassword: string, newPassword: string) {
  const change = { email: `info@d${domain}.example`, newPassword }
  if (proof === 'mailbox') return { ...change, currentPassword }
  return { ...change, account: { username: 'alice', password: 'alice panel pw' } }
}
