// Builds the Linux half into build/bench/ with the machine's C compiler, when a source is newer than the program.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const here = fileURLToPath(new URL('.', import.meta.url))
const folder = fileURLToPath(new URL('../../build/bench/', import.meta.url))
const program = `${folder}netlink-bench`
const FLAGS = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror']

/** { program }, or { unavailable: why } where it cannot be built. */
export async function buildNative() {
  const sources = readdirSync(here).filter((name) => /\.[ch]$/.test(name))
  if (isCurrent(sources)) return { program }
  mkdirSync(folder, { recursive: true })
  const compiler = process.env.CC ?? 'cc'
  const files = sources.filter((name) => name.endsWith('.c')).map((name) => here + name)
  try {
    await promisify(execFile)(compiler, [...FLAGS, '-o', program, ...files])
    return { program }
  } catch (error) {
    if (error.code === 'ENOENT') return { unavailable: `no C compiler (${compiler}) to build its half with` }
    return {
      unavailable: `${compiler} could not build its half: ${error.stderr?.trim().split('\n')[0] ?? error.message}`,
    }
  }
}

function isCurrent(sources) {
  if (!existsSync(program)) return false
  const built = statSync(program).mtimeMs
  return sources.every((name) => statSync(here + name).mtimeMs < built)
}
