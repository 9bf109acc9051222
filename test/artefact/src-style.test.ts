// Only src/machine knows addresses: nobody else imports the generated door or the kernel's bytes.
import { expect, test } from 'vitest'
import { sourceFiles } from '../support/files.js'

const files = sourceFiles('src')
const DOOR = /(?:from|import)\s*\(?\s*['"][^'"]*(?:abi\.generated|\.wasm)\b[^'"]*['"]/

const importsDoor = (lines: string[]) => DOOR.test(lines.join('\n'))

test('nothing outside src/machine imports abi.generated or a .wasm file', () => {
  const outside = files.filter(({ path }) => !path.startsWith('src/machine/'))
  expect(outside.length).toBeGreaterThan(0)
  expect(outside.filter(({ lines }) => importsDoor(lines)).map(({ path }) => path)).toEqual([])
})

test('the pattern finds the imports that exist', () => {
  expect(files.some(({ lines }) => importsDoor(lines))).toBe(true)
})
