// The house is as docs/architecture.md and its picture say: the folders are there, and imports go one way.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readText, sourceFiles } from '../support/files.js'
import { codeIn, tableOf } from './markdown.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const PAGE = 'docs/architecture.md'

const isFolder = (path: string) => existsSync(join(root, path)) && statSync(join(root, path)).isDirectory()
const foldersIn = (path: string) =>
  readdirSync(join(root, path))
    .map((name) => `${path}/${name}`)
    .filter((name) => isFolder(name) && readdirSync(join(root, name)).length > 0)

describe('the folders', () => {
  const named = tableOf(PAGE, 'folder').map(([folder = '']) => codeIn(folder).replace(/\/$/, ''))

  test('of the table exist', () => {
    expect(named.filter((folder) => !isFolder(folder))).toEqual([])
  })

  test('that have an entry, and those of the core, are all in the table', () => {
    const there = [
      ...foldersIn('assembly'),
      ...foldersIn('src').filter((name) => existsSync(join(root, name, 'index.ts'))),
    ]
    expect(there.length).toBeGreaterThan(10)
    expect(there.filter((folder) => !named.includes(folder))).toEqual([])
  })

  test('of the picture exist', () => {
    const texts = [...readText('docs/house.svg').matchAll(/class="name"[^>]*>([^<]+)</g)].map((match) => match[1] ?? '')
    const places = ['', 'src/', 'assembly/']
    expect(texts.length).toBeGreaterThan(10)
    expect(texts.filter((name) => !places.some((place) => existsSync(join(root, place + name))))).toEqual([])
  })

  test.each([PAGE, 'docs/message.svg', 'README.md'])('and the files that %s names exist', (path) => {
    const text = readText(path)
    const files = [...text.matchAll(/\b((?:assembly|src|test|docs|build|examples)\/[\w./-]+\.\w+)/g)].map(
      (m) => m[1] ?? '',
    )
    const short = path.endsWith('.svg')
      ? [...text.matchAll(/[>\s]([a-z]+\/[a-z]+\.ts)/g)].map((m) => `assembly/${m[1]}`)
      : []
    const missing = [...files, ...short].filter((file) => !existsSync(join(root, file)))
    expect(missing).toEqual([])
  })

  test('and the map of memory is that of assembly/memory.ts', () => {
    const memory = readText('assembly/memory.ts')
    const drawn = [...memory.matchAll(/^\/\/ +(\d+) [├┌]/gm)].map((match) => Number(match[1]))
    const rows = tableOf(PAGE, 'from')
    expect(rows.map(([from]) => Number(from))).toEqual(drawn)
    expect(rows.slice(0, -1).map(([, to]) => Number(to))).toEqual(drawn.slice(1))
  })
})

interface Import {
  readonly from: string
  readonly to: string
}

/** A file's place in the house: its folder below src or assembly, or the file that stands there alone. */
function placeOf(path: string): string {
  const [top = '', second = ''] = path.split('/')
  if (top === 'examples') return top
  return `${top}/${second.replace(/\.\w+$/, '')}`
}

const IMPORTS = [
  /^(?:import|export)\s[\w\s{},*$]*\bfrom\s*['"]([^'"]+)['"]/gm,
  /^import\s*['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]/g,
]

function importsIn(path: string, lines: readonly string[]): Import[] {
  const text = lines.join('\n')
  const specifiers = IMPORTS.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''))
  return specifiers.map((to) => ({ from: path, to: to.startsWith('.') ? normalize(join(dirname(path), to)) : to }))
}

/** The imports that leave their place. */
function crossings(folder: string): Import[] {
  return sourceFiles(folder)
    .flatMap(({ path, lines }) => importsIn(path, lines))
    .filter(({ from, to }) => placeOf(from) !== placeOf(to))
}

/** Where each place of the host may look to. What an application may use is not listed for it: the whole package. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'src/uapi': ['assembly/uapi'],
  'src/api': ['src/uapi'],
  'src/machine': ['src/uapi', 'src/api', 'build/release', 'build/debug', '@assemblyscript/loader'],
  'src/user': ['src/uapi', 'src/api', 'src/machine'],
  'src/sim': ['src/uapi', 'src/api', 'src/machine', 'src/user'],
  'src/kernel': ['src/uapi', 'src/api', 'src/machine', 'src/user', 'src/sim'],
  'src/connector': ['src/uapi', 'src/api', 'src/user', 'src/kernel'],
  'src/worker': ['src/uapi', 'src/api', 'src/user', 'src/sim', 'src/kernel'],
  'src/capture': ['src/uapi', 'src/api', 'src/user'],
  'src/host': ['src/uapi', 'src/api', 'src/user', 'node:module', 'node:fs', 'node:worker_threads'],
  'src/whole': ['src/uapi', 'src/api', 'src/machine', 'src/user', 'src/sim', 'src/kernel'],
  'src/slim': ['src/uapi', 'src/api', 'src/machine', 'src/user', 'src/kernel'],
  'src/embedded': ['src/api', 'src/machine', 'src/whole'],
  'src/embedded-debug': ['src/api', 'src/machine', 'src/sim', 'src/whole'],
  'src/workerd': ['src/machine', 'src/whole'],
  'src/edge-light': ['src/machine', 'src/whole'],
  'src/debug': ['src/embedded-debug', 'src/whole'],
  'src/index': ['src/embedded', 'src/whole'],
}
/** What stands on the roof: nothing below may import it. */
const ROOF = ['src/cli', 'src/index', 'src/debug', 'examples', 'bench', 'test', 'playground', 'scripts']

describe('arrows point one way', () => {
  const host = crossings('src')

  test('there are some', () => {
    expect(host.length).toBeGreaterThan(50)
    expect(new Set(host.map(({ from }) => placeOf(from))).size).toBeGreaterThanOrEqual(7)
  })

  test('each place of the host looks down, or aside to the leaf', () => {
    const wrong = host.filter(({ from, to }) => {
      const allowed = ALLOWED[placeOf(from)]
      return allowed !== undefined && !allowed.includes(/^(@|node:)/.test(to) ? to : placeOf(to))
    })
    expect(wrong).toEqual([])
  })

  test('nothing below imports what stands on the roof', () => {
    const up = host.filter(
      ({ from, to }) => placeOf(from) !== 'src/cli' && ROOF.some((place) => to.startsWith(`${place}/`)),
    )
    expect(up).toEqual([])
  })

  test('nobody takes a file of the core but the numbers of assembly/uapi, and those only src/uapi', () => {
    const core = host.filter(({ to }) => to.startsWith('assembly/'))
    expect(core.filter(({ from, to }) => placeOf(to) !== 'assembly/uapi' || placeOf(from) !== 'src/uapi')).toEqual([])
  })

  test('the core imports nothing from outside of it', () => {
    expect(crossings('assembly').filter(({ to }) => !to.startsWith('assembly/'))).toEqual([])
  })

  test("and the core's leaf nothing at all", () => {
    expect(crossings('assembly').filter(({ from }) => placeOf(from) === 'assembly/uapi')).toEqual([])
  })

  test('examples import the package by its name', () => {
    const files = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.mjs'))
    const wrong = files
      .flatMap((name) => importsIn(`examples/${name}`, readText(`examples/${name}`).split('\n')))
      .filter(({ to }) => !/^(node:|kernel-connector|examples\/)/.test(to))
    expect(files.length).toBeGreaterThan(3)
    expect(wrong).toEqual([])
  })
})
