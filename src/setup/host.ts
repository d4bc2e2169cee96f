/** A regular file: its text and who may do what with it. */
export interface StoredFile {
  readonly text: string
  /** The permissions, such as `0o640`. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** A command line that begins with the program. No secret may stand in it: every user of a host can read command lines. */
export type CommandLine = readonly [string, ...string[]]

/** The exit code if a program isn't there. */
export const NOT_FOUND = 127

/** How a command ended. */
export interface Ran {
  /** The exit code; `NOT_FOUND` if the program isn't there, 124 if it was stopped because it took too long. */
  readonly code: number
  readonly output: string
  /** What it wrote to standard error. */
  readonly complaint: string
}

/** What a TLS server showed of itself. */
export interface TlsServer {
  /** Whether an authority that Node knows vouches for the certificate and the name. */
  readonly isTrusted: boolean
  /** SHA-256 of the certificate, as openssl prints it. */
  readonly fingerprint: string
  /** The certificate itself, as PEM. */
  readonly certificate: string
  /** The host names in the certificate, without those that have a wildcard. */
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

/** Where a GET request goes: a path behind a Unix socket, or a host name that a server of this host is asked for. */
export type WebPlace =
  | { readonly socket: string; readonly path: string }
  | { readonly url: URL; readonly at: string }

/**
 * The host that is set up: all that the setup does to it or asks of it. Paths are absolute.
 *
 * A path that leads to anything but a regular file, such as a link, is an error to every function that reads or writes
 * one: somebody who may write in a folder must not have root write elsewhere.
 */
export interface Host {
  /** Undefined if there is no such file. */
  read(path: string): Promise<StoredFile | undefined>
  /** Puts a whole file in place at once. Its folder must be there. */
  write(path: string, file: StoredFile): Promise<void>
  /** Does nothing if there is no such file. */
  remove(path: string): Promise<void>
  /** The names in a folder, sorted; none if there is no such folder. */
  list(path: string): Promise<readonly string[]>
  hasFolder(path: string): Promise<boolean>
  /** Makes a folder of root's, and those above it. */
  makeFolder(path: string, mode: number): Promise<void>
  /** Removes a folder unless there is something in it. */
  removeFolder(path: string): Promise<void>
  /** Runs a command, without a terminal and with no more of the environment than where programs are. */
  run(command: CommandLine): Promise<Ran>
  /** Undefined if no connection came about. */
  meetTls(host: string, port: number, name: string): Promise<TlsServer | undefined>
  /** Undefined if there was no answer. Certificates are not verified. */
  get(place: WebPlace): Promise<WebAnswer | undefined>
  /** The addresses that a name leads to from here. */
  resolve(name: string): Promise<readonly string[]>
  /** The addresses of this host, without those of the loopback and of a single link. */
  addresses(): readonly string[]
  /** The host's full name. */
  name(): Promise<string>
  /** Whether root asks. */
  isRoot(): boolean
  /** Lets one setup run at a time: undefined if another one does. */
  lock(): Promise<(() => Promise<void>) | undefined>
}

/** The text of a file; undefined if there is none. */
export async function readText(host: Host, path: string): Promise<string | undefined> {
  return (await host.read(path))?.text
}
