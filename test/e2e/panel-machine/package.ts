import manifest from '../../../package.json' with { type: 'json' }
import { architectures } from '../../../scripts/debian/architectures.js'
import { packageDebian } from '../../../scripts/debian/package-debian.js'

// package.ts FOLDER: makes this machine's Debian package in a folder, without compression, and prints its path. It's a separate
// process because it blocks.

const [folder = '.'] = process.argv.slice(2)
const own = architectures.find(({ node }) => node === process.arch)
if (!own) throw new Error(`there is no package for ${process.arch}`)
process.stdout.write(packageDebian({ version: manifest.version, date: new Date(0) }, own, folder, 'none'))
