import type { Proof } from '../../src/core/attempt.js'
import { badWordsFor } from '../../src/core/password/context-words.js'
import { breachedRules, type KnownPasswords } from '../../src/core/password/rules.js'
import type { Estimate } from '../../src/core/password/strength.js'
import type { PageForm } from './form.js'
import { estimateStrength } from './strength.js'
import { describeStrength } from './strength-words.js'
import { typedMailbox } from './typed-mailbox.js'

/** So long after the last key (ms) the page says how the password stands: screen readers would else speak at each key. */
const PAUSE_MS = 700

/** Those that can be ticked off here: whether a password is known from a breach the server alone can tell. */
const RULES = '[data-rule]:not([data-rule="breached"])'

const WATCHED = ['new_password', 'email', 'proof', 'current_password', 'account_password']

/** Ticks off the rules that the new password keeps, and tells how strong it is. */
export function tickRules(form: PageForm): void {
  const { element, field } = form
  const input = field('new_password')
  if (!input) return
  let pause: ReturnType<typeof setTimeout> | undefined
  // Of the last password that was checked: it stays until there is a newer one, so that nothing flickers at each key.
  let estimate: Estimate | undefined

  function show(password: string): void {
    const open = openRules(form, password, estimate)
    for (const item of element.querySelectorAll<HTMLElement>(RULES)) tick(form, item, open, password !== '')
    const meter = element.querySelector<HTMLMeterElement>('#strength')
    if (meter) meter.value = estimate?.score ?? 0
    const words = estimate ? describeStrength(form.words, form.policy, estimate) : ''
    setText('#strength-words', words)
    clearTimeout(pause)
    pause = setTimeout(() => setText('#strength-said', words), PAUSE_MS)
  }

  function setText(selector: string, text: string): void {
    const target = element.querySelector(selector)
    if (target && target.textContent !== text) target.textContent = text
  }

  async function checkRules(): Promise<void> {
    const password = input?.value ?? ''
    if (password === '') estimate = undefined
    show(password)
    if (password === '') return
    const mailbox = typedMailbox(field('email')?.value ?? '')
    const latest = await estimateStrength(password, badWordsFor(mailbox, form.policy.brandWords))
    if (!latest || password !== input?.value) return
    estimate = latest
    show(password)
  }

  for (const watched of element.querySelectorAll('input')) {
    if (WATCHED.includes(watched.name)) watched.addEventListener('input', checkRules)
  }
  // What was typed before the script had come, or stayed when an answer took the page's place.
  if (input.value !== '') void checkRules()
}

/** The rules that are not kept, or of which that is not known yet. */
function openRules(form: PageForm, password: string, estimate?: Estimate): Set<string> {
  const { field, policy, element } = form
  const all = [...element.querySelectorAll<HTMLElement>(RULES)].map(({ dataset }) => dataset.rule ?? '')
  if (password === '') return new Set(all)
  const mailbox = typedMailbox(field('email')?.value ?? '')
  const rules = { ...policy, isCommon: () => estimate?.isCommon ?? true }
  const broken = breachedRules(rules, mailbox, password, knownPasswords(form))
  const isWeak = !estimate || estimate.score < policy.minScore
  return new Set([...broken.map(({ code }) => code), ...(isWeak ? ['too-weak'] : [])])
}

/** What is typed for the proof that is chosen. Where there is no choice, there are the fields of one. */
function knownPasswords({ element, field }: PageForm): KnownPasswords {
  const chosen = new FormData(element).get('proof')
  const typed = (name: string, proof: Proof): string | undefined =>
    chosen === null || chosen === proof ? field(name)?.value || undefined : undefined
  return { current: typed('current_password', 'mailbox'), account: typed('account_password', 'account') }
}

function tick({ words }: PageForm, item: HTMLElement, open: ReadonlySet<string>, isTyping: boolean): void {
  const isOpen = open.has(item.dataset.rule ?? '')
  item.classList.toggle('kept', !isOpen)
  const state = item.querySelector('[data-state]')
  if (state) state.textContent = `${isOpen ? words.ruleOpen : words.ruleKept} `
  // What breaks a rule that is out of sight must come into sight.
  const details = item.closest('details')
  if (details && isOpen && isTyping) details.open = true
}
