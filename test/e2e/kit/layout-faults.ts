// Part of this runs in the browser. `npm run build` still checks that the service only uses what Node has.
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { Page } from 'playwright-core'

/** Finds everything on the page that is cut off, off screen or overlapping, one per line. Folded parts are opened first. */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(findLayoutFaults)
}

/** Runs in the browser, so it can't use anything from outside. */
function findLayoutFaults(): string[] {
  /** Allows for rounding. */
  const SLACK_PX = 1
  const faults: string[] = []
  const folded = [...document.querySelectorAll('details:not([open])')]
  for (const details of folded) details.setAttribute('open', '')
  const width = document.documentElement.clientWidth
  const all = [...document.body.querySelectorAll<HTMLElement>('*')].filter(isSeen)

  if (document.documentElement.scrollWidth > width) faults.push('the page scrolls sideways')
  for (const element of all) {
    checkContent(element)
    checkText(element)
    checkChildren(element)
  }
  for (const details of folded) details.removeAttribute('open')
  return faults

  function isSeen(element: Element): boolean {
    return element.checkVisibility() && !element.closest('.unseen') && !element.matches('svg *')
  }

  function nameOf({ localName, id, className, textContent }: Element): string {
    return `${localName}${id && `#${id}`}${className && `.${className}`} “${textContent?.trim().slice(0, 30)}”`
  }

  /** An input may hold more than it shows. */
  function checkContent(element: HTMLElement): void {
    const style = getComputedStyle(element)
    if (element.localName === 'input' || style.display === 'inline') return
    if (element.scrollWidth > element.clientWidth + SLACK_PX) faults.push(`${nameOf(element)} is too narrow`)
    const cutsOff = style.overflowY !== 'visible'
    if (cutsOff && element.scrollHeight > element.clientHeight + SLACK_PX)
      faults.push(`${nameOf(element)} is too low`)
  }

  function checkText(element: HTMLElement): void {
    for (const node of element.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || !node.textContent?.trim()) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      const isOutside = [...range.getClientRects()].some(
        ({ left, right }) => left < -SLACK_PX || right > width + SLACK_PX,
      )
      if (isOutside) faults.push(`the text of ${nameOf(element)} leaves the screen`)
    }
  }

  function checkChildren(element: HTMLElement): void {
    const children = [...element.children].filter(isSeen)
    for (const [index, child] of children.entries()) {
      for (const other of children.slice(index + 1)) {
        if (overlap(child, other)) faults.push(`${nameOf(child)} and ${nameOf(other)} overlap`)
      }
    }
  }

  function overlap(one: Element, other: Element): boolean {
    return [...one.getClientRects()].some((a) =>
      [...other.getClientRects()].some(
        (b) =>
          Math.min(a.right, b.right) - Math.max(a.left, b.left) > SLACK_PX &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > SLACK_PX,
      ),
    )
  }
}
