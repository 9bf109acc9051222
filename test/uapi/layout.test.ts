// The offsets and sizes of src/uapi/layout.ts against offsetof and sizeof.
import { describe, expect, it } from 'vitest'
import * as layouts from '../../src/uapi/layout.js'
import { ask, unavailable } from './c.js'

const { PROC_EVENT_DATA, ...layout } = layouts
const structs: Readonly<Record<string, Readonly<Record<string, number>>>> = layout

/** The structs that Debian's headers have, and C's path of a field where it is not its name. */
const STRUCTS = {
  NLMSGHDR: ['struct nlmsghdr', {}],
  NLMSGERR: ['struct nlmsgerr', {}],
  SOCKADDR_NL: ['struct sockaddr_nl', {}],
  NL_PKTINFO: ['struct nl_pktinfo', {}],
  UCRED: ['struct ucred', {}],
  CN_MSG: ['struct cn_msg', { idx: 'id.idx', val: 'id.val' }],
  PROC_EVENT: ['struct proc_event', {}],
} as const

/** Structs that they do not have: 32-bit words in order. And where the order is from. */
const NOT_IN_HEADERS = {
  CN_CTL_MSG: 'linux/connector.h of old Linux 2.6',
  CN_NOTIFY_REQ: 'linux/connector.h of old Linux 2.6',
  PROC_INPUT: 'linux/cn_proc.h since Linux 6.6; measured with requests of 8 bytes',
} as const

/** C expression and what it must be, for every number of layout.ts that a header has. */
function expectations(): Map<string, number> {
  const wanted = new Map<string, number>()
  for (const [name, [struct, paths]] of Object.entries(STRUCTS)) {
    const { size, ...fields } = structs[name] ?? {}
    wanted.set(`sizeof(${struct})`, size ?? 0)
    for (const [field, offset] of Object.entries(fields)) {
      wanted.set(`offsetof(${struct}, ${(paths as Record<string, string>)[field] ?? field})`, offset)
    }
  }
  for (const [member, fields] of Object.entries(PROC_EVENT_DATA)) {
    for (const [field, offset] of Object.entries(fields)) {
      wanted.set(`offsetof(struct proc_event, event_data.${member}.${field})`, offset)
    }
  }
  return wanted
}

describe.skipIf(unavailable !== '')(`the C compiler${unavailable && `: NOT ASKED, ${unavailable}`}`, () => {
  it('has every struct and field at the same place', () => {
    const wanted = expectations()
    const { values, unknown } = ask([...wanted.keys()])
    expect(unknown).toEqual([])
    expect(Object.fromEntries(values)).toEqual(Object.fromEntries(wanted))
  })

  it('has fields of the widths that the codecs use', () => {
    const widths: Record<string, number> = {
      'sizeof(((struct nlmsghdr *)0)->nlmsg_type)': 2,
      'sizeof(((struct nlmsghdr *)0)->nlmsg_flags)': 2,
      'sizeof(((struct sockaddr_nl *)0)->nl_family)': 2,
      'sizeof(((struct sockaddr_nl *)0)->nl_pad)': 2,
      'sizeof(((struct cn_msg *)0)->len)': 2,
      'sizeof(((struct cn_msg *)0)->flags)': 2,
      'sizeof(((struct proc_event *)0)->timestamp_ns)': 8,
      'sizeof(((struct proc_event *)0)->event_data)': 24,
      'sizeof(((struct proc_event *)0)->event_data.comm.comm)': 16,
      // Signed or not: -1 stays below 0 or does not.
      '((struct ucred){.pid = -1}).pid < 0': 1,
      '((struct ucred){.uid = -1}).uid < 0': 0,
      '((struct nlmsgerr){.error = -1}).error < 0': 1,
      '((struct proc_event){.event_data.fork.child_pid = -1}).event_data.fork.child_pid < 0': 1,
      '((struct proc_event){.event_data.exit.process_tgid = -1}).event_data.exit.process_tgid < 0': 1,
      '((struct proc_event){.event_data.exit.exit_code = -1}).event_data.exit.exit_code < 0': 0,
      '((struct proc_event){.event_data.exit.exit_signal = -1}).event_data.exit.exit_signal < 0': 0,
      '((struct proc_event){.event_data.id.r.ruid = -1}).event_data.id.r.ruid < 0': 0,
      '((struct proc_event){.event_data.ack.err = -1}).event_data.ack.err < 0': 0,
    }
    const { values, unknown } = ask(Object.keys(widths))
    expect(unknown).toEqual([])
    expect(Object.fromEntries(values)).toEqual(widths)
  })
})

it.each(Object.entries(NOT_IN_HEADERS))('%s is words in order (%s)', (name) => {
  const { size, ...fields } = structs[name] ?? {}
  const offsets = Object.values(fields)
  expect(offsets).toEqual(offsets.map((_, i) => 4 * i))
  expect(size).toBe(4 * offsets.length)
})

it('leaves no struct unchecked', () => {
  const checked = [...Object.keys(STRUCTS), ...Object.keys(NOT_IN_HEADERS)]
  expect(Object.keys(structs).sort()).toEqual(checked.sort())
})
