// Help with a new password, in a separate file that is loaded when a person enters the form.

export { tickRules } from './rules.js'
export { suggest } from './suggestions.js'
