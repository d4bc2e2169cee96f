import type en from '../../views/messages/en.json'

/**
 * The texts of one language. English defines which texts exist; `checkCatalogue` checks that every other language has the same.
 */
export type Messages = typeof en

/** A text in the plural forms of its language (CLDR, `Intl.PluralRules`). Every language has `other`. */
export type Counted = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string }
