import { help } from '../../src/cli/help.js'

/** An option or command with its meaning: `  --health  ask the service`. */
const ITEM = /^ {2}(\S.*?) {2,}(\S.*)$/

const FILES = `  /etc/rekey/rekey.env             the settings
  /etc/rekey/secret-key            the secret of the panel's access key
  /usr/share/doc/rekey/docs/       the documents`

/**
 * Makes the text of rekey(8) from the help.
 *
 * @param date the release's, such as `2026-11-29`
 */
export function makeManPage(version: string, date: string): string {
  const { rekey, ...commands } = help
  return [
    `.TH REKEY 8 ${date} "rekey ${version}" "System Administration"`,
    '.SH NAME',
    'rekey \\- change mailbox passwords on servers run by the Hestia Control Panel',
    '.SH SYNOPSIS',
    ...Object.values(help).flatMap((text) => usageOf(text)),
    '.SH DESCRIPTION',
    ...describe(rekey),
    ...Object.entries(commands).flatMap(([name, text]) => [
      `.SH REKEY ${name.toUpperCase()}`,
      ...describe(text),
    ]),
    '.SH FILES',
    ...describe(FILES),
    '.SH SEE ALSO',
    '.BR journalctl (1),',
    '.BR systemctl (1)',
    '',
  ].join('\n')
}

function usageOf(text: string): string[] {
  const [, usage = ''] = /^Usage: (.*)$/m.exec(text) ?? []
  return [`.B ${inRoff(usage)}`, '.br']
}

/** The help text except its usage. */
function describe(text: string): string[] {
  const blocks = text.trimEnd().split('\n\n')
  return blocks.filter((block) => !block.startsWith('Usage: ')).flatMap(describeBlock)
}

/** Formats items, the lines of an example, or a paragraph. */
function describeBlock(block: string): string[] {
  const lines = block.split('\n')
  if (lines.some((line) => ITEM.test(line))) return lines.flatMap(describeLine)
  const text = lines.map((line) => inRoff(line.trim()))
  return /^ {2}/.test(block) ? ['.IP', '.nf', ...text, '.fi'] : ['.PP', ...text]
}

/** Formats an item, or another line of the previous item. */
function describeLine(line: string): string[] {
  const [, name, meaning = ''] = ITEM.exec(line) ?? []
  if (name === undefined || /^ {4}/.test(line)) return [inRoff(line.trim())]
  return ['.TP', `.B ${inRoff(name)}`, inRoff(meaning)]
}

/** Escapes text for roff: hyphens that can be copied, and lines that don't look like requests. */
function inRoff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&')
}
