// Programs of this repository as child processes.
import { execFileSync, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

const DEADLINE_MS = 120_000

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Makes dist/ what the sources say. The bundles have the release build in them, whatever build the test runs on. */
export function buildPackage(): void {
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
}

/**
 * Runs Node in the top folder, without a terminal.
 *
 * @param closeAfter closes the program's stdout when it has written that much, as `head` does
 */
export function runNode(args: readonly string[], { closeAfter = Number.POSITIVE_INFINITY } = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    const text = { stdout: '', stderr: '' }
    // A program that hangs must not outlive the test that waits for it.
    const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS)
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text.stderr += chunk
    })
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text.stdout += chunk
      if (text.stdout.length >= closeAfter) child.stdout.destroy()
    })
    child.on('error', reject)
    child.on('close', (status) => {
      clearTimeout(deadline)
      resolve({ status, ...text })
    })
  })
}
