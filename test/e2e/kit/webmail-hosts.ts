import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { atEnd } from './at-end.js'
import { adapt, type Changes } from './deploy-file.js'
import { runNginx } from './nginx.js'
import { PATH } from './programs.js'
import { type FrontProxy, setUpProxy } from './proxy-setup.js'

/**
 * Hosts in the form that the panel's templates for webmail give them: the panel's variables, its order, and what of its
 * locations could get in the way. Its older templates include the same files with TLS as without.
 */
const PLAIN = template('listen %ip%:%proxy_port%;', '', 'nginx.conf_*')
const TLS = 'listen %ip%:%proxy_ssl_port% ssl;'
const CERTIFICATE = 'ssl_certificate %ssl_pem%;\n  ssl_certificate_key %ssl_key%;'
const SECURE = {
  newer: template(TLS, CERTIFICATE, 'nginx.ssl.conf_*'),
  older: template(TLS, CERTIFICATE, 'nginx.conf_*'),
}

function template(listen: string, certificate: string, included: string): string {
  return `server {
  ${listen}
  server_name %domain_idn% %alias_idn%;
  ${certificate}
  root %home%/webmail;
  location ~ /\\.(?!well-known\\/) { deny all; }
  location ~ ^/(config|temp|logs|bin)$ { return 404; }
  location ~* \\.(css|svg)$ { try_files $uri @fallback; }
  location / { try_files $uri @fallback; }
  location @fallback { proxy_pass %webmail%; }
  include %home%/%user%/conf/mail/%root_domain%/${included};
}
`
}

/** nginx as a panel sets it up for webmail, and the script of deploy/ that adds Rekey to it. */
export interface WebmailHosts extends FrontProxy {
  /** As the panel does for a new mail domain; it serves after the next reload. */
  addDomain(user: string, domain: string, age: keyof typeof SECURE): void
  /** Runs the script and gives its exit code and what it wrote of it. */
  run(...args: string[]): Promise<{ code: number; output: string }>
  /** Writes a file below the directory that stands for the host's root. */
  write(path: string, text: string): void
  readonly home: string
}

/** Starts nginx with no webmail host in it, and with these changes to the locations that are to be added. */
export async function startWebmailHosts(serviceUrl: string, changes: Changes = {}): Promise<WebmailHosts> {
  const setup = await setUpProxy(
    'hestia',
    ['org', 'com', 'net'].map((end) => `webmail.example.${end}`),
  )
  const { directory, port, plainPort } = setup
  const home = join(directory, 'home')
  const write = (path: string, text: string): void => {
    mkdirSync(join(directory, path, '..'), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  const webmail = await startWebmail()
  const first = `server { listen 127.0.0.1:${port} ssl; ssl_certificate ${setup.caFile}; ssl_certificate_key ${setup.keyFile}; }`
  const config = await runNginx(setup, `${first}\n  include ${directory}/domains/*.conf;`)
  const locations = join(directory, 'rekey.inc')
  const service = { 'http://unix:/run/rekey/rekey.sock': serviceUrl.replace(/^unix:/, 'http://unix:') }
  write('rekey.inc', adapt('hestia/rekey.inc', { ...changes, ...service }))
  const paths = { '/home/': `${home}/`, '/etc/nginx/conf.d/rekey.inc': locations }
  write('webmail-hosts.sh', adapt('hestia/webmail-hosts.sh', paths))
  write('bin/nginx', `#!/bin/bash\nexec /usr/sbin/nginx -e stderr -c ${config} "$@"\n`)
  write('bin/systemctl', '#!/bin/bash\necho "$@" && [ "$*" = "reload nginx" ] && exec nginx -s reload\n')
  for (const name of ['nginx', 'systemctl']) chmodSync(join(directory, 'bin', name), 0o755)

  return {
    ...setup,
    home,
    write,
    addDomain(user, domain, age) {
      mkdirSync(join(home, user, 'conf/mail', domain), { recursive: true })
      const render = (text: string): string =>
        Object.entries({
          ip: '127.0.0.1',
          proxy_port: `${plainPort}`,
          proxy_ssl_port: `${port}`,
          domain_idn: `webmail.${domain}`,
          alias_idn: `mail.${domain}`,
          root_domain: domain,
          ssl_pem: setup.caFile,
          ssl_key: setup.keyFile,
          home,
          user,
          webmail,
        }).reduce((rendered, [name, value]) => rendered.replaceAll(`%${name}%`, value), text)
      write(`domains/webmail.${domain}.conf`, render(PLAIN))
      write(`domains/webmail.${domain}.ssl.conf`, render(SECURE[age]))
    },
    async run(...args) {
      const former = workersOf(directory)
      const result = await runScript(directory, args)
      // A reload leaves a worker with the former settings at work for a moment.
      if (result.output.includes('reload nginx')) {
        const replaced = () => expect(workersOf(directory).filter((pid) => former.includes(pid))).toEqual([])
        await vi.waitFor(replaced, { timeout: 10_000 })
      }
      return result
    },
  }
}

/** The worker processes of the nginx that runs there. */
function workersOf(directory: string): string[] {
  const pid = readFileSync(join(directory, 'nginx.pid'), 'utf8').trim()
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
}

function runScript(directory: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const env = { PATH: `${join(directory, 'bin')}:${PATH}` }
    execFile('bash', [join(directory, 'webmail-hosts.sh'), ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: error ? stderr : stdout })
    })
  })
}

/** Stands in for webmail: says whatever it is asked. */
async function startWebmail(): Promise<string> {
  const server = createServer(({ url }, response) => response.end(`webmail ${url}`))
  atEnd(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
