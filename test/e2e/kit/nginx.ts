import { adapt, type Changes } from './deploy-file.js'
import { startProgram } from './programs.js'
import { certificates, type FrontProxy, type ProxySetup, setUpProxy } from './proxy-setup.js'

/** nginx in front of the service. */
export interface Nginx extends FrontProxy {
  /** The URL that has the service at its root. */
  readonly url: string
}

/**
 * Starts nginx with the configuration in deploy/ and these changes, with a self-signed certificate.
 *
 * @param serviceUrl `unix:` and a path for a service on a socket
 */
export async function startNginx(serviceUrl: string, changes: Changes = {}): Promise<Nginx> {
  const setup = await setUpProxy('nginx')
  await runNginx(
    setup,
    adapt('nginx.conf', {
      ...changes,
      'unix:/run/rekey/rekey.sock': serviceUrl.replace('http://', ''),
      'listen 443': `listen 127.0.0.1:${setup.port}`,
      'listen [::]:443': `listen [::1]:${setup.port}`,
      'listen 80': `listen 127.0.0.1:${setup.plainPort}`,
      'listen [::]:80': `listen [::1]:${setup.plainPort}`,
      '/var/www/html': setup.directory,
      ...certificates(setup),
    }),
  )
  return { ...setup, url: `https://127.0.0.1:${setup.port}` }
}

/** Starts the nginx of compose.yaml in front of two instances. */
export async function startComposeNginx(
  [first, second]: readonly [string, string],
  changes: Changes = {},
): Promise<FrontProxy> {
  const setup = await setUpProxy('compose')
  await runNginx(
    setup,
    adapt('compose-nginx.conf', {
      ...changes,
      'rekey-1:8080': new URL(first).host,
      'rekey-2:8080': new URL(second).host,
      'listen 8443': `listen 127.0.0.1:${setup.port}`,
      '/run/secrets/tls-certificate': setup.caFile,
      '/run/secrets/tls-key': setup.keyFile,
    }),
  )
  return setup
}

/** The name of the webmail host in `startPanelNginx`. */
export const WEBMAIL_HOST = 'webmail.example.org'

/** Starts nginx with a host like those of the panel's webmail templates, including the file that `rekey setup` adds. */
export async function startPanelNginx(serviceUrl: string, changes: Changes = {}): Promise<FrontProxy> {
  const setup = await setUpProxy('hestia', [WEBMAIL_HOST])
  const service = { 'unix:/run/rekey/rekey.sock': serviceUrl.replace('http://', '') }
  const locations = adapt('hestia/rekey.inc', { ...changes, ...service })
  await runNginx(
    setup,
    `server {
    listen 127.0.0.1:${setup.port} ssl;
    server_name ${WEBMAIL_HOST};
    ssl_certificate ${setup.caFile};
    ssl_certificate_key ${setup.keyFile};
    root ${setup.directory};
    location ~ /\\.(?!well-known\\/) { deny all; }
    location / { try_files $uri =404; }
    include ${setup.file('rekey.inc', locations)};
  }`,
  )
  return setup
}

/** Runs nginx with these servers until the tests of the file are over. Returns the path of its configuration. */
async function runNginx({ directory, port, file }: ProxySetup, servers: string): Promise<string> {
  const config = file(
    'nginx.conf',
    `daemon off;
user www-data;
pid ${directory}/nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path ${directory}/client-body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  ${adapt('nginx-limit.conf', {})}
  ${servers}
}
`,
  )
  const program = startProgram('nginx', ['-e', 'stderr', '-c', config])
  await program.listening(port)
  return config
}
