// docs/dependencies.md is complete: every package with its version and licence, and a reason for it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readText } from '../support/files.js'
import { tableOf } from './markdown.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const PAGE = 'docs/dependencies.md'

interface Manifest {
  readonly version: string
  readonly license: string
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>
  readonly allowScripts?: Record<string, boolean>
}

interface LockedPackage {
  readonly version?: string
  readonly license?: string
  readonly hasInstallScript?: boolean
}

interface Lock {
  readonly packages: Record<string, LockedPackage>
}

const manifest = JSON.parse(readText('package.json')) as Manifest
const site = JSON.parse(readText('site/package.json')) as Manifest
const lock = JSON.parse(readText('package-lock.json')) as Lock
const rows = new Map(tableOf(PAGE, 'package').map(([name = '', ...rest]) => [name, rest]))

/** Name in the table, version, path in the lock file. */
const used = [
  ...Object.entries(manifest.devDependencies ?? {}).map(([name, version]) => [name, version, `node_modules/${name}`]),
  ...Object.entries(site.devDependencies ?? {}).map(([name, version]) => [
    `${name} (site)`,
    version,
    `site/node_modules/${name}`,
  ]),
] as const

describe.each(used)('%s', (name, version, path) => {
  test('has a fixed version, and the table has it', () => {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(rows.get(name)?.[0]).toBe(version)
    expect(lock.packages[path]?.version).toBe(version)
  })

  test('has the licence of the table, and the table says its size and what it is for', () => {
    const [, licence, size, reason] = rows.get(name) ?? []
    expect(licence).toBe(lock.packages[path]?.license)
    expect(size).toMatch(/^[\d.]+ [KM]B$/)
    expect(reason).toMatch(/\w{3}/)
  })

  test('has a paragraph that says why it and not another', () => {
    expect(readText(PAGE)).toContain(`**${name}**`)
  })
})

test('the table has nothing else', () => {
  const names = used.map(([name]) => name as string)
  expect([...rows.keys()].filter((name) => !names.includes(name))).toEqual([])
})

test('who installs the package gets nothing else with it', () => {
  const required = Object.keys(manifest.peerDependencies ?? {}).filter(
    (name) => !manifest.peerDependenciesMeta?.[name]?.optional,
  )
  expect(Object.keys(manifest.dependencies ?? {})).toEqual([])
  expect(required).toEqual([])
})

test('every install script is refused by package.json, and named on the page', () => {
  const scripts = Object.entries(lock.packages)
    .filter(([path, { hasInstallScript }]) => hasInstallScript && existsSync(join(root, path)))
    .map(([path]) => path.replace('node_modules/', ''))
  expect(scripts.filter((name) => manifest.allowScripts?.[name] !== false)).toEqual([])
  expect(scripts.filter((name) => !/Install scripts[\s\S]*/.exec(readText(PAGE))?.[0].includes(name))).toEqual([])
})
