// The rows of the table of process events.
import { beforeAll, expect, test } from 'vitest'
import { type Examples, loadExamples } from '../../src/cli/demo/examples.js'
import * as uapi from '../../src/uapi/index.js'

type Said = Pick<uapi.ProcEvent, 'what' | 'event_data'>

let examples: Examples
beforeAll(async () => {
  examples = await loadExamples()
})

const task = (pid: number) => ({ process_pid: pid, process_tgid: pid })
const fork = (parent: number, child: number, tgid = child): Said => {
  const event = { parent_pid: parent, parent_tgid: parent, child_pid: child, child_tgid: tgid }
  return { what: uapi.PROC_EVENT_FORK, event_data: { fork: event } }
}
const exec = (pid: number): Said => ({ what: uapi.PROC_EVENT_EXEC, event_data: { exec: task(pid) } })
const comm = (pid: number, name: string | Uint8Array): Said => {
  const bytes = typeof name === 'string' ? new TextEncoder().encode(name) : name
  return { what: uapi.PROC_EVENT_COMM, event_data: { comm: { ...task(pid), comm: bytes } } }
}
const exit = (pid: number, code = 0): Said => {
  const rest = { exit_code: code, exit_signal: 17, parent_pid: 1, parent_tgid: 1 }
  return { what: uapi.PROC_EVENT_EXIT, event_data: { exit: { ...task(pid), ...rest } } }
}

/** The rows of events that come a millisecond after each other. */
function rows(...events: Said[]) {
  const table = new examples.Forkstat()
  return events.map((event, i) =>
    table.row({ ...event, cpu: 0, timestamp_ns: 7n + BigInt(i) * 1_000_000n } as uapi.ProcEvent),
  )
}

test('each kind of event has a row', () => {
  const r = { ruid: 1, rgid: 3 }
  const e = { euid: 2, egid: 4 }
  const coredump = { ...task(20), parent_pid: 10, parent_tgid: 10 }
  const ptrace = (tracer: number): Said => {
    return {
      what: uapi.PROC_EVENT_PTRACE,
      event_data: { ptrace: { ...task(20), tracer_pid: tracer, tracer_tgid: tracer } },
    }
  }
  const table = rows(
    { what: uapi.PROC_EVENT_NONE, event_data: { ack: { err: 0 } } },
    fork(10, 20),
    fork(10, 21, 20),
    exec(20),
    comm(20, 'name'),
    { what: uapi.PROC_EVENT_UID, event_data: { id: { ...task(20), r, e } } },
    { what: uapi.PROC_EVENT_GID, event_data: { id: { ...task(20), r, e } } },
    { what: uapi.PROC_EVENT_SID, event_data: { sid: task(20) } },
    ptrace(10),
    ptrace(0),
    { what: uapi.PROC_EVENT_COREDUMP, event_data: { coredump } },
    exit(20, 139),
  )
  expect(table.map(({ kind, pid, info }) => `${kind} ${pid} ${info}`)).toEqual([
    'ack 0 a request was acknowledged',
    'fork 10 child 20',
    'clone 20 thread 21',
    'exec 20 ',
    'comm 20 ',
    'uid 20 real 1, effective 2',
    'gid 20 real 3, effective 4',
    'sid 20 new session',
    'ptrace 20 traced by 10',
    'ptrace 20 released',
    'core 20 child of 10',
    'exit 20 SIGSEGV, core dumped',
  ])
})

test('a process has its parent’s name, until it is renamed, or runs a program', () => {
  const table = rows(
    comm(10, 'sh'),
    fork(10, 20),
    comm(20, 'worker'),
    exec(20),
    fork(20, 30),
    fork(20, 31, 20),
    exit(31),
    exit(30),
  )
  expect(table.map(({ name }) => name)).toEqual([
    '? -> sh',
    'sh',
    'sh -> worker',
    'worker',
    '? (was worker)',
    '? (was worker)',
    '? (was worker)',
    '? (was worker)',
  ])
})

test('the end of a process tells how long it ran, if its begin was seen', () => {
  const [, , first, second] = rows(fork(1, 2), exec(2), exit(2), exit(3))
  expect(first).toMatchObject({ time: '0.002000', duration: '0.002000' })
  expect(second).toMatchObject({ time: '0.003000', duration: '', name: '?' })
})

test('a process id that is used again is another process', () => {
  const table = rows(comm(1, 'init'), fork(1, 2), comm(2, 'old'), exit(2), fork(1, 2), exit(2))
  expect(table.at(-1)).toMatchObject({ name: 'init', duration: '0.001000' })
})

test.each([
  [0, 'exit 0'],
  [0x300, 'exit 3'],
  [0xff00, 'exit 255'],
  [9, 'SIGKILL'],
  [0x80 | 6, 'SIGABRT, core dumped'],
  [40, 'signal 40'],
])('the status %i is shown as %s', (status, info) => {
  expect(rows(exit(1, status))[0]).toMatchObject({ info })
})

test.each([
  ['', "''"],
  ['two words', 'two words'],
  ['new\nline', 'new\\x0aline'],
  ['\x1b[31m', '\\x1b[31m'],
  ['näme', 'näme'],
  [Uint8Array.of(0xff, 0xfe), '\ufffd\ufffd'],
  ['a\u202eb', 'a\\x202eb'],
])('the name %j is shown as %s', (name, shown) => {
  expect(rows(comm(1, name))[0]).toMatchObject({ name: `? -> ${shown}` })
})

test('the columns of a row stand below those of the head', () => {
  const lines = rows(fork(10, 20), exit(20)).map(examples.line)
  expect([examples.HEADER, ...lines]).toEqual([
    '      Time Event      PID Info                        Duration Process',
    '  0.000000 fork        10 child 20                             ?',
    '  0.001000 exit        20 exit 0                      0.001000 ?',
  ])
})
