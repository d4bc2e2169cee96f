import type { PanelState } from '../state/panel-state.js'

/** If the password is the name of a file under `/tmp/`, the panel uses the file's first line. */
export function readPassword(panel: PanelState, argument: string): string {
  if (!argument.startsWith('/tmp/')) return argument
  const content = panel.files.get(argument)
  return content === undefined ? argument : (content.split('\n')[0] ?? '')
}
