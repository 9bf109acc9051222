// A project that is not ours: packs the package, installs the tarball there without a network, runs programs in it.
import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Stranger {
  readonly folder: string
  /** Where the package lies in it. */
  readonly installed: string
  /** The tarball, in that folder. */
  readonly tarball: string
  /** The paths in the tarball. */
  readonly packed: string[]
}

interface PackReport {
  readonly filename: string
  readonly files: ReadonlyArray<{ readonly path: string }>
}

/** Packs what is in dist/ now and installs it in a new project in the system's temporary folder. */
export async function makeStranger(): Promise<Stranger> {
  const folder = mkdtempSync(join(tmpdir(), 'stranger-'))
  write(folder, 'package.json', '{ "name": "stranger", "private": true, "type": "module" }\n')
  const told = await npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder)
  const [report] = JSON.parse(told) as [PackReport]
  await npm(folder, 'install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', `./${report.filename}`)
  const packed = report.files.map(({ path }) => path)
  const installed = join(folder, 'node_modules/kernel-connector')
  return { folder, installed, tarball: join(folder, report.filename), packed }
}

export function write(folder: string, name: string, text: string): void {
  const file = join(folder, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** Runs a program of Node's in a folder and gives its standard output; an error has all that it printed. */
export async function run(folder: string, ...args: string[]): Promise<string> {
  return execute(folder, process.execPath, args)
}

/** Runs a program of Node's, and tells how it ended and what it said of that. */
export function tryOut(folder: string, ...args: string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, env: ownEnvironment, encoding: 'utf8' })
  return { status, stderr }
}

// npm tells its scripts about the project that it runs in; the stranger's npm must not hear of ours.
const ownEnvironment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')))

const npm = (folder: string, ...args: string[]) => execute(folder, 'npm', args)

async function execute(cwd: string, program: string, args: string[]): Promise<string> {
  try {
    const options = { cwd, env: ownEnvironment, maxBuffer: 2 ** 24 }
    return (await promisify(execFile)(program, args, options)).stdout
  } catch (error) {
    const { stdout, stderr, message } = error as Error & { stdout: string; stderr: string }
    throw new Error([message, stdout, stderr].join('\n'))
  }
}
