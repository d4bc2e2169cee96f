import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { killPoints } from '../kit/kill-points.js'

const SOURCE = fileURLToPath(new URL('../../src', import.meta.url))

/**
 * The files that a change passes through from its submission to its answer, except the checks of a proof: before the domain lock,
 * nothing was sent.
 */
const WAY = [
  'http/submission/pipeline.ts',
  'core/change-password.ts',
  'core/prove.ts',
  'core/send-change.ts',
  'core/confirm-change.ts',
  'store/memory-domain-locks.ts',
  'store/redis-domain-locks.ts',
]

/** The awaits of a file, each as the function it is in and what it awaits. Repeated ones are numbered. */
function awaitsOf(path: string): string[] {
  const text = readFileSync(join(SOURCE, path), 'utf8')
  const found: string[] = []
  const visit = (node: ts.Node, place: string): void => {
    const name = nameOf(node) ?? place
    if (ts.isAwaitExpression(node)) {
      const [awaited] = node.expression.getText(file).split('(')
      found.push(`${basename(path, '.ts')} ${name} ${awaited}`)
    }
    ts.forEachChild(node, (child) => visit(child, name))
  }
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  visit(file, '')
  return found.map((name, index) => {
    const nth = found.slice(0, index).filter((before) => before === name).length + 1
    return nth === 1 ? name : `${name} (${nth})`
  })
}

function nameOf(node: ts.Node): string | undefined {
  const isNamed = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)
  return isNamed ? node.name?.getText() : undefined
}

it('a process is killed at each await on the way of a change: the points are listed in test/kit/kill-points.ts', () => {
  const listed = killPoints.flatMap(({ pending }) => pending)
  expect(new Set(listed)).toEqual(new Set(WAY.flatMap(awaitsOf)))
})
