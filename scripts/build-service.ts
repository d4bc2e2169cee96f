import { dirname } from 'node:path'
import { type BuildResult, build, type Plugin } from 'esbuild'
import { fromRoot } from './from-root.js'

/** Packages with native code are installed with the service. All others are bundled. */
const INSTALLED = ['@node-rs/*']

/** Replacements for files of packages that would load much more than we use: undici without fetch, caches and mocks. */
const LEANER: Readonly<Record<string, string>> = {
  'undici/index.js': `
    const Dispatcher = require('./lib/dispatcher/dispatcher')
    Dispatcher.prototype.request = require('./lib/api/api-request')
    exports.Agent = require('./lib/dispatcher/agent')
    exports.Pool = require('./lib/dispatcher/pool')
    exports.buildConnector = require('./lib/core/connect')`,
}

/**
 * Bundles the program (with a separate file for each part that is loaded on demand) and the worker. Names stay unchanged and
 * lines short, so that a crash log shows the place.
 */
export async function buildService(): Promise<BuildResult<{ metafile: true }>> {
  return await build({
    entryPoints: {
      main: fromRoot('src/main.ts'),
      'passwords/strength-worker': fromRoot('src/passwords/strength-worker.ts'),
    },
    outdir: fromRoot('dist'),
    chunkNames: 'parts/[name]-[hash]',
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    bundle: true,
    splitting: true,
    external: INSTALLED,
    plugins: [leaner],
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 120,
    legalComments: 'none',
    // CommonJS packages `require` Node's modules.
    banner: {
      js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);",
    },
    metafile: true,
    logLevel: 'warning',
  })
}

const leaner: Plugin = {
  name: 'leaner',
  setup({ onLoad, onEnd }) {
    const missing = new Set(Object.keys(LEANER))
    onLoad({ filter: /\/node_modules\/undici\// }, ({ path }) => {
      const [, name = ''] = /^.*\/node_modules\/(.*)$/.exec(path) ?? []
      const contents = LEANER[name]
      if (contents === undefined) return undefined
      missing.delete(name)
      return { contents, resolveDir: dirname(path) }
    })
    onEnd(() => ({ errors: [...missing].map((name) => ({ text: `${name} no longer exists` })) }))
  },
}
