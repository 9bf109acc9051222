// Runs a block of code from a document, and checks what its comments claim:
//   expression        // -> value           is deeply equal to it
//   const x = value   // -> value           the same
//   call()            // -> -ENOMEM         names of errors need no import in a comment
//   call()            // throws ENOBUFS     an error of that code, or that name, or that reads like this
//   await call()      // throws LossError   the same for a promise
import { transform } from 'esbuild'
import * as kernelConnector from 'kernel-connector'
import * as capture from 'kernel-connector/capture'
import * as connector from 'kernel-connector/connector'
import * as debug from 'kernel-connector/debug'
import * as uapi from 'kernel-connector/uapi'
import * as worker from 'kernel-connector/worker'
import { expect } from 'vitest'
import type { Block } from './markdown.js'

const MODULES: Readonly<Record<string, unknown>> = {
  'kernel-connector/capture': capture,
  'kernel-connector': kernelConnector,
  'kernel-connector/connector': connector,
  'kernel-connector/debug': debug,
  'kernel-connector/uapi': uapi,
  'kernel-connector/worker': worker,
}

const CLAIM = /^(\s*)((?:const|let) [^=]+ = )?(.+?) +\/\/ (->|throws) (.+)$/
const IMPORT = /^import (?:type )?\{([^}]*)\} from '([^']+)'$/gm

type Check = (claim: number, value: unknown, expected: () => unknown) => unknown
type CheckThrown = (claim: number, call: () => Promise<unknown>, expected: string) => Promise<void>

/** The lines of a block that claim something. */
export function claimsOf(block: Block): string[] {
  return block.code.split('\n').filter((line) => /\/\/ (->|throws) /.test(line))
}

/** The block with calls of check() and checkThrown() in the place of its claims. */
function instrument(code: string): string {
  let claims = 0
  return code
    .split('\n')
    .map((line) => {
      const match = CLAIM.exec(line)
      if (match === null) return line
      const [, indent = '', target = '', expression = '', kind, claim = ''] = match
      const number = claims++
      const value = /^console\.log\((.*)\)$/.exec(expression)?.[1] ?? expression
      const expected = claim.replace(/-(E[A-Z]+)\b/g, '-modules["kernel-connector/uapi"].$1')
      if (kind === '->') return `${indent}${target}check(${number}, ${value}, () => (${expected}))`
      return `${indent}await checkThrown(${number}, async () => { ${value} }, ${JSON.stringify(claim)})`
    })
    .join('\n')
}

// `import { a, type B, c as d } from 'module'` as a destructuring of the module.
function destructure(_all: string, names: string, module: string): string {
  const values = names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '))
    .map((name) => name.replace(' as ', ': '))
  return `const { ${values.join(', ')} } = modules[${JSON.stringify(module)}]`
}

function describeError(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)]
  const code = 'code' in error ? String(error.code) : error.name
  return [code, error.name, String(error)]
}

/** Runs the block. Fails if a claim is not true, if one was never reached, and with what the block itself throws. */
export async function runBlock(block: Block): Promise<void> {
  const claims = claimsOf(block)
  const reached = new Set<number>()
  const check: Check = (claim, value, expected) => {
    reached.add(claim)
    expect(value, claims[claim]).toEqual(expected())
    return value
  }
  const checkThrown: CheckThrown = async (claim, call, expected) => {
    reached.add(claim)
    const thrown = await call().then(
      () => ['nothing was thrown'],
      (error: unknown) => describeError(error),
    )
    expect(thrown, claims[claim]).toContain(expected)
  }
  const source = instrument(block.code).replace(IMPORT, destructure)
  const { code } = await transform(`async function block() {\n${source}\n}`, { loader: 'ts', target: 'es2022' })
  const run = new Function('modules', 'check', 'checkThrown', `${code}\nreturn block()`)
  await run(MODULES, check, checkThrown)
  expect(
    [...reached].sort((a, b) => a - b),
    'claims that were reached',
  ).toEqual(claims.map((_, index) => index))
}
