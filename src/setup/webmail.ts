import type { Setup } from './step.js'

/** Where the page is served, next to webmail. */
export const BASE_PATH = '/password'

/** How the webmail programs of this host change passwords. */
export interface Webmail {
  /** The driver that Roundcube gets; undefined without Roundcube, or without a door. */
  readonly roundcube: 'rekey' | 'hestia' | undefined
  readonly hasSnappyMail: boolean
  /** Whether a program posts the form of the panel's own plugins, which carries no token. */
  readonly needsForms: boolean
}

/** Webmail reaches Rekey by the page's own hosts: without one, nothing is changed. */
export function webmailOf({ survey, choices, door }: Pick<Setup, 'survey' | 'choices' | 'door'>): Webmail {
  const roundcube = door && survey.roundcube ? choices.roundcube : undefined
  const hasSnappyMail = door !== undefined && survey.snappyMailSettings !== undefined
  return { roundcube, hasSnappyMail, needsForms: roundcube === 'hestia' || hasSnappyMail }
}
