import { adapt, type Changes } from './deploy-file.js'
import { startProgram } from './programs.js'
import { certificates, type FrontProxy, setUpProxy } from './proxy-setup.js'

const MODULES = '/usr/lib/apache2/modules'

/** Modules that Debian loads by default, and those that deploy/ adds. */
const LOADED = 'mpm_event authz_core alias ssl headers proxy proxy_http'.split(' ')

/** Starts Apache with the configuration in deploy/ and these changes. */
export async function startApache(serviceUrl: string, changes: Changes = {}): Promise<FrontProxy> {
  const setup = await setUpProxy('apache')
  const { directory, port, plainPort } = setup
  const hosts = adapt('apache.conf', {
    ...changes,
    'unix:/run/rekey/rekey.sock|http://localhost': serviceUrl.replace(/^unix:.*/, '$&|http://localhost'),
    '*:443': `127.0.0.1:${port}`,
    '*:80': `127.0.0.1:${plainPort}`,
    '/var/www/html': directory,
    ...certificates(setup),
  })
  const config = setup.file(
    'apache.conf',
    `ServerRoot ${directory}
ServerName localhost
PidFile ${directory}/apache.pid
DefaultRuntimeDir ${directory}
ErrorLog ${directory}/error.log
${LOADED.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')}
User nobody
Group nogroup
Listen 127.0.0.1:${port}
Listen 127.0.0.1:${plainPort}
${hosts}`,
  )
  const program = startProgram('apache2', ['-DFOREGROUND', '-f', config])
  await program.listening(port)
  return setup
}
