import type { Setup } from './step.js'

/** The path of the page on webmail hosts. */
export const BASE_PATH = '/password'

/** How the webmail programs on this host change passwords. */
export interface Webmail {
  /** Roundcube's driver; undefined without Roundcube, or if webmail can't reach the page. */
  readonly roundcube: 'rekey' | 'hestia' | undefined
  readonly hasSnappyMail: boolean
  /** Whether a program uses the panel's own plugin, which posts a form without a token. */
  readonly needsForms: boolean
}

/** Webmail reaches Rekey through a host of the page. If it can't reach one, nothing changes for webmail. */
export function webmailOf({ survey, choices, door }: Pick<Setup, 'survey' | 'choices' | 'door'>): Webmail {
  const roundcube = door && survey.roundcube ? choices.roundcube : undefined
  const hasSnappyMail = door !== undefined && survey.snappyMailSettings !== undefined
  return { roundcube, hasSnappyMail, needsForms: roundcube === 'hestia' || hasSnappyMail }
}
