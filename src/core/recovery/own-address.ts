import { domainToASCII } from 'node:url'
import type { DomainOwner } from '../domain-owners.js'
import type { Mailbox } from '../mailbox.js'
import type { Panel } from '../panel-port.js'

/**
 * Whether mail to the address goes to this mailbox: its own address, with or without a tag after a plus, or an alias. Sends no
 * command for another domain.
 */
export async function isOwnAddress(
  address: string,
  { domain, localPart }: Mailbox,
  owner: DomainOwner,
  panel: Panel,
): Promise<boolean> {
  const at = address.lastIndexOf('@')
  if (domainToASCII(address.slice(at + 1)) !== domain) return false
  const [name = ''] = address.slice(0, at).toLowerCase().split('+')
  if (name === localPart) return true
  const aliases = await panel.lookUpAliases(owner.username, owner.domainForm, localPart)
  return aliases.some((alias) => alias.toLowerCase() === name)
}
