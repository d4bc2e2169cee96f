/** A regular file: its text, permissions and owner. */
export interface StoredFile {
  readonly text: string
  /** The permissions, such as `0o640`. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** A program and its arguments. It must not contain a secret, because every user of the host can read it. */
export type CommandLine = readonly [string, ...string[]]

/** The exit code if the program isn't installed. */
export const NOT_FOUND = 127

/** The result of a command. */
export interface Ran {
  /** The exit code; `NOT_FOUND` if the program isn't installed, 124 after a time-out. */
  readonly code: number
  readonly output: string
  /** Standard error. */
  readonly complaint: string
}

/** A TLS server, as its handshake shows it. */
export interface TlsServer {
  /** Whether Node trusts the certificate for the name. */
  readonly isTrusted: boolean
  /** The certificate's SHA-256 fingerprint, as openssl prints it. */
  readonly fingerprint: string
  /** As PEM. */
  readonly certificate: string
  /** The host names in the certificate, except those with a wildcard. */
  readonly names: readonly string[]
  readonly issuer: string
  /** The address of this host that the server sees. */
  readonly localAddress: string
}

/** An answer to a GET request. */
export interface WebAnswer {
  readonly status: number
  readonly body: string
}

/** The target of a GET request: a path behind a Unix socket, or a URL whose host is at the address `at`. */
export type WebPlace =
  | { readonly socket: string; readonly path: string }
  | { readonly url: URL; readonly at: string }

/**
 * The host that is set up: everything that the setup does to it. Paths are absolute.
 *
 * Functions that read or write a file fail if the path isn't a regular file, for example if it is a link: otherwise a user with
 * write access to a folder could make root write elsewhere.
 */
export interface Host {
  /** Undefined if there is no such file. */
  read(path: string): Promise<StoredFile | undefined>
  /** Writes a whole file atomically. Its folder must exist. */
  write(path: string, file: StoredFile): Promise<void>
  /** Does nothing if there is no such file. */
  remove(path: string): Promise<void>
  /** The names in a folder, sorted; none if there is no such folder. */
  list(path: string): Promise<readonly string[]>
  hasFolder(path: string): Promise<boolean>
  /** Makes a folder that root owns, and missing folders above it. */
  makeFolder(path: string, mode: number): Promise<void>
  /** Removes a folder if it is empty. */
  removeFolder(path: string): Promise<void>
  /** Runs a command without a terminal, and with a minimal environment. */
  run(command: CommandLine): Promise<Ran>
  /** Makes a TLS handshake; undefined if that fails. */
  meetTls(host: string, port: number, name: string): Promise<TlsServer | undefined>
  /** Undefined if there is no response. Doesn't verify certificates. */
  get(place: WebPlace): Promise<WebAnswer | undefined>
  /** The addresses of a name, as this host resolves it. */
  resolve(name: string): Promise<readonly string[]>
  /** The addresses of this host, without loopback and link-local ones. */
  addresses(): readonly string[]
  /** The host's full name. */
  name(): Promise<string>
  /** Whether the setup runs as root. */
  isRoot(): boolean
  /** Lets one setup run at a time. Returns the unlock function; undefined if another setup has the lock. */
  lock(): Promise<(() => Promise<void>) | undefined>
}

/** The text of a file; undefined if there is none. */
export async function readText(host: Host, path: string): Promise<string | undefined> {
  return (await host.read(path))?.text
}
