// The `needs` of a scenario: the world it wants, and for which kernels its answers hold.

import type { Place } from './json.js'

const WORLDS = ['usersock', 'connector', 'rtnetlink', 'genetlink', 'kernel-module'] as const
export type WorldName = (typeof WORLDS)[number]

export interface Needs {
  readonly text: string
  readonly world: WorldName
  /** Answers that changed with a version: held before it, or from it on. */
  readonly version: { readonly when: 'before' | 'later'; readonly than: readonly number[] } | undefined
  /** Whose allocator the numbers of "memory accounting of ..." belong to. */
  readonly accountingOf: string | undefined
}

export function parseNeeds(text: string, at: Place): Needs {
  const [head, ...details] = text.split(', ')
  const world = WORLDS.find((name) => name === head)
  if (world === undefined) return at.fail(`must begin with one of ${WORLDS.join(', ')}, not "${head}"`)
  const needs = { text, world, version: parseVersion(text), accountingOf: undefined as string | undefined }
  for (const detail of details) {
    if (detail.startsWith('memory accounting of ')) needs.accountingOf = detail.slice('memory accounting of '.length)
  }
  return needs
}

function parseVersion(text: string): Needs['version'] {
  const before = /\bLinux before (\d+(?:\.\d+)*)/.exec(text)
  const later = /\bLinux (\d+(?:\.\d+)*) or later/.exec(text)
  const found = before ?? later
  return found ? { when: before ? 'before' : 'later', than: found[1]!.split('.').map(Number) } : undefined
}

/** Whether answers that hold before or from a version are those of the kernel with version `here`. */
export function holdsFor(version: Needs['version'], here: readonly number[]): boolean {
  if (version === undefined) return true
  return isOlder(here, version.than) === (version.when === 'before')
}

function isOlder(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
