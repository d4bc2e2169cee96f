import { readdirSync } from 'node:fs'
import { type AnswerPage, answerPages } from './answer-pages.js'
import { startService } from './service.js'

export const ALL_LANGUAGES = readdirSync(new URL('../../views/messages/', import.meta.url)).map((name) =>
  name.replace('.json', ''),
)

/** An answer as it arrived. */
export interface ShownPage {
  readonly name: string
  readonly language: string
  readonly html: string
  /** Its Content-Security-Policy. */
  readonly policy: string
}

/** Requests every page in each language. The services are stopped when the test ends. */
export async function askForPages(
  languages: readonly string[],
  pages: readonly AnswerPage[] = answerPages,
): Promise<ShownPage[]> {
  const shown = await Promise.all(pages.map((page) => askForPage(page, languages)))
  return shown.flat()
}

async function askForPage(page: AnswerPage, languages: readonly string[]): Promise<ShownPage[]> {
  const service = await startService(page.service)
  await page.prepare?.(service)
  const shown: ShownPage[] = []
  for (const language of languages) {
    for (const [call, fault, times] of page.faults ?? []) service.panel.failNext(call, fault, times)
    const response = await page.ask(service, language)
    const html = response.text
    const answer = /<main data-answer="([^"]*)"/.exec(html)?.[1]
    if (answer !== page.answer) throw new Error(`${page.name} in ${language} was answered by ${answer}`)
    shown.push({ name: page.name, language, html, policy: response.get('content-security-policy') ?? '' })
    service.panel.clearFaults()
    // After a lost change, the domain stays locked for a while.
    service.clock.advance(60_000)
  }
  return shown
}
