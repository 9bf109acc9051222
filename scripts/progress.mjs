// Progress and failure of a build, on stderr only: stdout belongs to the program that runs after the build.
import { spawn } from 'node:child_process'

/** A failure that the reader can act on: shown without a stack. */
export class BuildError extends Error {}

/** Runs one step and says on stderr what it is and how long it took. */
export async function step(name, run) {
  const began = performance.now()
  process.stderr.write(`build: ${name} ... `)
  try {
    const result = await run()
    process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1)} s\n`)
    return result
  } catch (error) {
    process.stderr.write('failed\n')
    throw error
  }
}

/** Runs Node on a script of an installed tool; what it printed is the error's message if it fails. */
export function runTool(script, args, { cwd, nodeArgs = [] }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeArgs, script, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    }
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new BuildError(output.trim()))))
  })
}
