import { type Figure, rowOf, tableHead } from './figures.js'
import { measureCrowds, measureGuessers } from './scenes/beside.js'
import { measureIdle } from './scenes/idle.js'
import { measureOverload } from './scenes/overload.js'
import { measureSnappyMail } from './scenes/snappymail.js'
import { measureTwelve } from './scenes/twelve.js'
import { measureWeight } from './scenes/weight.js'

const SCENES: Readonly<Record<string, () => Promise<Figure[]>>> = {
  twelve: measureTwelve,
  overload: measureOverload,
  snappymail: measureSnappyMail,
  small: () => measureIdle('small'),
  fast: () => measureIdle('fast'),
  guessers: measureGuessers,
  crowds: measureCrowds,
  weight: measureWeight,
}

const chosen = process.argv.slice(2)
process.stdout.write(tableHead())
for (const [name, measure] of Object.entries(SCENES)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  const figures = await measure()
  process.stdout.write(figures.map(rowOf).join(''))
}
