import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'
import { build } from 'esbuild'
import { loadCatalogues } from '../src/languages/load-catalogues.js'

// The first half of `npm run build`: checks the catalogues, and makes the dictionary of strength and the styles and scripts that
// browsers load.

const ASSETS = fromRoot('dist/assets/')
const DICTIONARY = fromRoot('dist/passwords/dictionary/')

checkCatalogues()
writeDictionary()
await Promise.all([bundle(['page.ts'], 'esm'), bundle(['strength-worker.ts'], 'iife'), copyFiles()])
for (const name of readdirSync(ASSETS)) compress(join(ASSETS, name))

function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url))
}

function checkCatalogues(): void {
  const loaded = loadCatalogues([fromRoot('views')])
  if (loaded.ok) return
  process.stderr.write(`${loaded.faults.join('\n')}\n`)
  process.exit(1)
}

/**
 * What all languages share in zxcvbn's package, with its licence: for the worker of the service and that of the page. The
 * words, which are the EFF's for dice, also for the page's suggestions.
 */
function writeDictionary(): void {
  mkdirSync(DICTIONARY, { recursive: true })
  const write = (name: string, text: string): void => writeFileSync(join(DICTIONARY, name), text)
  const words = dictionary['diceware-common']
  write('passwords.txt', dictionary['passwords-common'].join('\n'))
  write('words.txt', words.join('\n'))
  write('keyboards.json', JSON.stringify(adjacencyGraphs))
  const licence = fromRoot('node_modules/@zxcvbn-ts/language-common/LICENSE.txt')
  copyFileSync(licence, join(DICTIONARY, 'LICENSE.txt'))
  mkdirSync(ASSETS, { recursive: true })
  writeFileSync(join(ASSETS, 'words.json'), JSON.stringify(words))
}

/** The worker, with its dictionary, is a file of its own: it is loaded when a person types. */
async function bundle(entries: readonly string[], format: 'esm' | 'iife'): Promise<void> {
  await build({
    entryPoints: entries.map((name) => fromRoot(`views/scripts/${name}`)),
    outdir: ASSETS,
    bundle: true,
    minify: true,
    format,
    loader: { '.txt': 'text' },
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
  })
}

async function copyFiles(): Promise<void> {
  const names = readdirSync(fromRoot('views/assets'))
  await build({
    entryPoints: names.map((name) => fromRoot(`views/assets/${name}`)),
    outdir: ASSETS,
    minify: true,
    loader: { '.svg': 'copy' },
    logLevel: 'warning',
  })
}

function compress(path: string): void {
  const content = readFileSync(path)
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params }))
  writeFileSync(`${path}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }))
}
