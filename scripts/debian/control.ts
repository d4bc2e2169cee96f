import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Architecture } from './architectures.js'

/** Makes the control file for a package with the files in a folder. */
export function makeControl(version: string, { debian }: Architecture, folder: string): string {
  return `Package: rekey
Version: ${version}
Architecture: ${debian}
Maintainer: The Rekey authors <rekey@rekey.invalid>
Installed-Size: ${installedSize(folder)}
Depends: libc6 (>= 2.28), libgcc-s1, libstdc++6
Section: mail
Priority: optional
Description: changes mailbox passwords of a Hestia Control Panel
 People change the password of their mailbox on a page of their webmail host, or
 in webmail itself: they prove that they know the current one, or that the
 hosting account is theirs.
 .
 The package includes its own Node.js and does not affect an installed one.
 After the installation, "rekey setup" sets the host up.
`
}

/** The checksum of each file, in the format of md5sums(5). */
export function makeChecksums(folder: string): string {
  return pathsIn(folder)
    .filter((path) => lstatSync(join(folder, path)).isFile())
    .map(
      (path) =>
        `${createHash('md5')
          .update(readFileSync(join(folder, path)))
          .digest('hex')}  ${path}\n`,
    )
    .join('')
}

/** The sorted relative paths of everything in a folder. Doesn't follow links, as the recursion of Node.js 24 does. */
export function pathsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const inside = entry.isDirectory() ? pathsIn(join(folder, entry.name)) : []
      return [entry.name, ...inside.map((path) => join(entry.name, path))]
    })
    .sort()
}

/** In KiB, estimated like dpkg-gencontrol(1). */
function installedSize(folder: string): number {
  const sizes = pathsIn(folder).map((path) => {
    const entry = lstatSync(join(folder, path))
    return entry.isFile() ? Math.ceil(entry.size / 1024) : 1
  })
  return sizes.reduce((sum, size) => sum + size, 0)
}
