// A kernel that goes on from a snapshot: tasks, sockets, callbacks, hooks, timers; what nobody binds again is listed.
import { describe, expect, test } from 'vitest'
import type { Kernel, KernelSocket, Module, Socket, Task, Timer } from '../../src/api.js'
import { boot, restore } from '../../src/index.js'
import {
  AF_NETLINK,
  encodeConnectorMessage,
  GFP_KERNEL,
  NETLINK_CONNECTOR,
  NETLINK_USERSOCK,
  SOCK_DGRAM,
} from '../../src/uapi/index.js'

const ID = { idx: 14, val: 1 }

function open(task: Task, protocol = NETLINK_CONNECTOR): Socket {
  return task.socket(AF_NETLINK, SOCK_DGRAM, protocol)
}

function only<T>(list: readonly T[]): T {
  expect(list).toHaveLength(1)
  return list[0] as T
}

/** A module with one of everything. */
function ticker(heard: string[]): Module {
  let timer: Timer
  let kernel: Kernel
  const tick = () => {
    heard.push(`tick at ${kernel.jiffies}`)
    kernel.mod_timer(timer, kernel.jiffies + 10)
  }
  const hooks = { groups: 4, input: () => void heard.push('input'), bind: () => heard.push('bind') * 0 }
  const callback = () => void heard.push('callback')
  const notice = () => void heard.push('notice')
  const request = { idx: [{ first: 90, range: 1 }], val: [{ first: 0, range: 9 }], group: 7 }
  return {
    name: 'ticker',
    init(given) {
      kernel = given
      kernel.cn_add_callback(ID, 'ticker', callback)
      kernel.netlink_kernel_create(20, hooks)
      kernel.requestNotification(request, notice)
      kernel.netlink_register_notifier(({ portid }) => heard.push(`released ${portid}`))
      timer = kernel.timer_setup(tick, 'tick')
      return kernel.mod_timer(timer, 10)
    },
    restore(given, bind) {
      kernel = given
      expect(bind.callback(ID, callback)).toBe(true)
      expect(bind.callback(ID, callback)).toBe(false)
      expect(bind.socket(20, hooks)?.protocol).toBe(20)
      expect(bind.socket(20, hooks)).toBeNull()
      expect(bind.notification(request, notice)).toBe(true)
      bind.notifier(({ portid }) => heard.push(`released ${portid}`))
      timer = bind.timer('tick', tick)
      expect(timer.pending).toBe(true)
    },
  }
}

function scene(kernel: Kernel): void {
  const task = only(kernel.tasks())
  const socket = only(kernel.sockets(task))
  socket.send(encodeConnectorMessage({ id: ID }))
  open(task, 20).bind({ nl_pid: 77, nl_groups: 1 })
  const other = kernel.sockets(task)[1] as Socket
  other.send(new Uint8Array(20))
  other.close()
  kernel.cn_add_callback({ idx: 90, val: 2 }, 'noticed', () => {})
  kernel.clock.advance(25)
}

function withTicker(): { kernel: Kernel; heard: string[] } {
  const heard: string[] = []
  const kernel = boot({ seed: 5 })
  expect(kernel.insmod(ticker(heard))).toBe(0)
  open(kernel.spawn({ comm: 'listener' })).bind({ nl_pid: 9, nl_groups: 1 })
  kernel.clock.advance(15)
  return { kernel, heard }
}

describe('restore', () => {
  test.each(['snapshot', 'bytes'])('a module binds what is its own, and the machine goes on (%s)', (form) => {
    const { kernel, heard } = withTicker()
    const snapshot = kernel.snapshot()
    heard.length = 0
    scene(kernel)
    const again: string[] = []
    const twin = restore(form === 'bytes' ? snapshot.export() : snapshot, { modules: [ticker(again)] })
    expect(twin.unbound).toEqual([])
    expect(twin.stateHash()).toBe(snapshot.stateHash)
    scene(twin)
    expect(again).toEqual(heard)
    expect(heard).toEqual([
      'callback',
      'bind',
      'input',
      'released 77',
      'notice',
      'tick at 20',
      'tick at 30',
      'tick at 40',
    ])
    expect(twin.stateHash()).toBe(kernel.stateHash())
  })

  test('what is not bound again is listed, and does nothing', () => {
    const { kernel } = withTicker()
    kernel.cn_add_callback({ idx: 3, val: 4 }, 'mine', () => {})
    kernel.mod_timer(
      kernel.timer_setup(() => {}),
      50,
    )
    const twin = restore(kernel.snapshot())
    expect(twin.unbound).toEqual([
      'module ticker',
      'callback 14:1 (ticker)',
      'callback 3:4 (mine)',
      'kernel socket of protocol 20',
      'notification request of group 7',
      'release notifier',
      'timer tick of module ticker',
      'timer without a name',
    ])
    scene(twin)
    expect(
      restore(kernel.snapshot(), { callbacks: [{ id: { idx: 3, val: 4 }, callback: () => {} }] }).unbound,
    ).not.toContain('callback 3:4 (mine)')
  })

  test('tasks, threads and sockets are found, with what they had queued', () => {
    const kernel = boot()
    const init = kernel.spawn({ comm: 'shell', uid: 1000, netns: 'inner' })
    const child = init.fork({ pid: 4000 })
    const thread = child.thread()
    thread.setcomm('worker')
    const receiver = open(child, NETLINK_USERSOCK)
    receiver.bind({ nl_pid: 12 })
    open(thread, NETLINK_USERSOCK).sendto(Uint8Array.of(1, 2, 3), 0, { nl_pid: 12 })
    const twin = restore(kernel.snapshot().export())
    const [first, second, third] = twin.tasks() as [Task, Task, Task]
    expect([first, second, third].map(({ pid, tgid, comm }) => [pid, tgid, comm])).toEqual([
      [init.pid, init.pid, 'shell'],
      [4000, 4000, 'shell'],
      [thread.pid, 4000, 'worker'],
    ])
    const sockets = twin.sockets(second)
    expect(sockets.map((socket) => twin.socketId(socket))).toEqual([
      kernel.socketId(receiver),
      kernel.socketId(receiver) + 1,
    ])
    const buffer = new Uint8Array(8)
    expect(sockets[0]?.recv(buffer)).toBe(3)
    expect([...buffer.subarray(0, 3)]).toEqual([1, 2, 3])
    second.exit()
    expect([first, second, third].map(({ alive }) => alive)).toEqual([true, false, false])
    expect(sockets.every(({ closed }) => closed)).toBe(true)
    expect(twin.tasks()).toEqual([first])
  })

  test('the original is not touched, and a snapshot serves many times', () => {
    const { kernel } = withTicker()
    const snapshot = kernel.snapshot()
    const before = kernel.stateHash()
    const hashes = [1, 2, 3].map(() => {
      const twin = restore(snapshot)
      twin.clock.advance(100)
      return twin.stateHash()
    })
    expect(new Set(hashes).size).toBe(1)
    expect(kernel.stateHash()).toBe(before)
    expect(snapshot.stateHash).toBe(before)
  })

  test('memory pressure and limits come along', () => {
    const kernel = boot({ limits: { memory: 131072 } })
    kernel.memoryPressure = 'high'
    const twin = restore(kernel.snapshot())
    expect(twin.memoryPressure).toBe('high')
    expect(twin.stateHash()).toBe(kernel.stateHash())
    expect(boot({ limits: { memory: 262144 } }).stateHash()).not.toBe(boot({ limits: { memory: 131072 } }).stateHash())
  })

  test.each([null, 3, 'text', {}])('%j is no snapshot', (given) => {
    expect(() => restore(given as never)).toThrow(TypeError)
  })
})

describe('rewind', () => {
  test('sockets and tasks that were closed since are open again, those made since are not', () => {
    const kernel = boot()
    const task = kernel.spawn()
    const socket = open(task)
    socket.bind({ nl_pid: 5 })
    const snapshot = kernel.snapshot()
    socket.close()
    const late = open(task)
    task.exit()
    const born = kernel.spawn()
    kernel.rewind(snapshot)
    expect([task.alive, socket.closed, late.closed, born.alive]).toEqual([true, false, true, false])
    expect(socket.getsockname().nl_pid).toBe(5)
    expect(() => late.getsockname()).toThrow('EBADF')
    expect(() => born.fork()).toThrow('ESRCH')
    expect(kernel.tasks()).toEqual([task])
    expect(kernel.sockets(task)).toEqual([socket])
  })

  test('timers, kernel sockets and modules are as they were', () => {
    const kernel = boot()
    let fired = 0
    const timer = kernel.timer_setup(() => fired++)
    kernel.mod_timer(timer, 10)
    const ksock = kernel.netlink_kernel_create(20) as KernelSocket
    kernel.insmod({ name: 'one', init: () => 0 })
    const snapshot = kernel.snapshot()
    kernel.clock.advance(20)
    kernel.netlink_kernel_release(ksock)
    kernel.rmmod('one')
    kernel.insmod({ name: 'two', init: () => 0 })
    expect([fired, timer.pending]).toEqual([1, false])
    kernel.rewind(snapshot)
    expect(timer.pending).toBe(true)
    expect(kernel.procfs.read('/proc/modules')).toMatch(/^one /)
    expect(kernel.netlink_has_listeners(ksock, 1)).toBe(false)
    kernel.clock.advance(20)
    expect(fired).toBe(2)
    expect(kernel.rmmod('two')).toBe(-2)
    expect(kernel.rmmod('one')).toBe(0)
  })

  test('whoever waits is told', async () => {
    const kernel = boot()
    const socket = open(kernel.spawn(), NETLINK_USERSOCK)
    const snapshot = kernel.snapshot()
    const waits = socket.readable()
    kernel.rewind(snapshot)
    await expect(waits).rejects.toMatchObject({ code: 'ECANCELED' })
    const again = socket.readable({ signal: AbortSignal.timeout(1) })
    await expect(again).rejects.toThrow()
  })

  test('only to snapshots of the same kernel, and never from inside', () => {
    const kernel = boot()
    const snapshot = kernel.snapshot()
    expect(() => boot().rewind(snapshot)).toThrow(TypeError)
    expect(() => kernel.rewind(restore(snapshot).snapshot())).toThrow(TypeError)
    const errors: unknown[] = []
    kernel.cn_add_callback(ID, 'inside', () => {
      for (const act of [() => kernel.snapshot(), () => kernel.rewind(snapshot)]) {
        try {
          act()
        } catch (error) {
          errors.push(error)
        }
      }
    })
    open(kernel.spawn()).send(encodeConnectorMessage({ id: ID }))
    expect(errors.map(String)).toEqual([expect.stringContaining('snapshot'), expect.stringContaining('rewind')])
  })

  test('a hundred branches of one state', () => {
    const kernel = boot()
    const task = kernel.spawn()
    const snapshot = kernel.snapshot()
    const hashes = new Set<string>()
    for (let branch = 0; branch < 100; branch++) {
      kernel.rewind(snapshot)
      open(task, NETLINK_USERSOCK).bind({ nl_pid: 100 + branch })
      kernel.cn_netlink_send({ id: ID, data: new Uint8Array(branch) }, 0, 1, GFP_KERNEL)
      hashes.add(kernel.stateHash())
    }
    expect(hashes.size).toBe(100)
  })
})
