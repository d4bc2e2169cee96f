import { rmSync } from 'node:fs'
import { buildService } from './build-service.js'
import { buildViews } from './build-views.js'
import { fromRoot } from './from-root.js'
import { writeLicences } from './licences.js'

// `npm run build`

rmSync(fromRoot('dist'), { recursive: true, force: true })
const [service, views] = await Promise.all([buildService(), buildViews()])
writeLicences(
  fromRoot('dist/licences.txt'),
  [service, ...views].map(({ metafile }) => metafile),
)
