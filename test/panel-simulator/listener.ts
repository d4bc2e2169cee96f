import type { IncomingMessage, ServerResponse } from 'node:http'
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

/** Serves the API over HTTP, with the faults and holds that tests ask for. */
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
    const fault = interventions.takeFault(command)
    await interventions.pass(command)
    if (fault) await fail(api, panelRequest, response, fault)
    else send(response, await api.answer(panelRequest))
  }
}

async function fail(api: Api, request: PanelRequest, response: ServerResponse, fault: Fault): Promise<void> {
  switch (fault.kind) {
    case 'reset':
      if (fault.when !== 'before-run') {
        const answer = await api.answer(request)
        if (fault.when === 'mid-answer') await sendPart(response, answer)
      }
      response.destroy()
      return
    case 'silence':
      if (fault.run) await api.answer(request)
      return
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

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers).end(body)
}

/** Promises more than it sends; not even an empty body, as of 204, is whole then. */
async function sendPart(response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  const length = Buffer.byteLength(body) + 1
  response.writeHead(status === 204 ? 200 : status, { ...headers, 'Content-Length': length })
  response.flushHeaders()
  await new Promise((resolve) => response.write(body, resolve))
}
