// scripts/abi.mjs, which makes src/machine/abi.generated.ts out of assembly/abi.ts.
import { describe, expect, test } from 'vitest'
import { parseAbi, renderAbi } from '../../scripts/abi.mjs'

const SOURCE = `// The door.
import { impl } from './impl'

/** Calls the host. */
// @ts-ignore: decorator
@external("env", "callback")
declare function callback(kind_slot: i32, a: i32, b: i32): i32

/** Where it lies. */
export const TX_WINDOW: i32 = 1536
/** Its tail. */
export const SOCKET_TAIL = offsetof<Socket>("tail")

/**
 * Adds.
 * Twice.
 */
export function sum(a: i32, b: u32): i32 { return impl(a, b) }
/** Pokes. */
// @ts-ignore: decorator
@inline
export function poke(
  at: usize,
): void { impl(at, 0) }
`

describe('parseAbi', () => {
  test('finds functions, constants and imports with their comments', () => {
    expect(parseAbi(SOURCE)).toEqual({
      functions: [
        { name: 'sum', doc: '/**\n * Adds.\n * Twice.\n */', params: ['a', 'b'], result: 'i32' },
        { name: 'poke', doc: '/** Pokes. */', params: ['at'], result: 'void' },
      ],
      constants: [
        { name: 'TX_WINDOW', doc: '/** Where it lies. */' },
        { name: 'SOCKET_TAIL', doc: '/** Its tail. */' },
      ],
      imports: [{ name: 'callback', doc: '/** Calls the host. */', path: 'env.callback', exported: false }],
    })
  })

  test.each([
    ['// 1\nexport function f(a: i64): i32 { }', 'assembly/abi.ts:2: f: i64 cannot cross the door'],
    ['export function f(): f64 { }', 'f: f64 cannot cross the door'],
    ['export function f(a: i32 = 1): i32 { }', 'parameter "a: i32 = 1" of f'],
    ['export const X: u64 = 1', 'X: u64 cannot cross the door'],
    ['declare function f(): void', 'declare function f needs @external'],
    ['export let x = 1', 'only functions and constants'],
    ["export { x } from './x'", 'only functions and constants'],
  ])('refuses %j', (source, message) => {
    expect(() => parseAbi(source)).toThrow(message)
  })
})

test('renderAbi writes an interface, a table of calls and the layout', () => {
  const text = renderAbi(parseAbi(SOURCE), { TX_WINDOW: 1536, SOCKET_TAIL: 8 })
  expect(text).toContain('  /**\n   * Adds.\n   * Twice.\n   */\n  sum(a: number, b: number): number\n')
  expect(text).toContain('  /** Pokes. */\n  poke(at: number): void\n')
  expect(text).toContain('  SUM = 1,\n  POKE = 2,\n')
  expect(text).toContain("CALL_NAMES =\n  'sum poke'\n")
  expect(text).toContain("ARGUMENT_COUNTS =\n  '21'\n")
  expect(text).toContain('  /** Its tail. */\n  SOCKET_TAIL = 8,\n')
  expect(text).toContain("IMPORTS = ['env.memory', 'env.callback'] as const")
})
