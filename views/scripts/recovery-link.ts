import { mailboxOfLink } from '../../src/core/recovery/link-form.js'
import { normalizeAddress } from '../../src/core/typed-text.js'
import type { PageForm } from './form.js'

// In a separate file, because only pages that accept a link load it.

const LINK_IN_ADDRESS = /^#rk1\./

// Opening a link in the window of another one doesn't load the page again.
window.addEventListener('hashchange', () => {
  if (LINK_IN_ADDRESS.test(location.hash)) location.reload()
})

/**
 * Moves the link from the page's address into the form, so that the browser's history doesn't keep it, and shows its mailbox.
 * Also reads a link that is typed or pasted.
 */
export function takeLink({ field }: PageForm): void {
  const link = field('recovery')
  const email = field('email')
  const linked = document.querySelector<HTMLElement>('#linked-mailbox')
  const typed = document.querySelector<HTMLElement>('#link')
  if (!link || !email || !linked || !typed) return

  const showMailbox = (): void => {
    const mailbox = mailboxOfLink(link.value)
    email.value = mailbox === undefined ? '' : normalizeAddress(mailbox)
    email.dispatchEvent(new Event('input'))
    linked.hidden = mailbox === undefined
    // The page in another language needs the link too.
    for (const language of document.querySelectorAll<HTMLAnchorElement>('.languages a')) {
      language.hash = mailbox === undefined ? '' : link.value
    }
  }

  if (LINK_IN_ADDRESS.test(location.hash)) {
    link.value = location.hash.slice(1)
    history.replaceState(null, '', location.pathname + location.search)
  }
  showMailbox()
  typed.hidden = !linked.hidden
  link.addEventListener('input', showMailbox)
}
