import { execFileSync } from 'node:child_process'
import { createCipheriv, pbkdf2Sync } from 'node:crypto'
import { join } from 'node:path'

/**
 * Saves a login in a profile of a closed Chromium. With `--password-store=basic`, Chromium encrypts with a publicly known key
 * (Chromium's components/os_crypt/sync/os_crypt_linux.cc, "v10").
 */
export function saveLogin(profile: string, origin: string, username: string, password: string): void {
  const key = pbkdf2Sync('peanuts', 'saltysalt', 1, 16, 'sha1')
  const cipher = createCipheriv('aes-128-cbc', key, Buffer.alloc(16, ' '))
  const encrypted = Buffer.concat([Buffer.from('v10'), cipher.update(password), cipher.final()])
  const login = {
    origin_url: `${origin}/`,
    signon_realm: `${origin}/`,
    username_value: username,
    password_value: encrypted.toString('hex'),
  }
  // Python has SQLite; Node 20 doesn't.
  execFileSync('python3', ['-c', INSERT, join(profile, 'Default/Login Data'), JSON.stringify(login)])
}

const INSERT = `
import json, sqlite3, sys
login = json.loads(sys.argv[2])
login['password_value'] = bytes.fromhex(login['password_value'])
texts = ['action_url', 'username_element', 'password_element', 'submit_element', 'display_name', 'icon_url', 'federation_url']
login.update({name: '' for name in texts})
numbers = ['blacklisted_by_user', 'scheme', 'password_type', 'skip_zero_click', 'generation_upload_status']
login.update({name: 0 for name in numbers})
login.update({name: b'' for name in ['form_data', 'possible_username_pairs', 'moving_blocked_for']})
login.update(date_created=13370000000000000, date_last_used=13370000000000000, times_used=1)
with sqlite3.connect(sys.argv[1]) as database:
    places = ', '.join('?' for _ in login)
    database.execute(f"insert into logins ({', '.join(login)}) values ({places})", list(login.values()))
`
