import type { PanelRelease } from './releases.js'

/** A hosting account of the simulated panel. Tests may change it. */
export interface AccountRecord {
  readonly name: string
  role: 'admin' | 'user'
  password: string
  contact: string
  language: string
  suspended: boolean
  loginDisabled: boolean
  useIpList: boolean
  /** Separated by commas. */
  allowIps: string
  /** Base32. Empty if two-factor authentication is off. */
  twoFactorSecret: string
}

/** The hosting accounts of a new simulator, by name. */
export function createAccounts(): Map<string, AccountRecord> {
  const records = [
    createAccount('admin', { role: 'admin', password: 'Adm1n-secret' }),
    createAccount('alice'),
    createAccount('bob'),
    createAccount('carol', { suspended: true }),
    createAccount('dave', { twoFactorSecret: 'JBSWY3DPEHPK3PXP' }),
    createAccount('erin', { loginDisabled: true }),
    createAccount('frank', { useIpList: true, allowIps: '198.51.100.7,2001:db8::7' }),
  ]
  return new Map(records.map((record) => [record.name, record]))
}

/** The output of `v-list-user NAME json`, in the panel's own layout. */
export function renderAccount(account: AccountRecord, release: PanelRelease): string {
  const values = listedValues(account)
  const keys = LISTED_KEYS.filter((key) => release !== '1.8' || key !== 'BACKUPS_INCREMENTAL')
  const lines = keys.map((key) => `        "${key}": "${values[key] ?? ''}"`)
  return `{\n    "${account.name}": {\n${lines.join(',\n')}\n        }\n}`
}

function createAccount(name: string, differences: Partial<AccountRecord> = {}): AccountRecord {
  return {
    name,
    role: 'user',
    password: `${name} panel pw`,
    contact: `${name}@contact.example`,
    language: 'en',
    suspended: false,
    loginDisabled: false,
    useIpList: false,
    allowIps: '',
    twoFactorSecret: '',
    ...differences,
  }
}

function listedValues(account: AccountRecord): Record<string, string> {
  return {
    NAME: account.name,
    PACKAGE: 'default',
    MAIL_DOMAINS: 'unlimited',
    MAIL_ACCOUNTS: 'unlimited',
    HOME: `/home/${account.name}`,
    SHELL: '/bin/bash',
    CONTACT: account.contact,
    TWOFA: account.twoFactorSecret,
    ROLE: account.role,
    SUSPENDED: yesOrNo(account.suspended),
    LANGUAGE: account.language,
    LOGIN_DISABLED: yesOrNo(account.loginDisabled),
    LOGIN_USE_IPLIST: yesOrNo(account.useIpList),
    LOGIN_ALLOW_IPS: account.allowIps,
    TIME: '10:00:00',
    DATE: '2026-11-23',
  }
}

function yesOrNo(value: boolean): 'yes' | 'no' {
  return value ? 'yes' : 'no'
}

const LISTED_KEYS = `
  NAME PACKAGE WEB_TEMPLATE BACKEND_TEMPLATE PROXY_TEMPLATE DNS_TEMPLATE WEB_DOMAINS WEB_ALIASES DNS_DOMAINS
  DNS_RECORDS MAIL_DOMAINS MAIL_ACCOUNTS DATABASES CRON_JOBS DISK_QUOTA BANDWIDTH HOME NS SHELL BACKUPS CONTACT
  CRON_REPORTS RKEY TWOFA QRCODE ROLE SUSPENDED SUSPENDED_USERS SUSPENDED_WEB SUSPENDED_DNS SUSPENDED_MAIL
  SUSPENDED_DB SUSPENDED_CRON IP_AVAIL IP_OWNED U_USERS U_DISK U_DISK_DIRS U_DISK_WEB U_DISK_MAIL U_DISK_DB
  U_BANDWIDTH U_WEB_DOMAINS U_WEB_SSL U_WEB_ALIASES U_DNS_DOMAINS U_DNS_RECORDS U_MAIL_DOMAINS U_MAIL_DKIM
  U_MAIL_ACCOUNTS U_DATABASES U_CRON_JOBS U_BACKUPS BACKUPS_INCREMENTAL LANGUAGE THEME NOTIFICATIONS PREF_UI_SORT
  LOGIN_DISABLED LOGIN_USE_IPLIST LOGIN_ALLOW_IPS PHPCLI TIME DATE
`
  .trim()
  .split(/\s+/)
