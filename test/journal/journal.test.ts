// kernel.journal: when it can be started, stopped and asked, and what it tells of itself.
import { describe, expect, test } from 'vitest'
import { boot, replay } from '../../src/index.js'
import { Player } from '../../src/machine/journal/index.js'
import { PACKAGE_VERSION } from '../../src/machine/journal/version.js'
import * as uapi from '../../src/uapi/index.js'
import { readText } from '../support/files.js'

test('records from boot on, or when it is told to', () => {
  expect(boot().journal.recording).toBe(false)
  const { journal } = boot({ journal: true })
  expect(journal).toMatchObject({ recording: true, calls: 0, size: 0 })
  expect(() => boot({ journal: 1 as never })).toThrow(TypeError)
})

describe('throws', () => {
  test('if it records already, or not', () => {
    const { journal } = boot()
    expect(() => journal.stop()).toThrow('the journal does not record')
    expect(() => journal.export()).toThrow('the journal does not record')
    journal.start()
    expect(() => journal.start()).toThrow('the journal records already')
    journal.stop()
    journal.start()
    journal.stop()
  })

  test('inside a callback', () => {
    const kernel = boot()
    const id = { idx: 5, val: 5 }
    const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
    const inside = (act: () => void) => {
      kernel.cn_add_callback(id, 'driver', act)
      try {
        socket.send(uapi.encodeConnectorMessage({ id }))
      } finally {
        kernel.cn_del_callback(id)
      }
    }
    expect(() => inside(() => kernel.journal.start())).toThrow('the journal cannot be started while')
    kernel.journal.start()
    expect(() => inside(() => kernel.journal.stop())).toThrow('the journal cannot be stopped while')
    expect(() => inside(() => kernel.journal.export())).toThrow('the journal cannot be exported while')
    expect(replay(kernel.journal.stop()).difference).toBeNull()
  })

  test('after the kernel was halted, for a new one', () => {
    const kernel = boot()
    kernel.halt()
    expect(() => kernel.journal.start()).toThrow('halted')
  })
})

test('goes on after an export, and what looks leaves no trace', () => {
  const kernel = boot({ journal: true })
  kernel.random()
  const first = kernel.journal.export()
  kernel.stateHash()
  kernel.inspect()
  kernel.stats()
  kernel.dmesg()
  kernel.procfs.read('/proc/net/netlink')
  expect(Buffer.from(kernel.journal.export()).equals(Buffer.from(first))).toBe(true)
  kernel.random()
  expect(kernel.journal.calls).toBe(2)
  expect(replay(kernel.journal.stop()).calls).toBe(2)
  expect(kernel.journal).toMatchObject({ recording: false, calls: 2, size: 16 })
})

test('has profile, limits and seed in its head', () => {
  const limits = { memory: 1024 * 1024, sockets: 3, tasks: 2 }
  const kernel = boot({ journal: true, profile: 'LINUX_2_6_14', limits, seed: 99 })
  const task = kernel.spawn()
  for (let n = 0; n < 3; n++) task.socket(16, 3, 2)
  expect(() => task.socket(16, 3, 2)).toThrow('ENFILE')
  const drawn = kernel.random()
  const { difference } = replay(kernel.journal.export())
  expect({ difference, drawn }).toEqual({ difference: null, drawn: boot({ seed: 99 }).random() })
})

test('tells the version of the package', () => {
  const { version } = JSON.parse(readText('package.json')) as { version: string }
  expect(PACKAGE_VERSION.join('.')).toBe(version)
  expect(new Player(boot({ journal: true }).journal.export()).version).toBe(version)
})

test('progress is told on the way, and at the end', () => {
  const kernel = boot({ journal: true })
  for (let n = 0; n < 10_000; n++) kernel.random()
  const reports: [number, number][] = []
  replay(kernel.journal.stop(), { progress: (done, total) => reports.push([done, total]) })
  expect(reports).toEqual([
    [4096, 10_000],
    [8192, 10_000],
    [10_000, 10_000],
  ])
})
