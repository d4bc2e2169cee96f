import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCertificate } from '../../panel-simulator/certificate.js'
import { blocksFrom } from './document.js'
import { freePort, startProgram } from './programs.js'
import { scratchDirectory } from './scratch.js'

/** A proxy with TLS before the service. */
export interface Nginx {
  readonly url: string
  /** PEM file with the authority of its certificate. */
  readonly caFile: string
}

/** Starts nginx as the README sets it up, with a certificate that only its own file vouches for. */
export async function startNginx(serviceUrl: string): Promise<Nginx> {
  const directory = scratchDirectory('nginx')
  const [location = ''] = blocksFrom('README.md', 'Behind a proxy', 'nginx')
  const { certificate, key } = await createCertificate()
  const port = await freePort()
  const file = (name: string, text: string): string => {
    const path = join(directory, name)
    writeFileSync(path, text)
    return path
  }
  const caFile = file('certificate.pem', certificate)
  const config = file(
    'nginx.conf',
    `daemon off;
pid ${directory}/nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path ${directory}/client-body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${caFile};
    ssl_certificate_key ${file('key.pem', key)};
    ${location.replace('http://127.0.0.1:8080', serviceUrl)}
  }
}
`,
  )
  const program = startProgram('nginx', ['-e', 'stderr', '-c', config])
  await program.listening(port)
  return { url: `https://127.0.0.1:${port}`, caFile }
}
