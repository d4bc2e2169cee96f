import { cpus } from 'node:os'

/** A measured figure, and its goal. */
export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: string
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number }
}

/** The head of a Markdown table, below a line about this machine. */
export function tableHead(): string {
  const machine = `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}`
  return `${machine}\n\n| what | figure | goal |\n|---|---|---|\n`
}

export function rowOf({ what, value, unit, goal }: Figure): string {
  const digits = Number.isInteger(value) || value >= 100 ? 0 : 2
  return `| ${what} | ${value.toFixed(digits)} ${unit} | ${verdictOf(value, goal)} |\n`
}

function verdictOf(value: number, goal: Figure['goal']): string {
  if (!goal) return ''
  const [met, words] =
    'atLeast' in goal
      ? [value >= goal.atLeast, `≥ ${goal.atLeast}`]
      : [value <= goal.atMost, `≤ ${goal.atMost}`]
  return `${words} ${met ? 'met' : 'MISSED'}`
}

/** @param share 0.5 for the median */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}
