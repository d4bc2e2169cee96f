/** How a submission proves the right to a change. */
export type Proof = 'mailbox' | 'account'

export const PATH = '/api/v1/password-changes'

const PASSWORDS = ['the first new secret', 'the second new secret'] as const

/** Somebody with a mailbox of the simulated panel, at an address of their own. */
export interface Person {
  readonly email: string
  readonly headers: Readonly<Record<string, string>>
  /** The password that the next submission asks for. */
  readonly newPassword: string
  /** The body of the next submission. */
  submission(proof: Proof): string
  /** The change was made. */
  made(): void
}

/**
 * @param number tells people apart
 * @param mailbox of `d0.example` and so on: `info`, or `box0` and so on
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

/** What comes of a wrong password. */
export function guessOf(person: Person, proof: Proof): string {
  const { email, newPassword } = person
  const credentials =
    proof === 'mailbox'
      ? { currentPassword: 'a wrong guess' }
      : { account: { username: 'alice', password: 'a wrong guess' } }
  return JSON.stringify({ email, newPassword, ...credentials })
}

/** In a network of its own, for each network may have only a few unknown domains looked up. */
function addressOf(number: number): string {
  return `10.${number >> 8}.${number & 255}.1`
}

/** What somebody was told, and when. */
export interface Told {
  readonly status: number
  readonly code: string
  readonly tookMs: number
}

/** Posts a submission by JSON, and waits as long as it takes. */
export async function submit(url: string, { headers }: Person, body: string): Promise<Told> {
  const startMs = performance.now()
  const response = await fetch(url + PATH, { method: 'POST', headers, body })
  const { code } = (await response.json()) as { code: string }
  return { status: response.status, code, tookMs: performance.now() - startMs }
}

/** Has one change made; gives how long it took (ms). Throws if it was not made. */
export async function change(url: string, person: Person, proof: Proof): Promise<number> {
  const { status, code, tookMs } = await submit(url, person, person.submission(proof))
  if (status !== 200) throw new Error(`a change of ${person.email} was answered ${status} ${code}`)
  person.made()
  return tookMs
}
