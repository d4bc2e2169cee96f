import { catalogueSchema, type Messages } from './catalogue.js'

export type CheckedCatalogue =
  | { readonly ok: true; readonly messages: Messages }
  /** Each names the key, none quotes a text. */
  | { readonly ok: false; readonly faults: readonly string[] }

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
  const expected = textsOf(reference)
  const faults = [...textsOf(messages)].flatMap(([key, text]) => {
    const own = isForms(text) ? formFaults(key, text, rules) : []
    return [...own, ...placeholderFaults(key, text, expected.get(key), rules)]
  })
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

/** Every text by its key; those that stand in plural forms together. */
function textsOf(content: unknown, key = ''): Map<string, string | Forms> {
  if (typeof content === 'string') return new Map([[key, content]])
  if (typeof content !== 'object' || content === null) return new Map()
  if (isForms(content)) return new Map([[key, content]])
  return new Map(
    Object.entries(content).flatMap(([name, value]) => [...textsOf(value, key ? `${key}.${name}` : name)]),
  )
}

function isForms(content: unknown): content is Forms {
  return typeof content === 'object' && content !== null && 'other' in content
}

function formFaults(key: string, forms: Forms, rules: Intl.PluralRules): string[] {
  const wanted: readonly string[] = rules.resolvedOptions().pluralCategories
  return FORMS.filter((form) => wanted.includes(form) !== form in forms).map(
    (form) => `${key}.${form} is ${form in forms ? 'no plural form of this language' : 'missing'}`,
  )
}

function placeholderFaults(
  key: string,
  text: string | Forms,
  expected: string | Forms | undefined,
  rules: Intl.PluralRules,
): string[] {
  const wanted = placeholdersOf(typeof expected === 'object' ? (expected.other ?? '') : (expected ?? ''))
  if (typeof text === 'string') return samePlaceholders(text, wanted) ? [] : [wrongPlaceholders(key, wanted)]
  return Object.entries(text)
    .filter(([form, one]) => {
      // A form for one number alone may say it in words.
      const spelled = placeholdersOf(one) === '' && isForOneNumber(form, rules)
      return !spelled && !samePlaceholders(one, wanted)
    })
    .map(([form]) => wrongPlaceholders(`${key}.${form}`, wanted))
}

function samePlaceholders(text: string, wanted: string): boolean {
  // A brace that belongs to no placeholder is a typo of one.
  return placeholdersOf(text) === wanted && !/[{}]/.test(text.replaceAll(/\{\w+\}/g, ''))
}

function wrongPlaceholders(key: string, wanted: string): string {
  return `${key} must hold ${wanted === '' ? 'no placeholder' : wanted}`
}

function placeholdersOf(text: string): string {
  return [...new Set(text.match(/\{\w+\}/g))].toSorted().join(' ')
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
