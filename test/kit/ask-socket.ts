import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

interface Question {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Sends a request over a Unix socket, on its own connection, as a proxy does. */
export async function askSocket(
  socketPath: string,
  { method = 'GET', path, headers = {}, body }: Question,
): Promise<{ status: number; body: string }> {
  const sent = request({ socketPath, method, path, headers, agent: false }).end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, body: await text(response) }
}
