/** The proof of a submission. */
export type Proof = 'mailbox' | 'account'

export const PATH = '/api/v1/password-changes'

const PASSWORDS = ['the first new secret', 'the second new secret'] as const

/** A person with a mailbox of the simulated panel and their own IP address. */
export interface Person {
  readonly email: string
  readonly headers: Readonly<Record<string, string>>
  /** The new password in the next submission. */
  readonly newPassword: string
  /** Makes the body of the next submission. */
  submission(proof: Proof): string
  /** Call it when the change was made. */
  made(): void
}

/**
 * @param number must differ between people
 * @param mailbox `info` or `box0`, `box1` … of `d0.example`, `d1.example` …
 */
export function createPerson(number: number, mailbox = `box${number}@d0.example`): Person {
  let password = 'info mail pw'
  return {
    email: mailbox,
    headers: { 'content-type': 'application/json', 'x-forwarded-for': addressOf(number) },
    get newPassword() {
      return PASSWORDS.find((candidate) => candidate !== password) ?? PASSWORDS[0]
    },
    submission(proof) {
      const change = { email: mailbox, newPassword: this.newPassword }
      return JSON.stringify(
        proof === 'mailbox'
          ? { ...change, currentPassword: password }
          : { ...change, account: { username: 'alice', password: 'alice panel pw' } },
      )
    },
    made() {
      password = this.newPassword
    },
  }
}

/** Makes the body of a submission with a wrong password. */
export function guessOf(person: Person, proof: Proof): string {
  const { email, newPassword } = person
  const credentials =
    proof === 'mailbox'
      ? { currentPassword: 'a wrong guess' }
      : { account: { username: 'alice', password: 'a wrong guess' } }
  return JSON.stringify({ email, newPassword, ...credentials })
}

/** Each address is in a separate network, because a network can look up only a few unknown domains. */
function addressOf(number: number): string {
  return `10.${number >> 8}.${number & 255}.1`
}

/** The answer to a submission, and how long it took. */
export interface Told {
  readonly status: number
  readonly code: string
  readonly tookMs: number
}

/** Posts a submission as JSON, without a time-out. */
export async function submit(url: string, { headers }: Person, body: string): Promise<Told> {
  const startMs = performance.now()
  const response = await fetch(url + PATH, { method: 'POST', headers, body })
  const { code } = (await response.json()) as { code: string }
  return { status: response.status, code, tookMs: performance.now() - startMs }
}

/** Makes a change and returns how long it took (ms). Throws if it failed. */
export async function change(url: string, person: Person, proof: Proof): Promise<number> {
  const { status, code, tookMs } = await submit(url, person, person.submission(proof))
  if (status !== 200) throw new Error(`the change of ${person.email} failed: ${status} ${code}`)
  person.made()
  return tookMs
}
