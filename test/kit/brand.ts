import { scratchFile } from './service.js'

const WIDE_LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" width="960" height="32"><rect width="960" height="32" fill="#a11d5f"/></svg>'

/** A brand with values at the limits: as pale, as wide and as long as the configuration allows. */
export const boldBrand = {
  REKEY_BRAND_NAME: 'Rindfleischetikettierungsüberwachungsaufgabenübertragungsamt',
  REKEY_LOGO_FILE: scratchFile(WIDE_LOGO),
  REKEY_ACCENT_COLOR: '#6f6f6f',
  REKEY_SUPPORT_CONTACT: 'it-service-and-helpdesk-for-mail@rindfleischetikettierungsueberwachung.example',
  REKEY_SUPPORT_URL: 'https://help.example.org/',
  REKEY_EXTRA_TEXT: 'Open on weekdays.\nhttps://www.example.org/where/to/find/us/and/when/and/what/to/bring',
  REKEY_WEBMAIL_URL: 'https://webmail.example.org/',
  REKEY_SHOWN_IMAP: 'incoming.mail.rindfleischetikettierungsueberwachung.example:143',
  REKEY_SHOWN_SMTP: 'outgoing.mail.rindfleischetikettierungsueberwachung.example',
}
