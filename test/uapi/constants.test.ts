// The constants: that the two files are plain, that both languages read the same numbers, and that C has them too.
import { readFileSync } from 'node:fs'
import asc from 'assemblyscript/asc'
import { describe, expect, it } from 'vitest'
import * as constants from '../../assembly/uapi/constants.js'
import * as errno from '../../assembly/uapi/errno.js'
import * as u32Constants from '../../src/uapi/u32-constants.js'
import { ask, unavailable } from './c.js'

const read = (name: string) => readFileSync(new URL(`../../assembly/uapi/${name}.ts`, import.meta.url), 'utf8')
const small: Record<string, number> = { ...constants, ...errno }
const all: Record<string, number> = { ...small, ...u32Constants }

const INSIDE = 'inside the kernel: '

/** What Debian's headers (Linux 6.1, glibc 2.36) do not have: name, value, and where the number comes from. */
const NOT_IN_HEADERS: readonly (readonly [name: string, value: number, source: string])[] = [
  ['SOCK_MAX', 11, `${INSIDE}linux/net.h; measured: types from 11 up are EINVAL`],
  ['SOCK_TYPE_MASK', 15, `${INSIDE}linux/net.h`],
  ['SO_PASSPIDFD', 76, 'asm-generic/socket.h since Linux 6.5'],
  ['SO_PEERPIDFD', 77, 'asm-generic/socket.h since Linux 6.5'],
  ['SCM_SECURITY', 3, `${INSIDE}linux/socket.h; unix(7)`],
  ['SCM_PIDFD', 4, `${INSIDE}linux/socket.h since Linux 6.5`],
  ['MSG_PROBE', 0x10, `${INSIDE}linux/socket.h; glibc calls the bit MSG_PROXY`],
  ['NL_CFG_F_NONROOT_RECV', 1, `${INSIDE}linux/netlink.h`],
  ['NL_CFG_F_NONROOT_SEND', 2, `${INSIDE}linux/netlink.h`],
  ['NETLINK_URELEASE', 1, `${INSIDE}linux/notifier.h`],
  ['CN_CBQ_NAMELEN', 32, `${INSIDE}linux/connector.h; measured: names are cut to 31 characters`],
  ['PROC_EVENT_NONZERO_EXIT', 0x20000000, 'linux/cn_proc.h since Linux 6.6; measured'],
  ['PROC_EVENT_ALL', 0xe00003c7, 'measured on Linux 6.18: the mask that means all'],
  ['TASK_COMM_LEN', 16, `${INSIDE}linux/sched.h; prctl(2) PR_SET_NAME`],
  ['__GFP_HIGH', 0x20, `${INSIDE}linux/gfp_types.h`],
  ['__GFP_IO', 0x40, `${INSIDE}linux/gfp_types.h`],
  ['__GFP_FS', 0x80, `${INSIDE}linux/gfp_types.h`],
  ['__GFP_DIRECT_RECLAIM', 0x400, `${INSIDE}linux/gfp_types.h`],
  ['__GFP_KSWAPD_RECLAIM', 0x800, `${INSIDE}linux/gfp_types.h`],
  ['GFP_NOWAIT', 0x800, `${INSIDE}linux/gfp_types.h`],
  ['GFP_ATOMIC', 0x820, `${INSIDE}linux/gfp_types.h`],
  ['GFP_KERNEL', 0xcc0, `${INSIDE}linux/gfp_types.h`],
  ['ENOTSUPP', 524, `${INSIDE}linux/errno.h`],
]

describe.each(['constants', 'errno'])('assembly/uapi/%s.ts', (name) => {
  const lines = read(name).split('\n')

  it('has nothing but comments and literals', () => {
    const plain = /^(|\/\/ .*|export const [A-Z_][A-Z0-9_]* = (0x[0-9a-f]+|-?(0|[1-9][0-9]*)))$/
    expect(lines.filter((line) => !plain.test(line) || line.length > 120)).toEqual([])
  })

  it('has every number as an i32, and every group under the name of its header', () => {
    for (const match of read(name).matchAll(/ = (.*)$/gm)) expect(Number(match[1]) | 0).toBe(Number(match[1]))
    const titles = lines
      .filter((line, i) => lines[i - 1] === '' && line.startsWith('// '))
      .slice(name === 'errno' ? 1 : 0)
    expect(titles.length).toBeGreaterThan(0)
    expect(titles.filter((title) => !title.includes('.h'))).toEqual([])
  })
})

it('AssemblyScript reads the same numbers', async () => {
  const files: Record<string, string> = {
    'constants.ts': read('constants'),
    'errno.ts': read('errno'),
    'entry.ts': "export * from './constants'\nexport * from './errno'\n",
  }
  let wasm: Uint8Array<ArrayBuffer> | undefined
  const { error, stderr } = await asc.main(['entry.ts', '-o', 'out.wasm', '--runtime', 'stub'], {
    readFile: (path) => files[path] ?? null,
    writeFile: (path, contents) => {
      if (path === 'out.wasm' && typeof contents !== 'string') wasm = new Uint8Array(contents)
    },
    listFiles: () => [],
  })
  expect(error, stderr.toString()).toBeNull()
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm ?? new Uint8Array()))
  const numbers: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(exports))
    if (value instanceof WebAssembly.Global) numbers[name] = value.value
  expect(numbers).toEqual(small)
})

it('no name is exported twice', () => {
  const names = [constants, errno, u32Constants].flatMap((module) => Object.keys(module))
  expect(names.length).toBe(new Set(names).size)
})

it('what no header shows has the value and the source that the list tells', () => {
  for (const [name, value] of NOT_IN_HEADERS) expect([name, all[name]]).toEqual([name, value])
  expect(constants.GFP_KERNEL & constants.__GFP_DIRECT_RECLAIM).not.toBe(0)
  expect(constants.GFP_ATOMIC & constants.__GFP_DIRECT_RECLAIM).toBe(0)
})

describe.skipIf(unavailable !== '')(`the C compiler${unavailable && `: NOT ASKED, ${unavailable}`}`, () => {
  it('has the same number for every name; what it does not know stands in the list', () => {
    const { values, unknown } = ask(Object.keys(all))
    const listed = new Set(NOT_IN_HEADERS.map(([name]) => name))
    expect(unknown.filter((name) => !listed.has(name))).toEqual([])
    expect(values.size).toBeGreaterThan(500)
    for (const [name, value] of values) expect([name, all[name]]).toEqual([name, value])
  })
})
