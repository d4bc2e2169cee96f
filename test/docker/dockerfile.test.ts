import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { DOCKERFILE, loadStages, parseStages } from './dockerfile.js'
import { breaches } from './rules.js'

const text = readFileSync(DOCKERFILE, 'utf8')

it('the Dockerfile breaks no rule', () => {
  expect(breaches(loadStages())).toEqual([])
})

it.each([
  ['FROM debian:12.15-slim', 'FROM debian', 'exact version'],
  ['FROM debian:12.15-slim', 'FROM debian:latest', 'exact version'],
  ['FROM debian:12.15-slim', 'FROM debian:bookworm-slim', 'exact version'],
  ['WORKDIR /rekey', 'WORKDIR rekey', 'absolute'],
  ['COPY . .', 'ADD . .', 'not added'],
  ['--from=build', '--from=builder', 'stage that there is'],
  ['RUN npm ci', 'RUN cd /rekey && npm ci', 'by WORKDIR'],
  ['RUN npm ci', 'RUN npm install', 'lock file'],
  [
    'ENTRYPOINT ["node", "--disable-sigusr1", "dist/main.js"]',
    'ENTRYPOINT node dist/main.js',
    'without a shell',
  ],
  ['"--disable-sigusr1", ', '', 'inspector'],
  ['CMD ["node", "dist/main.js", "--health"]', 'CMD node dist/main.js --health', 'without a shell'],
  ['USER 10001:10001', 'USER 10001:10001\nRUN apt-get update', 'last stage'],
  ['USER 10001:10001', 'USER 0:0', 'not root'],
  ['USER 10001:10001', 'USER node', 'not root'],
  ['USER 10001:10001', '', 'not root'],
  ['HEALTHCHECK', 'HEALTHCHECK CMD ["node"]\nHEALTHCHECK', 'one way to start'],
  ['ENV NODE_ENV', 'ENV HESTIA_SECRET_KEY=x NODE_ENV', 'no secret'],
])('the Dockerfile is measured: with %j changed to %j a rule speaks', (from, to, rule) => {
  expect(text).toContain(from)
  expect(breaches(parseStages(text.replaceAll(from, to))).join('\n')).toContain(rule)
})
