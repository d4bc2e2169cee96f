import type { PanelMachine } from './panel-machine.js'

/** Logs in to a machine's Roundcube and changes the password there. Returns the message that the person sees. */
export async function changePasswordByRoundcube(
  machine: PanelMachine,
  url: string,
  { address, current, next }: { address: string; current: string; next: string },
): Promise<string> {
  const cookies = new Map<string, string>()

  async function send(path: string, form?: Record<string, string>): Promise<string> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const { headers, body } = await machine.visit(`${url}${path}`, form, { cookie })
    for (const line of [headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return body
  }

  const tokenOf = (page: string): string => /"request_token":"([^"]+)"/.exec(page)?.[1] ?? ''
  const login = {
    _task: 'login',
    _action: 'login',
    _timezone: 'UTC',
    _url: '',
    _user: address,
    _pass: current,
  }
  await send('/?_task=login', { ...login, _token: tokenOf(await send('/')) })
  const settings = await send('/?_task=settings&_action=plugin.password')
  const answer = await send('/?_task=settings&_action=plugin.password-save', {
    _token: tokenOf(settings),
    _curpasswd: current,
    _newpasswd: next,
    _confpasswd: next,
  })
  return /display_message\("((?:[^"\\]|\\.)*)"/.exec(answer)?.[1] ?? 'no message'
}
