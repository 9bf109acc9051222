// Finds scenario files and reads them.

import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Malformed } from './json.js'
import { parseScenarios, type Scenario } from './scenario.js'

export interface ScenarioFile {
  /** The path as the user would write it. */
  readonly path: string
  /** Folder and name: `user/bind`. */
  readonly topic: string
  readonly scenarios: readonly Scenario[]
}

/** All scenarios of these files and folders; a file that is named twice is read once. @throws Malformed */
export function readScenarioFiles(paths: readonly string[]): ScenarioFile[] {
  const files = new Map<string, string>()
  for (const path of paths) for (const file of filesOf(path)) files.set(realpathSync(file), file)
  return [...files.values()].map(readScenarioFile)
}

function filesOf(path: string): string[] {
  const kind = statSync(path, { throwIfNoEntry: false })
  if (!kind) throw new Malformed(`${path}: no such file or folder`)
  if (!kind.isDirectory()) return [path]
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' })
  const found = names.filter((name) => name.endsWith('.json')).sort()
  if (found.length === 0) throw new Malformed(`${path}: no scenario files (*.json) in this folder`)
  return found.map((name) => join(path, name))
}

function readScenarioFile(path: string): ScenarioFile {
  const source = readText(path)
  const full = resolve(path)
  const topic = `${basename(dirname(full))}/${basename(full, '.json')}`
  return { path, topic, scenarios: parseScenarios(source, path) }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Malformed(`${path}: cannot be read: ${(error as Error).message}`)
  }
}
