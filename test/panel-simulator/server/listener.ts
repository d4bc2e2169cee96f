import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { succeeded } from '../commands/outcome.js'
import { type Answer, NOT_FOUND } from './answers.js'
import type { Api } from './api.js'
import type { Fault, Interventions } from './faults.js'
import { type PanelRequest, readPanelRequest } from './panel-request.js'

/** An API request that reached the panel. */
export interface PanelCall {
  command: string
  /** As received, before the panel trims them. */
  args: string[]
  returncode: 'yes' | 'no'
}

type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Serves the API over HTTP, with the faults and holds that tests set. */
export function createListener(api: Api, interventions: Interventions, calls: PanelCall[]): Listener {
  return async function listen(request, response) {
    if (request.url !== '/api/' && request.url !== '/api/index.php') return send(response, NOT_FOUND)
    const panelRequest = await readPanelRequest(request).catch(() => undefined)
    if (!panelRequest) {
      response.destroy()
      return
    }
    const { command, args, returncode } = panelRequest
    calls.push({ command, args: [...args], returncode })
    const fault = interventions.takeFault(command, args)
    await interventions.pass(command, args)
    if (fault) await fail(api, panelRequest, response, fault)
    else send(response, await api.answer(panelRequest))
  }
}

async function fail(api: Api, request: PanelRequest, response: ServerResponse, fault: Fault): Promise<void> {
  switch (fault.kind) {
    case 'reset':
      if (fault.when !== 'before-run') {
        const answer = await api.answer(request)
        if (fault.when === 'mid-answer') await sendPart(response, filled(answer))
      }
      response.destroy()
      return
    case 'silence':
      if (fault.run) await api.answer(request)
      fault.begun?.()
      return
    case 'endless':
      await sendEndlessly(response, await answerOf(api, request, fault.run), fault)
      return
    case 'padded': {
      const answer = await answerOf(api, request, fault.run)
      send(response, { ...filled(answer), body: answer.body + ' '.repeat(fault.bytes) })
      return
    }
    case 'truncated': {
      const answer = await answerOf(api, request, fault.run)
      send(response, { ...filled(answer), body: answer.body.slice(0, answer.body.length / 2) })
      return
    }
    case 'answer':
      if (fault.run) await api.answer(request)
      send(response, { headers: {}, ...fault })
      return
    case 'exit': {
      const { run, code, output = '' } = fault
      send(response, await api.answer(request, { run, outcome: { code, output } }))
    }
  }
}

/** The panel's response. If the command doesn't run, the response wrongly says that it succeeded. */
function answerOf(api: Api, request: PanelRequest, run: boolean): Promise<Answer> {
  return api.answer(request, run ? undefined : { run, outcome: succeeded() })
}

/** 204 can't have a body. */
function filled(answer: Answer): Answer {
  return { ...answer, status: answer.status === 204 ? 200 : answer.status }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers).end(body)
}

/** Announces more than it sends, so that even an empty body (as of 204) is incomplete. */
async function sendPart(response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  const length = Buffer.byteLength(body) + 1
  response.writeHead(status, { ...headers, 'Content-Length': length })
  response.flushHeaders()
  await new Promise((resolve) => response.write(body, resolve))
}

/** How much of an endless response is sent at a time, and how long a trickle pauses. */
const FLOOD = ' '.repeat(64 * 1024)
const TRICKLE_PAUSE_MS = 5

async function sendEndlessly(
  response: ServerResponse,
  answer: Answer,
  { pace, begun }: Extract<Fault, { kind: 'endless' }>,
): Promise<void> {
  const { status, headers, body } = filled(answer)
  const text = pace === 'flood' ? FLOOD : ' '
  response.writeHead(status, headers).write(body)
  begun?.()
  // The callback gets an error when the other side has disconnected.
  while (!(await new Promise((resolve) => response.write(text, resolve)))) {
    if (pace === 'trickle') await setTimeout(TRICKLE_PAUSE_MS)
  }
}
