import type { Challenge, SolvedChallenge } from '../../src/core/puzzle.js'
import type { PageForm } from './form.js'
import type { PuzzleReply } from './puzzle-worker.js'

/**
 * Solves the puzzle above the form, if there is one, in a worker. A form sent in the meantime waits for the solution. If there
 * won't be one, the page shows the other ways to continue.
 */
export function solvePuzzle({ element, words, say }: PageForm): void {
  const puzzle = document.querySelector<HTMLElement>('#puzzle')
  const line = puzzle?.querySelector('#puzzle-words')
  const bar = puzzle?.querySelector('progress')
  const cancel = puzzle?.querySelector('button')
  const ways = document.querySelector<HTMLElement>('#ways')
  if (!puzzle || !line || !bar || !cancel || !ways) return
  const challenge: Challenge = JSON.parse(puzzle.dataset.challenge ?? '')
  const worker = new Worker(new URL('puzzle-worker.js', import.meta.url))
  const over = new AbortController()
  let sent: SubmitEvent | undefined

  const finish = (): void => {
    worker.terminate()
    over.abort()
    say('')
  }

  const accept = (solved: SolvedChallenge): void => {
    finish()
    line.textContent = words.solved
    if (document.activeElement === cancel) element.querySelector<HTMLElement>('[type="submit"]')?.focus()
    puzzle.classList.add('solved')
    element.append(hiddenField('solution', btoa(JSON.stringify(solved))))
    if (sent) element.requestSubmit(sent.submitter)
  }

  const giveUp = (): void => {
    finish()
    puzzle.remove()
    ways.hidden = false
    ways.focus()
  }

  ways.hidden = true
  line.textContent = words.solving
  bar.max = challenge.parameters.data.maxCounter
  worker.addEventListener('message', ({ data }: MessageEvent<PuzzleReply>) => {
    bar.value = 'tried' in data ? data.tried : bar.max
    if ('solution' in data) accept(data)
  })
  worker.addEventListener('error', giveUp)
  cancel.addEventListener('click', giveUp)
  element.addEventListener(
    'submit',
    (event) => {
      event.preventDefault()
      event.stopImmediatePropagation()
      sent = event
      say(words.solving)
    },
    { signal: over.signal },
  )
  worker.postMessage(challenge)
}

function hiddenField(name: string, value: string): HTMLInputElement {
  const input = document.createElement('input')
  input.type = 'hidden'
  input.name = name
  input.value = value
  return input
}
