// assembly/ is not AssemblyScript's whole language: numbers only, nothing of the host, every file and function explained.
// Formatters and linters refuse `@inline function`, so this is its linter.
import { expect, test } from 'vitest'
import { codeOf, type SourceFile, sourceFiles } from '../support/files.js'

const LINE = 140
const files = sourceFiles('assembly')

/** Each line of each file for which `isWrong` says so, as `path:line: text`. */
function findings(isWrong: (line: string, index: number, file: SourceFile, code: string[]) => boolean): string[] {
  return files.flatMap((file) => {
    const code = codeOf(file.lines)
    return file.lines.flatMap((line, index) =>
      isWrong(line, index, file, code) ? `${file.path}:${index + 1}: ${line.trim()}` : [],
    )
  })
}

/** Whether a doc comment ends right above this line; decorators and their ts-ignore may stand between. */
function isDocumented(lines: string[], index: number): boolean {
  let above = index - 1
  while (above >= 0 && /^(@|\/\/ @ts-ignore)/.test(lines[above]!)) above--
  if (above < 0 || !lines[above]!.endsWith('*/')) return false
  while (above > 0 && !lines[above]!.startsWith('/*')) above--
  return lines[above]!.startsWith('/**')
}

test('there are files to look at', () => {
  expect(files.map(({ path }) => path)).toContain('assembly/abi.ts')
})

test(`no line is longer than ${LINE}, but for the exports of abi.ts: one line each`, () => {
  const isExport = (line: string, { path }: SourceFile) =>
    path === 'assembly/abi.ts' && line.startsWith('export function')
  expect(findings((line, _, file) => [...line].length > LINE && !isExport(line, file))).toEqual([])
})

test('the first line of a file is its header comment', () => {
  expect(findings((line, index) => index === 0 && !/^\/[/*]\*? ?\S/.test(line))).toEqual([])
})

test.each([
  [
    'the garbage-collected heap',
    /\bnew\s+[A-Za-z]|\b(?:(?:Static|U?[Ii]nt\d+|Float\d+)?Array|ArrayBuffer|DataView|String|Map|Set)\b/,
  ],
  ['floats', /\bf(?:32|64)\b/],
  ['a clock or entropy', /\bMath\s*\.\s*random\b|\b(?:Date|performance)\b/],
  ['the console', /\bconsole\b|\btrace\s*\(/],
  ['state outside linear memory', /^(?:export\s+)?(?:let|var)\b/],
])('nothing uses %s', (_, banned) => {
  expect(findings((_line, index, _file, code) => banned.test(code[index]!))).toEqual([])
})

test('every export of abi.ts has a doc comment', () => {
  const isBare = (line: string, index: number, { path, lines }: SourceFile) =>
    path === 'assembly/abi.ts' && /^(export|declare)\b/.test(line) && !isDocumented(lines, index)
  expect(findings(isBare)).toEqual([])
})

test('every exported function has a doc comment', () => {
  expect(findings((line, index, { lines }) => /^export function\b/.test(line) && !isDocumented(lines, index))).toEqual(
    [],
  )
})
