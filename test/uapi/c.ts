// The machine's C compiler and Linux headers, as a witness for numbers: generated programs print name and value.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const HEADERS = [
  'errno.h',
  'netinet/in.h',
  'poll.h',
  'signal.h',
  'stddef.h',
  'stdio.h',
  'sys/ioctl.h',
  'sys/socket.h',
  'linux/capability.h',
  'linux/cn_proc.h',
  'linux/connector.h',
  'linux/genetlink.h',
  'linux/netlink.h',
  'linux/sock_diag.h',
  'linux/sockios.h',
]

function program(expressions: readonly string[]): string {
  const includes = HEADERS.map((header) => `#include <${header}>\n`).join('')
  // The index, not the text: expressions hold commas and blanks.
  const prints = expressions.map((text, i) => `  printf("${i} %lld\\n", (long long)(${text}));\n`).join('')
  return `#define _GNU_SOURCE\n${includes}int main(void) {\n${prints}  return 0;\n}\n`
}

function compile(dir: string, expressions: readonly string[]): { ok: boolean; errors: string } {
  writeFileSync(join(dir, 'ask.c'), program(expressions))
  const args = ['-w', '-o', join(dir, 'ask'), join(dir, 'ask.c')]
  const run = spawnSync('cc', args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
  return { ok: run.status === 0, errors: run.stderr ?? String(run.error) }
}

function inTemporaryDirectory<T>(body: (dir: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'uapi-'))
  try {
    return body(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Why C cannot be asked here, or an empty string if it can. */
export const unavailable: string =
  process.platform !== 'linux'
    ? 'not on Linux'
    : inTemporaryDirectory((dir) => (compile(dir, ['0']).ok ? '' : 'no C compiler, or no Linux headers'))

/**
 * The values of C expressions. What the headers do not know (an identifier or a struct) is left out of the answer: such
 * expressions stand in `unknown`.
 */
export function ask(expressions: readonly string[]): { values: Map<string, number>; unknown: string[] } {
  return inTemporaryDirectory((dir) => {
    let known = [...expressions]
    let result = compile(dir, known)
    if (!result.ok) {
      const missing = new Set([...result.errors.matchAll(/ask\.c:(\d+):\d+: error:/g)].map((match) => Number(match[1])))
      const firstLine = HEADERS.length + 3
      known = known.filter((_, i) => !missing.has(firstLine + i))
      result = compile(dir, known)
    }
    if (!result.ok) throw new Error(result.errors)
    const { stdout } = spawnSync(join(dir, 'ask'), { encoding: 'utf8' })
    const values = new Map<string, number>()
    for (const line of stdout.trim().split('\n')) {
      const [index, value] = line.split(' ')
      values.set(known[Number(index)] ?? '', Number(value))
    }
    return { values, unknown: expressions.filter((text) => !values.has(text)) }
  })
}
