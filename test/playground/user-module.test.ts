// Code gets the addresses of the modules that it names, and nothing else in it changes; values are printed so that they can be read.
import { describe, expect, test } from 'vitest'
import { printed } from '../../playground/worker/printing.js'
import { withAddresses } from '../../playground/worker/user-module.js'

const MODULES = { 'kernel-connector': 'http://x/all.js', 'kernel-connector/uapi': 'http://x/uapi.js' }

describe('the names of modules', () => {
  test.each([
    ["import { boot } from 'kernel-connector'", "import { boot } from 'http://x/all.js'"],
    ['import "kernel-connector/uapi"', 'import "http://x/uapi.js"'],
    ["export * from 'kernel-connector/uapi'", "export * from 'http://x/uapi.js'"],
    ["await import('kernel-connector')", "await import('http://x/all.js')"],
    ["import {\n  boot,\n} from\n'kernel-connector'", "import {\n  boot,\n} from\n'http://x/all.js'"],
    ["const name = 'kernel-connector'", "const name = 'kernel-connector'"],
    ["import x from './kernel-connector'", "import x from './kernel-connector'"],
    ["import x from 'kernel-connector-like'", "import x from 'kernel-connector-like'"],
  ])('%s', (code, made) => {
    expect(withAddresses(code, MODULES)).toBe(made)
  })

  test('that are unknown are refused with those that are known', () => {
    expect(() => withAddresses("import 'kernel-connector/host'", MODULES)).toThrow(
      'there is no module kernel-connector/host here: kernel-connector, kernel-connector/uapi',
    )
  })
})

test('values are printed in one line', () => {
  const loop: { self?: unknown } = {}
  loop.self = loop
  const values = ['text', 1, 5n, null, undefined, true, { a: [1, 2n, new Uint8Array(2)] }, new RangeError('no'), loop]
  expect(printed(values)).toBe(
    'text 1 5n null undefined true {"a":[1,2,"2 bytes [00 00]"]} RangeError: no [object Object]',
  )
  expect(printed([new TextEncoder().encode('plain')])).toBe('5 bytes "plain"')
  expect(printed([new Uint8Array(40)])).toBe(`40 bytes [${Array.from({ length: 32 }, () => '00').join(' ')} …]`)
  expect(printed(['x'.repeat(5000)])).toHaveLength(2001)
})
