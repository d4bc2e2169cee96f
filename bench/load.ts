import { setTimeout } from 'node:timers/promises'
import autocannon from 'autocannon'
import { createSubmissions, DOMAINS, PATH, type Proof, type Submissions } from './submissions.js'

const HEADERS = { 'content-type': 'application/json' }

/** All mailboxes, which a server finds as the last one left them. */
export function createMailboxes(): Submissions[] {
  return Array.from({ length: DOMAINS }, (_, domain) => createSubmissions(domain))
}

/** So many changes, a connection for each mailbox; gives changes per second. Fails if one was not made. */
export async function changesPerSecond(url: string, proof: Proof, mailboxes: Submissions[], amount: number) {
  let index = 0
  const startMs = performance.now()
  let lastMs = startMs
  const result = await autocannon({
    url: url + PATH,
    method: 'POST',
    headers: HEADERS,
    connections: mailboxes.length,
    amount,
    setupClient(client) {
      const mailbox = mailboxes[index++] as Submissions
      client.setBody(mailbox.next(proof))
      client.on('response', (status) => {
        // The library itself looks only once a second whether all have been made.
        lastMs = performance.now()
        if (status === 200) mailbox.made()
        client.setBody(mailbox.next(proof))
      })
    },
  })
  if (result['2xx'] !== amount) throw new Error(`of ${amount} changes ${result['2xx']} were made by ${url}`)
  return amount / ((lastMs - startMs) / 1000)
}

/** A refused try at a mailbox, from one address. */
function guessAt(domain: string) {
  return {
    method: 'POST' as const,
    headers: { ...HEADERS, 'x-forwarded-for': '198.51.100.1' },
    body: JSON.stringify({
      email: `info@${domain}`,
      newPassword: 'the new secret of a guesser',
      currentPassword: 'a wrong guess',
    }),
  }
}

/** Refused tries as fast as they can be sent; gives answers per second. */
export async function flood(url: string, domain: string, seconds: number): Promise<number> {
  const { requests } = await autocannon({
    ...guessAt(domain),
    url: url + PATH,
    connections: 200,
    duration: seconds,
  })
  return requests.average
}

/** One person's changes, one after another, each begun `everyMs` after the last one; gives how long each took (ms). */
export async function timeChanges(
  url: string,
  proof: Proof,
  mailbox: Submissions,
  count: number,
  everyMs: number,
) {
  const times: number[] = []
  for (let index = 0; index < count; index++) {
    const pause = setTimeout(everyMs)
    const startMs = performance.now()
    const response = await fetch(url + PATH, {
      method: 'POST',
      headers: { ...HEADERS, 'x-forwarded-for': `203.0.113.${index + 1}` },
      body: mailbox.next(proof),
    })
    const text = await response.text()
    if (response.status !== 200) throw new Error(`a change was answered ${response.status} ${text}`)
    times.push(performance.now() - startMs)
    mailbox.made()
    await pause
  }
  return times
}

/** @param share 0.5 for the median */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
