import type en from '../../views/messages/en.json'

/** The words of one language. English says which there are: `checkCatalogue` holds every other language to the same. */
export type Messages = typeof en

/** A text in the plural forms of its language (CLDR, `Intl.PluralRules`), of which every language has `other`. */
export type Counted = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string }
