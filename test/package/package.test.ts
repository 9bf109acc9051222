// The package as others get it: packed, installed from the tarball in a project of its own, imported, compiled.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linksOf } from '../docs/markdown.js'
import { ANSWER, LOOKS_TOO_LATE, PROGRAM, RECORDED, TYPED, tsconfig, UNCAUGHT } from './programs.js'
import { makeStranger, root, run, type Stranger, tryOut, write } from './stranger.js'

interface AttwReport {
  readonly analysis: { readonly entrypoints: Readonly<Record<string, unknown>> }
  readonly problems: Readonly<Record<string, readonly { readonly resolutionKind: string }[]>>
}

let stranger: Stranger

beforeAll(async () => {
  if (!existsSync(`${root}dist/index.js`)) throw new Error('dist/ is missing: node scripts/build.mjs makes it')
  stranger = await makeStranger()
})

afterAll(() => {
  if (stranger) rmSync(stranger.folder, { recursive: true, force: true })
})

const manifest = () => JSON.parse(readFileSync(join(stranger.installed, 'package.json'), 'utf8'))

describe('the tarball', () => {
  test('has the licence, the readme, the built files and the notice of the loader in them', () => {
    expect(stranger.packed).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'package.json',
        'dist/index.js',
        'dist/slim.js',
        'dist/uapi.js',
        'dist/connector.js',
        'dist/kernel.wasm',
      ]),
    )
    const notices = stranger.packed.filter((path) => path.startsWith('dist/licenses/assemblyscript-loader/'))
    const texts = notices.map((path) => readFileSync(join(stranger.installed, path), 'utf8')).join('\n')
    expect(texts).toContain('Apache License')
    expect(texts).toContain('AssemblyScript')
    expect(texts).toContain('Changed in it: instantiateSync()')
  })

  test('has nothing else: no sources of the kernel, tests, bench or tools', () => {
    const others = stranger.packed.filter(
      (path) => !/^(LICENSE|README\.md|package\.json|dist\/.+|examples\/.+|docs\/.+\.(md|svg))$/.test(path),
    )
    expect(others).toEqual([])
    expect(stranger.packed.filter((path) => /(^|\/)(tests?|bench)\/|\.test\./.test(path))).toEqual([])
  })

  test('has what its pages link to, but for pictures and tests', () => {
    const linked = stranger.packed
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        linksOf(path).map((to) => (to.startsWith('#') ? path : normalize(join(dirname(path), to.replace(/#.*/, ''))))),
      )
    expect(linked).toEqual(expect.arrayContaining(['docs/bundlers.md', 'docs/message.svg', 'examples/README.md']))
    const absent = linked.filter((to) => !stranger.packed.includes(to))
    expect(absent.filter((to) => !/^test\/|\.png$|^bench\/report\.svg$/.test(to))).toEqual([])
  })

  test.each([
    ['cn_test', 0],
    ['ucon', 0],
    ['request-reply', 0],
    ['genetlink-family', 0],
    ['lost-reply', 0],
    // The recording is not in the package: it says so, and what to do.
    ['process-events', 1],
  ])('has the example %s, which runs where it lies', async (name, status) => {
    const told = tryOut(stranger.folder, `node_modules/kernel-connector/examples/${name}.mjs`)
    const said =
      status === 0 ? '' : expect.stringMatching(/^process-events: there is no \/.*npx kernel-connector proc\n$/)
    expect([told.status, told.stderr]).toEqual([status, said])
  })

  test('names no path of the machine that packed it', () => {
    const prefixes = [root, `${homedir()}/`, `${tmpdir()}/`, '/home/', '/Users/', 'file:///']
    const found = stranger.packed.flatMap((path) => {
      const text = readFileSync(join(stranger.installed, path), 'latin1')
      return prefixes.filter((prefix) => text.includes(prefix)).map((prefix) => `${path}: ${prefix}`)
    })
    expect(found).toEqual([])
  })
})

describe('installed without a network', () => {
  test('brings no other package', () => {
    const { dependencies = {}, optionalDependencies = {}, bundleDependencies = [] } = manifest()
    expect({ dependencies, optionalDependencies, bundleDependencies }).toEqual({
      dependencies: {},
      optionalDependencies: {},
      bundleDependencies: [],
    })
    const others = readdirSync(join(stranger.folder, 'node_modules')).filter((name) => !name.startsWith('.'))
    expect(others).toEqual(['kernel-connector'])
  })

  test('has only peers that may be missing', () => {
    const { peerDependencies = {}, peerDependenciesMeta = {} } = manifest()
    expect(Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true)).toEqual([])
  })

  test('runs nothing when it is installed', () => {
    const { scripts = {} } = manifest()
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([])
  })

  test('is imported by every entry and carries a message, by its own bytes and by kernel.wasm', async () => {
    write(stranger.folder, 'program.mjs', PROGRAM)
    const told = JSON.parse(await run(stranger.folder, 'program.mjs'))
    expect(told).toEqual({
      embedded: ANSWER,
      fromFile: ANSWER,
      slim: ANSWER,
      debug: ANSWER,
      connector: expect.any(Number),
    })
    expect(told.connector).toBeGreaterThan(0)
  })

  test('has the debug build in the place of the other one, on a condition', async () => {
    write(stranger.folder, 'late.mjs', LOOKS_TOO_LATE)
    expect(await run(stranger.folder, 'late.mjs')).toBe('4\n')
    const told = await run(stranger.folder, '--conditions=kernel-connector-debug', 'late.mjs')
    expect(told).toContain('the message of reserve() is over')
  })

  test.each(Object.entries(UNCAUGHT))('prints %s, that nobody catches, in few lines', (_, [said, program]) => {
    write(stranger.folder, 'uncaught.mjs', program)
    const { stderr: printed } = tryOut(stranger.folder, 'uncaught.mjs')
    const lines = printed.split('\n')
    expect(lines.find((line) => /^\w*Error: /.test(line))).toBe(said)
    expect(printed).toMatch(/\/uncaught\.mjs:\d+:\d+/)
    expect(printed.length).toBeLessThan(4000)
    expect(lines.filter((line) => line.length > 300)).toEqual([])
  })

  test('has a command, whose kernel other entries take for one of theirs', async () => {
    write(stranger.folder, 'recorded.mjs', RECORDED)
    const command = 'node_modules/kernel-connector/dist/cli/kernel-connector.js'
    expect(await run(stranger.folder, command, 'record', 'recorded.mjs')).toBe('loss\ntrue\n')
  })

  test.each(['nodenext', 'bundler'] as const)('has types for the compiler, moduleResolution %s', async (resolution) => {
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    write(stranger.folder, 'typed.ts', TYPED)
    write(stranger.folder, `tsconfig.${resolution}.json`, tsconfig(resolution))
    expect(await run(stranger.folder, compiler, '--project', `tsconfig.${resolution}.json`)).toBe('')
  })

  test('has types that its importers find, by what @arethetypeswrong/cli says', async () => {
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js')
    const told = await run(stranger.folder, attw, stranger.tarball, '--profile', 'esm-only', '--format', 'json')
    const { analysis, problems } = JSON.parse(told) as AttwReport
    // The package is for ES modules; what CommonJS and the Node of long ago make of it is told all the same.
    const ours = Object.values(problems).flat()
    expect(ours.filter(({ resolutionKind }) => !/^(node10|node16-cjs)$/.test(resolutionKind))).toEqual([])
    const entries = Object.keys(manifest().exports)
    expect(Object.keys(analysis.entrypoints).sort()).toEqual(entries.sort())
  })
})
