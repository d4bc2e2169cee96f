import { dictionary } from '@zxcvbn-ts/language-common'
import type { Question, Reply } from './strength.js'

const common = new Set(dictionary['passwords-common'])
self.addEventListener('message', ({ data }: MessageEvent<Question>) => {
  const isCommon = common.has(data.password.toLowerCase())
  const reply: Reply = {
    id: data.id,
    estimate: { score: Math.min(4, Math.floor(data.password.length / 4)), suggestions: [], isCommon },
  }
  self.postMessage(reply)
})
