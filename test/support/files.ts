// Source files as the tests of their style read them.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface SourceFile {
  /** From the top of the repository, with forward slashes. */
  readonly path: string
  readonly lines: string[]
}

/** The bytes of one file of the repository. */
export function readBytes(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(root, path)))
}

/** The text of one file of the repository. */
export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** Every .ts file below a folder of the repository. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .sort()
    .map((path) => ({ path, lines: readText(path).split('\n') }))
}

/** The same lines with comments and the insides of strings blanked out. */
export function codeOf(lines: string[]): string[] {
  const blank = (text: string) => text.replace(/[^\n]/g, ' ')
  return lines
    .join('\n')
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*|(["'`])(?:\\.|(?!\1)[^\\\n])*\1/g, (text, quote: string | undefined) =>
      quote ? quote + blank(text.slice(1, -1)) + quote : blank(text),
    )
    .split('\n')
}
