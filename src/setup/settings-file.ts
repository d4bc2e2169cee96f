/** The values in a settings file, as systemd reads it (systemd.exec(5), `EnvironmentFile=`), without quotes. */
export function parseSettings(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^\s*([A-Za-z_]\w*)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      unquote(value.trim()),
    ]),
  )
}

/**
 * Puts values into a settings file: replaces those that an earlier run wrote, and adds new ones at the end. Keeps all other lines,
 * and values that somebody has changed since.
 *
 * @param written the values that the earlier run wrote
 */
export function mergeSettings(
  text: string,
  wanted: Readonly<Record<string, string>>,
  written: Readonly<Record<string, string>>,
): string {
  const found = parseSettings(text)
  const lines = text.split('\n').flatMap((line) => {
    const name = /^\s*([A-Za-z_]\w*)=/.exec(line)?.[1]
    if (name === undefined || found[name] !== written[name]) return [line]
    return wanted[name] === undefined ? [] : [settingLine(name, wanted[name])]
  })
  const added = Object.entries(wanted).filter(([name]) => found[name] === undefined)
  const body = text === '' ? '' : lines.join('\n').replace(/\n*$/, '\n')
  return body + added.map(([name, value]) => `${settingLine(name, value)}\n`).join('')
}

/** Puts the value in single quotes if it has special characters. */
function settingLine(name: string, value: string): string {
  return `${name}=${/^[\w.:/@,+-]*$/.test(value) ? value : `'${value.replaceAll("'", '')}'`}`
}

function unquote(value: string): string {
  return /^(['"])(.*)\1$/.exec(value)?.[2] ?? value
}
