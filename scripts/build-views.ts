import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'
import { type BuildResult, build } from 'esbuild'
import { loadCatalogues } from '../src/languages/load-catalogues.js'
import { fromRoot } from './from-root.js'

const ASSETS = fromRoot('dist/assets/')
const DICTIONARY = fromRoot('dist/passwords/dictionary/')

/** Checks the catalogues, and makes the dictionary of the strength estimator and the styles and scripts for browsers. */
export async function buildViews(): Promise<readonly BuildResult<{ metafile: true }>[]> {
  checkCatalogues()
  writeDictionary()
  const results = await Promise.all([
    bundle(['page.ts'], 'esm'),
    bundle(['strength-worker.ts', 'puzzle-worker.ts'], 'iife'),
    copyFiles(),
  ])
  for (const name of readdirSync(ASSETS)) compress(join(ASSETS, name))
  return results
}

function checkCatalogues(): void {
  const loaded = loadCatalogues([fromRoot('views')])
  if (loaded.ok) return
  process.stderr.write(`${loaded.faults.join('\n')}\n`)
  process.exit(1)
}

/**
 * Copies the dictionary for all languages from zxcvbn's package, with its licence: for the service's worker and the page's. The
 * words (the EFF's for Diceware) are also for the page's suggestions.
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

/** Each worker is a separate file, loaded on demand. */
async function bundle(entries: readonly string[], format: 'esm' | 'iife') {
  return await build({
    entryPoints: entries.map((name) => fromRoot(`views/scripts/${name}`)),
    outdir: ASSETS,
    bundle: true,
    splitting: format === 'esm',
    chunkNames: '[name]',
    minify: true,
    format,
    loader: { '.txt': 'text' },
    target: 'es2022',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  })
}

async function copyFiles() {
  const names = readdirSync(fromRoot('views/assets'))
  return await build({
    entryPoints: names.map((name) => fromRoot(`views/assets/${name}`)),
    outdir: ASSETS,
    minify: true,
    loader: { '.svg': 'copy' },
    metafile: true,
    logLevel: 'warning',
  })
}

function compress(path: string): void {
  const content = readFileSync(path)
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params }))
  writeFileSync(`${path}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }))
}
