import { copy } from './clipboard.js'

/** Copies the link on the page. Selects it too, for browsers that don't let scripts copy. */
export function offerToCopy(): void {
  const link = document.querySelector<HTMLInputElement>('#made-link')
  const button = document.querySelector<HTMLButtonElement>('#copy')
  const status = document.querySelector('#copied')
  if (!link || !button || !status) return
  button.addEventListener('click', async () => {
    link.select()
    if (await copy(link.value)) status.textContent = button.dataset.copied ?? ''
  })
}
