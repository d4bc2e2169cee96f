/** The values of a file of settings, as systemd reads it (systemd.exec(5), `EnvironmentFile=`); quotes are taken off. */
export function parseSettings(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^\s*([A-Za-z_]\w*)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      unquote(value.trim()),
    ]),
  )
}

/**
 * Puts values into a file of settings, in the place of those that were written before, and at the end if they are new. All
 * other lines stay, and so does a value that somebody has changed since.
 *
 * @param written the values that were written before
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

/** In single quotes if there is something in it that a shell would read. */
function settingLine(name: string, value: string): string {
  return `${name}=${/^[\w.:/@,+-]*$/.test(value) ? value : `'${value.replaceAll("'", '')}'`}`
}

function unquote(value: string): string {
  return /^(['"])(.*)\1$/.exec(value)?.[2] ?? value
}
