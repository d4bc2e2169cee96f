import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, readFile, rename, rmdir, unlink } from 'node:fs/promises'
import { get as getHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { get as getHttps } from 'node:https'
import { networkInterfaces } from 'node:os'
import { dirname } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { connect, type TLSSocket } from 'node:tls'
import { errorCodeOf } from '../lib/describe-error.js'
import { parseClientAddress } from '../lib/ip-address.js'
import {
  type CommandLine,
  type Host,
  NOT_FOUND,
  type Ran,
  type StoredFile,
  type TlsServer,
  type WebAnswer,
  type WebPlace,
} from './host.js'

/** A panel command takes one or two seconds, and a reload of nginx with many domains takes several. */
const COMMAND_TIMEOUT_MS = 120_000
const NETWORK_TIMEOUT_MS = 5000
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024

const TOO_LONG = 124

/** The folders of Debian's and the panel's programs. The environment of a timer has fewer. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The process of the setup. */
interface Self {
  readonly pid: number
  readonly getuid?: () => number
}

/** The host that this process runs on. */
export function thisHost({ pid, getuid }: Self, lockFile = '/run/rekey-setup.lock'): Host {
  return {
    read,
    write,
    remove,
    list,
    hasFolder,
    makeFolder,
    run,
    meetTls,
    get,
    isRoot: () => getuid?.() === 0,
    removeFolder: (path) => unless(['ENOENT', 'ENOTEMPTY'], rmdir(path)),
    addresses: () =>
      Object.values(networkInterfaces())
        .flatMap((entries) => entries ?? [])
        .filter(({ internal, address }) => !internal && !/^(?:fe80:|169\.254\.)/i.test(address))
        .map(({ address }) => parseClientAddress(address) ?? address),
    async resolve(name) {
      const found = await lookup(name, { all: true }).catch(() => [])
      return found.map(({ address }) => parseClientAddress(address) ?? address)
    },
    async name() {
      const { code, output } = await run(['hostname', '--fqdn'])
      return code === 0 ? output.trim() : ((await read('/etc/hostname'))?.text.trim() ?? '')
    },
    lock: () => lock(lockFile, pid),
  }
}

async function read(path: string): Promise<StoredFile | undefined> {
  const handle = await unless(['ENOENT', 'ENOTDIR'], openFile(path))
  if (!handle) return undefined
  try {
    const { mode, uid, gid } = await handle.stat()
    return { text: decode(path, await handle.readFile()), mode: mode & 0o7777, uid, gid }
  } finally {
    await handle.close()
  }
}

async function openFile(path: string) {
  await demandFile(path)
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
}

/** Fails for a link, a folder or a pipe. Succeeds if the path doesn't exist. */
async function demandFile(path: string): Promise<void> {
  const state = await unless(['ENOENT', 'ENOTDIR'], lstat(path))
  if (state && !state.isFile()) throw new Error(`${path} isn’t a regular file`)
}

/** Fails if the file isn't UTF-8, because writing it again would damage it. */
function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Error(`${path} isn’t a UTF-8 file`)
  }
}

async function write(path: string, { text, mode, uid, gid }: StoredFile): Promise<void> {
  await demandFile(path)
  const temporary = `${path}.${randomBytes(6).toString('hex')}.rekey`
  // `wx` doesn't follow links. Others can't read the file before it has its owner and permissions.
  const handle = await open(temporary, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    const made = await handle.stat()
    if (made.uid !== uid || made.gid !== gid) await handle.chown(uid, gid)
    await handle.chmod(mode)
    await handle.sync()
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary)
    throw error
  } finally {
    await handle.close()
  }
  await syncFolder(dirname(path))
}

/** A renamed file survives a power failure only after its folder has been written. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  await handle.sync()
  await handle.close()
}

async function remove(path: string): Promise<void> {
  await demandFile(path)
  await unless(['ENOENT', 'ENOTDIR'], unlink(path))
}

async function list(path: string): Promise<readonly string[]> {
  return ((await unless(['ENOENT', 'ENOTDIR'], readdir(path))) ?? []).sort()
}

async function hasFolder(path: string): Promise<boolean> {
  return (await unless(['ENOENT', 'ENOTDIR'], lstat(path)))?.isDirectory() ?? false
}

async function makeFolder(path: string, mode: number): Promise<void> {
  await mkdir(path, { recursive: true, mode })
}

/** The result, or undefined if it fails with one of these codes. */
async function unless<Result>(
  codes: readonly string[],
  result: Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await result
  } catch (error) {
    if (codes.includes(errorCodeOf(error) ?? '')) return undefined
    throw error
  }
}

function run([program, ...args]: CommandLine): Promise<Ran> {
  const options = {
    env: { PATH, LC_ALL: 'C.UTF-8', HESTIA: '/usr/local/hestia' },
    timeout: COMMAND_TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
    cwd: '/',
  }
  return new Promise((resolve) => {
    const child = execFile(program, args, options, (error, output, complaint) => {
      resolve({ code: exitCode(error), output, complaint })
    })
    child.stdin?.end()
  })
}

function exitCode(error: (Error & { code?: number | string | null; killed?: boolean }) | null): number {
  if (error === null) return 0
  if (error.killed) return TOO_LONG
  return typeof error.code === 'number' ? error.code : NOT_FOUND
}

async function meetTls(host: string, port: number, name: string): Promise<TlsServer | undefined> {
  const socket = connect({ host, port, servername: name, rejectUnauthorized: false })
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(NETWORK_TIMEOUT_MS) })
    return describeServer(socket)
  } catch {
    return undefined
  } finally {
    socket.destroy()
  }
}

function describeServer(socket: TLSSocket): TlsServer | undefined {
  const certificate = socket.getPeerX509Certificate()
  if (!certificate) return undefined
  const names = certificate.subjectAltName?.split(', ') ?? []
  const [, issuer = ''] = /^(?:O|CN)=(.+)$/m.exec(certificate.issuer) ?? []
  return {
    isTrusted: socket.authorized,
    fingerprint: certificate.fingerprint256,
    certificate: certificate.toString(),
    names: names.filter((name) => /^DNS:[^*]+$/.test(name)).map((name) => name.slice('DNS:'.length)),
    issuer,
    localAddress: parseClientAddress(socket.localAddress ?? '') ?? '',
  }
}

async function get(place: WebPlace): Promise<WebAnswer | undefined> {
  const common: RequestOptions = { agent: false, signal: AbortSignal.timeout(NETWORK_TIMEOUT_MS) }
  try {
    const request =
      'socket' in place
        ? getHttp({ ...common, socketPath: place.socket, path: place.path })
        : getHttps({
            ...common,
            host: place.at,
            port: place.url.port || 443,
            path: place.url.pathname,
            servername: place.url.hostname,
            headers: { host: place.url.host },
            rejectUnauthorized: false,
          })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    return { status: response.statusCode ?? 0, body: await textOf(response) }
  } catch {
    return undefined
  }
}

/** A setup that was killed leaves its lock file, so the lock counts only while its process is alive. */
async function lock(path: string, pid: number): Promise<(() => Promise<void>) | undefined> {
  for (;;) {
    const handle = await unless(['EEXIST'], open(path, 'wx', 0o600))
    if (handle) {
      await handle.writeFile(`${pid}\n`)
      await handle.close()
      return () => unlink(path)
    }
    const holder = (await unless(['ENOENT'], readFile(path, 'utf8')))?.trim()
    if (holder !== undefined && holder !== '' && (await unless(['ENOENT'], lstat(`/proc/${holder}`))))
      return undefined
    await unless(['ENOENT'], unlink(path))
  }
}
