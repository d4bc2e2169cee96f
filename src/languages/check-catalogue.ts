import { catalogueSchema, type Messages } from './catalogue.js'

export type CheckedCatalogue =
  | { readonly ok: true; readonly messages: Messages }
  /** Each names the key, none quotes a text. */
  | { readonly ok: false; readonly faults: readonly string[] }

const PLACEHOLDER = /\{\w+\}/g
const FORMS = ['zero', 'one', 'two', 'few', 'many', 'other']

/**
 * Holds a catalogue against the shape, and its placeholders against those of the reference: a text with another
 * placeholder would show braces to people, or hide a number from them.
 *
 * @param language as its file is named (BCP 47)
 * @param reference the catalogue whose placeholders are right; the catalogue itself, if it is that one
 */
export function checkCatalogue(language: string, content: unknown, reference: unknown): CheckedCatalogue {
  const parsed = catalogueSchema.safeParse(content)
  if (!parsed.success) {
    return { ok: false, faults: parsed.error.issues.map(describeIssue) }
  }
  const messages = parsed.data
  if (messages.language !== language) {
    return { ok: false, faults: ['language is not that of the file’s name'] }
  }
  const rules = pluralRules(language)
  if (!rules) return { ok: false, faults: ['language is no language tag (BCP 47)'] }
  const faults = textFaults('', messages, reference, rules)
  return faults.length === 0 ? { ok: true, messages } : { ok: false, faults }
}

function describeIssue({ code, path, ...issue }: Issue): string {
  const key = path.join('.')
  if (path.length === 0 && code !== 'unrecognized_keys') return 'is no JSON object'
  if (code !== 'unrecognized_keys') return `${key} is missing or wrong`
  return `${[key, ''].join(key ? '.' : '')}${(issue.keys ?? []).join(', ')} is not known`
}

interface Issue {
  readonly code?: string
  readonly path: readonly PropertyKey[]
  readonly keys?: readonly string[]
}

type Forms = Readonly<Record<string, string>>
type Tree = Readonly<Record<string, unknown>>

/**
 * The faults of all texts under this key. What stands under it has the right shape, so that the reference has the same keys.
 * It makes little on the way: garbage of twenty catalogues would let the memory of a service at rest grow.
 */
function textFaults(key: string, content: unknown, reference: unknown, rules: Intl.PluralRules): string[] {
  if (typeof content === 'string') return placeholderFaults(key, content, wantedIn(reference))
  if (isForms(content)) return formsFaults(key, content, wantedIn(reference), rules)
  return Object.entries(content ?? {}).flatMap(([name, value]) =>
    textFaults(key ? `${key}.${name}` : name, value, (reference as Tree | undefined)?.[name], rules),
  )
}

function isForms(content: unknown): content is Forms {
  return typeof content === 'object' && content !== null && 'other' in content
}

function formsFaults(key: string, forms: Forms, wanted: string, rules: Intl.PluralRules): string[] {
  const categories: readonly string[] = rules.resolvedOptions().pluralCategories
  const wrongForms = FORMS.filter((form) => categories.includes(form) !== form in forms).map(
    (form) => `${key}.${form} is ${form in forms ? 'no plural form of this language' : 'missing'}`,
  )
  const wrongTexts = Object.entries(forms).flatMap(([form, text]) => {
    // A form for one number alone may say it in words.
    const spelled = placeholdersOf(text) === '' && isForOneNumber(form, rules)
    return spelled ? [] : placeholderFaults(`${key}.${form}`, text, wanted)
  })
  return [...wrongForms, ...wrongTexts]
}

function wantedIn(reference: unknown): string {
  const text = isForms(reference) ? reference.other : reference
  return typeof text === 'string' ? placeholdersOf(text) : ''
}

function placeholderFaults(key: string, text: string, wanted: string): string[] {
  // A brace that belongs to no placeholder is a typo of one.
  const isRight = placeholdersOf(text) === wanted && !/[{}]/.test(text.replaceAll(PLACEHOLDER, ''))
  return isRight ? [] : [`${key} must hold ${wanted === '' ? 'no placeholder' : wanted}`]
}

function placeholdersOf(text: string): string {
  const found = text.match(PLACEHOLDER)
  return found ? [...new Set(found)].toSorted().join(' ') : ''
}

function isForOneNumber(form: string, rules: Intl.PluralRules): boolean {
  const numbers = Array.from({ length: 200 }, (_, number) => number)
  return numbers.filter((number) => rules.select(number) === form).length === 1
}

function pluralRules(language: string): Intl.PluralRules | undefined {
  try {
    return new Intl.PluralRules(language)
  } catch {
    return undefined
  }
}
