// What the documents say is so: their code runs and gives what its comments claim, their commands and links lead somewhere.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { readText } from '../support/files.js'
import { buildPackage, runNode } from '../support/run-node.js'
import { anchorsOf, blocksOf, DOCUMENTS, linksOf } from './markdown.js'
import { claimsOf, runBlock } from './run-block.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const onRelease = process.env.KERNEL_BUILD === 'release'

const blocks = DOCUMENTS.flatMap(blocksOf)
const programs = blocks.filter(({ language }) => language === 'js' || language === 'ts')
const scripts = (JSON.parse(readText('package.json')) as { scripts: Record<string, string> }).scripts

describe('the code', () => {
  test.each(programs)('$at runs, and its comments are true', runBlock)

  test('there is some for each user, and all of it claims something', () => {
    expect(programs.filter(({ at }) => at.startsWith('README.md')).length).toBeGreaterThanOrEqual(4)
    expect(programs.filter((block) => claimsOf(block).length === 0).map(({ at }) => at)).toEqual([])
  })

  test.each([
    '1 + 1 // -> 3',
    'const two = 2 // -> 3',
    "console.log('one') // -> 'two'",
    'null // throws Error',
    "throw new Error('from the block')",
    'if (!true) {\n  1 // -> 1\n}',
  ])('%j would be noticed', async (code) => {
    await expect(runBlock({ at: 'here', language: 'js', code })).rejects.toThrow()
  })

  test.runIf(onRelease)('its types are right', () => {
    mkdirSync(join(root, 'build'), { recursive: true })
    const folder = mkdtempSync(join(root, 'build/docs-'))
    try {
      // As strict as what tsc --init makes for a reader's project.
      const include = ['*.ts', '../../src/machine/wasm.d.ts']
      writeFileSync(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ extends: '../../tsconfig.json', include, exclude: [] }),
      )
      for (const { at, code } of programs) {
        writeFileSync(join(folder, `${at.replace(/\W/g, '-')}.ts`), `${code}\nexport {}\n`)
      }
      expect(typeErrors(folder)).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

/** What the TypeScript compiler says about the files of this folder; the rest is for `npm run typecheck`. */
function typeErrors(folder: string): string[] {
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--project', folder], {
      cwd: folder,
    })
    return []
  } catch (error) {
    const said = String((error as { stdout?: Buffer }).stdout)
    return said.split('\n').filter((line) => /^[\w-]+\.ts/.test(line))
  }
}

describe('commands', () => {
  const text = DOCUMENTS.map(readText).join('\n')

  test('every npm script that is named exists', () => {
    const named = [...text.matchAll(/\bnpm (?:run (?:--silent )?([\w:]+)|(start|test)\b)/g)].map(
      (m) => m[1] ?? m[2] ?? '',
    )
    expect(named.length).toBeGreaterThan(5)
    expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([])
  })

  test('every program and every path after a command exists', () => {
    const named = [...text.matchAll(/\bnode ([\w./-]+\.m?js)\b/g), ...text.matchAll(/conformance -- ((?:\w+\/)+\w*)/g)]
    const missing = named
      .map((m) => m[1] ?? '')
      .filter((path) => !path.startsWith('dist/') && !existsSync(join(root, path)))
    expect(missing).toEqual([])
  })

  test('the two that come first are those of package.json', () => {
    const shell = blocksOf('README.md').find(({ language }) => language === 'sh')
    expect(shell?.code).toBe('npm ci && npm start\nnpm ci && npm test')
  })
})

describe('links', () => {
  test.each(DOCUMENTS)('%s', (path) => {
    const broken = linksOf(path).filter((link) => {
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? path : normalize(join(dirname(path), file))
      if (!existsSync(join(root, target))) return true
      return anchor !== undefined && !anchorsOf(target).includes(anchor)
    })
    expect(broken).toEqual([])
  })

  test('README.md names the package, and the tarball that npm pack makes', () => {
    const { name, version } = JSON.parse(readText('package.json')) as { name: string; version: string }
    expect(readText('README.md').split('\n')[0]).toBe(`# ${name}`)
    expect(readText('README.md')).toContain(`\`${name}-${version}.tgz\``)
  })
})

describe.runIf(onRelease)('the output that README.md shows', () => {
  beforeAll(buildPackage)

  test('is what npm start prints', async () => {
    const { status, stdout } = await runNode(['dist/cli/kernel-connector.js', 'demo'])
    expect(status).toBe(0)
    const printed = stdout.split('\n').map((line) => line.trimEnd())
    const excerpt = blocksOf('README.md').find(({ language }) => language === 'text')
    let at = 0
    let gap = true
    for (const line of excerpt?.code.split('\n') ?? []) {
      if (line === '…') {
        gap = true
        continue
      }
      const found = printed.indexOf(line.trimEnd(), at)
      expect({ line, found: gap ? found >= at : found === at }).toEqual({ line, found: true })
      at = found + 1
      gap = false
    }
    expect(at).toBeGreaterThan(10)
  })
})
