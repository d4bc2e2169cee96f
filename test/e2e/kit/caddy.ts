import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { vi } from 'vitest'
import { adapt, type Changes } from './deploy-file.js'
import { PATH, startProgram } from './programs.js'
import { type FrontProxy, HOSTS, setUpProxy } from './proxy-setup.js'

/** Starts Caddy with the configuration in deploy/ and these changes. It uses its own authority instead of a public one. */
export async function startCaddy(serviceUrl: string, changes: Changes = {}): Promise<FrontProxy> {
  const setup = await setUpProxy('caddy')
  const { directory, port, plainPort } = setup
  const here = `{
	admin off
	http_port ${plainPort}
	https_port ${port}
	default_bind 127.0.0.1
	local_certs
	skip_install_trust
}
`
  const config = adapt('Caddyfile', {
    ...changes,
    'unix//run/rekey/rekey.sock': serviceUrl.replace('http://', '').replace('unix:', 'unix/'),
    '/var/www/html': directory,
  })
  const data = join(directory, 'data')
  mkdirSync(data)
  const args = ['run', '--adapter', 'caddyfile', '--config', setup.file('Caddyfile', here + config)]
  const program = startProgram('caddy', args, {
    env: { PATH, HOME: directory, XDG_DATA_HOME: data, XDG_CONFIG_HOME: directory },
  })
  for (const host of Object.values(HOSTS)) {
    await program.written(new RegExp(`certificate obtained successfully.*${host}`))
  }
  await program.listening(port)
  // Caddy doesn't serve a new certificate at once.
  for (const host of Object.values(HOSTS)) await vi.waitFor(() => shakeHands(port, host), { timeout: 10_000 })
  return { port, plainPort, caFile: join(data, 'caddy/pki/authorities/local/root.crt') }
}

async function shakeHands(port: number, servername: string): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false })
  try {
    await once(socket, 'secureConnect')
  } finally {
    socket.destroy()
  }
}
