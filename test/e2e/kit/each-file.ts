import { afterAll } from 'vitest'
import { endFile } from './at-end.js'

// Vitest runs this anew for each file, before anything starts; what it imports stays.
afterAll(endFile)
