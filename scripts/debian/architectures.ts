/** A processor architecture that we make a package for. */
export interface Architecture {
  /** Debian's name. */
  readonly debian: 'amd64' | 'arm64'
  /** Node's and npm's name. */
  readonly node: 'x64' | 'arm64'
}

export const architectures: readonly Architecture[] = [
  { debian: 'amd64', node: 'x64' },
  { debian: 'arm64', node: 'arm64' },
]
