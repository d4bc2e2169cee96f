import { readFileSync } from 'node:fs'
import { Engine } from 'php-parser'
import { expect, it } from 'vitest'

const DRIVER = readFileSync(new URL('../../../integrations/roundcube/rekey.php', import.meta.url), 'utf8')

function parse(code: string, version: string): unknown {
  return new Engine({ parser: { version } }).parseCode(code, 'rekey.php')
}

it.each(['7.4', '8.0', '8.1', '8.2', '8.3', '8.4'])(
  'the driver for Roundcube is in the language of PHP %s',
  (version) => {
    expect(() => parse(DRIVER, version)).not.toThrow()
    // The parser does distinguish the versions.
    expect(() => parse('<?php $a = match(1) { 1 => 2 };', '7.4')).toThrow()
  },
)
