import { z } from 'zod'
import { brandVariables } from './branding.js'
import { frameAncestors } from './frames.js'

export const pageVariables = {
  REKEY_LANGUAGE: z
    .string()
    .default('en')
    .describe('The language where neither `?lang=` nor the browser names one that there is.'),
  ...brandVariables,
  REKEY_FRAME_ANCESTORS: frameAncestors().describe(
    'The origins whose pages may show the page in a frame, such as `https://webmail.example.org`, joined by commas.',
  ),
  REKEY_VIEWS_DIR: z
    .string()
    .optional()
    .describe(
      'A folder of templates, assets and catalogues that take the place of ours file by file: [branding.md](branding.md).',
    ),
}
