import { badWordsFor } from '../../src/core/password/context-words.js'
import { breachedRules, type KnownPasswords } from '../../src/core/password/rules.js'
import type { Estimate } from '../../src/core/password/strength.js'
import type { PageForm } from './form.js'
import { estimateStrength } from './strength.js'
import { describeStrength } from './strength-words.js'
import { isSuggested } from './suggestions.js'
import { typedMailbox } from './typed-mailbox.js'

/** How long (ms) after the last key screen readers read out how good the password is, instead of at each key. */
const PAUSE_MS = 700

/** Only the server can tell whether a password is known from a data breach. */
const BREACH_RULE = '[data-rule="breached"]'

const WATCHED = ['new_password', 'email', 'proof', 'current_password', 'account_password']

/** Ticks the rules that the new password keeps, folds them when it keeps all, and shows how strong it is. */
export function tickRules(form: PageForm): void {
  const { element, field, words } = form
  const input = field('new_password')
  if (!input) return
  const items = [...element.querySelectorAll<HTMLElement>(`[data-rule]:not(${BREACH_RULE})`)]
  const isEveryRuleHere = element.querySelector(BREACH_RULE) === null
  let pause: ReturnType<typeof setTimeout> | undefined
  // The last estimate stays until there is a newer one, so that nothing flickers at each key.
  let estimate: Estimate | undefined

  function show(password: string): void {
    const broken = brokenRules(form, password, estimate)
    const open = items.filter(
      ({ dataset }) => password === '' || dataset.rule?.split(' ').some((code) => broken.has(code)),
    )
    for (const item of items) tick(form, item, open.includes(item), password !== '')
    fold(form, isEveryRuleHere && open.length === 0)
    const meter = element.querySelector<HTMLMeterElement>('#strength')
    if (meter) meter.value = estimate?.score ?? 0
    const text = describe(password)
    setText('#strength-words', text)
    const said = [text, ...(open.length > 0 || isEveryRuleHere ? [sumUp(words, open)] : [])].join(' ')
    clearTimeout(pause)
    pause = setTimeout(() => setText('#strength-said', text && said), PAUSE_MS)
  }

  /** Empty while the message at the field says what is wrong. */
  function describe(password: string): string {
    if (!estimate || input?.getAttribute('aria-invalid') === 'true') return ''
    return isSuggested(password) ? words.suggested : describeStrength(words, form.policy, estimate)
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

  input.addEventListener('input', () => takeBack(form, input))
  for (const watched of element.querySelectorAll('input')) {
    if (WATCHED.includes(watched.name)) watched.addEventListener('input', checkRules)
  }
  // Typed before the script was loaded, or kept when an answer replaced the page.
  if (input.value !== '') void checkRules()
}

/** The codes of the rules that are broken or not checked yet. */
function brokenRules(form: PageForm, password: string, estimate?: Estimate): Set<string> {
  const { field, policy } = form
  const mailbox = typedMailbox(field('email')?.value ?? '')
  const rules = { ...policy, isCommon: () => estimate?.isCommon ?? true }
  const broken = breachedRules(rules, mailbox, password, knownPasswords(form))
  const isWeak = !estimate || estimate.score < policy.minScore
  return new Set([...broken.map(({ code }) => code), ...(isWeak ? ['too-weak'] : [])])
}

/** The passwords typed for the chosen proof. The fields of the other one are hidden. */
function knownPasswords({ field }: PageForm): KnownPasswords {
  const typed = (name: string): string | undefined => {
    const input = field(name)
    return (input?.offsetParent && input.value) || undefined
  }
  return { current: typed('current_password'), account: typed('account_password') }
}

function tick({ words }: PageForm, item: HTMLElement, isOpen: boolean, isTyping: boolean): void {
  item.classList.toggle('kept', !isOpen)
  item.classList.toggle('broken', isOpen && isTyping)
  const state = item.querySelector('[data-state]')
  if (state) state.textContent = `${isOpen ? words.ruleOpen : words.ruleKept} `
}

/** Folds the rules when all are kept, and unfolds them when one is broken. In between, the person can fold and unfold them. */
function fold({ element, words }: PageForm, areKept: boolean): void {
  const rules = element.querySelector<HTMLDetailsElement>('.rules')
  const summary = rules?.querySelector('summary')
  if (!rules || !summary || rules.classList.contains('kept') === areKept) return
  rules.classList.toggle('kept', areKept)
  rules.open = !areKept
  summary.textContent = areKept ? words.rulesKept : words.rules
}

/** What the ticks show, for people who don't see them. */
function sumUp({ ruleOpen, rulesKept }: PageForm['words'], open: readonly HTMLElement[]): string {
  if (open.length === 0) return rulesKept
  const texts = open.map((item) => item.lastChild?.textContent ?? '')
  return `${ruleOpen} ${new Intl.ListFormat(document.documentElement.lang).format(texts)}`
}

/** The message at the field was about the former password. From now on, the rules say what is wrong. */
function takeBack({ element }: PageForm, input: HTMLInputElement): void {
  if (!input.hasAttribute('aria-invalid')) return
  input.removeAttribute('aria-invalid')
  input.setAttribute('aria-describedby', 'rules')
  element.querySelector(`#${input.name}-errors`)?.remove()
  for (const item of element.querySelectorAll<HTMLElement>('[data-rule][hidden]')) item.hidden = false
}
