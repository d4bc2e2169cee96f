import type { Messages } from './catalogue.js'

export type CheckedCatalogue =
  | { readonly ok: true; readonly messages: Messages }
  /** Each names the key. None quotes a text. */
  | { readonly ok: false; readonly faults: readonly string[] }

const PLACEHOLDER = /\{\w+\}/g
const FORMS = ['zero', 'one', 'two', 'few', 'many', 'other']
const DIRECTIONS = ['ltr', 'rtl']

/**
 * Checks that a catalogue has exactly the texts of the reference, with the same placeholders. A wrong placeholder would show
 * braces to people, or hide a number from them.
 *
 * @param language the language tag in the file's name (BCP 47)
 * @param reference the catalogue with the right texts; may be the catalogue itself
 */
export function checkCatalogue(language: string, content: unknown, reference: unknown): CheckedCatalogue {
  const rules = pluralRules(language)
  if (!rules) return { ok: false, faults: ['the file’s name isn’t a language tag (BCP 47)'] }
  const faults = faultsUnder('', content, reference, rules)
  if (faults.length > 0) return { ok: false, faults }
  const messages = content as Messages
  if (messages.language !== language) {
    return { ok: false, faults: ['language must match the file’s name'] }
  }
  if (!DIRECTIONS.includes(messages.direction)) return { ok: false, faults: [wrong('direction')] }
  return { ok: true, messages }
}

type Tree = Readonly<Record<string, unknown>>

/**
 * The faults of all texts under this key. It allocates little, because garbage from the catalogues would raise the memory of
 * an idle service.
 */
function faultsUnder(key: string, content: unknown, reference: unknown, rules: Intl.PluralRules): string[] {
  if (typeof reference === 'string') return textFaults(key, content, placeholdersOf(reference))
  if (!isTree(content) || !isTree(reference))
    return [key === '' ? 'the file isn’t a JSON object' : wrong(key)]
  if (typeof reference.other === 'string') {
    return formsFaults(key, content, placeholdersOf(reference.other), rules)
  }
  const under = (name: string): string => (key === '' ? name : `${key}.${name}`)
  const faults = Object.entries(reference).flatMap(([name, text]) =>
    faultsUnder(under(name), content[name], text, rules),
  )
  return [...faults, ...unknownNames(content, Object.keys(reference)).map((name) => unknown(under(name)))]
}

function isTree(content: unknown): content is Tree {
  return typeof content === 'object' && content !== null && !Array.isArray(content)
}

function unknownNames(content: Tree, known: readonly string[]): string[] {
  return Object.keys(content).filter((name) => !known.includes(name))
}

function formsFaults(key: string, forms: Tree, wanted: string, rules: Intl.PluralRules): string[] {
  const categories: readonly string[] = rules.resolvedOptions().pluralCategories
  const wrongForms = FORMS.filter((form) => categories.includes(form) !== form in forms).map(
    (form) => `${key}.${form} ${form in forms ? 'isn’t a plural form of this language' : 'is missing'}`,
  )
  const wrongTexts = Object.entries(forms).flatMap(([form, text]) => {
    if (!FORMS.includes(form)) return [unknown(`${key}.${form}`)]
    // A plural form for a single number may spell the number out.
    const spelled = typeof text === 'string' && placeholdersOf(text) === '' && isForOneNumber(form, rules)
    return textFaults(`${key}.${form}`, text, spelled ? '' : wanted)
  })
  return [...wrongForms, ...wrongTexts]
}

function textFaults(key: string, text: unknown, wanted: string): string[] {
  if (typeof text !== 'string' || text === '') return [wrong(key)]
  // A brace outside a placeholder is a typo.
  const isRight = placeholdersOf(text) === wanted && !/[{}]/.test(text.replaceAll(PLACEHOLDER, ''))
  return isRight ? [] : [`${key} must contain ${wanted === '' ? 'no placeholder' : wanted}`]
}

function wrong(key: string): string {
  return `${key} is missing or wrong`
}

function unknown(key: string): string {
  return `${key} is unknown`
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
