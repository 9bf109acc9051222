// A tap that acts all the same: the call throws, and whatever it would have ended goes on.
import { expect, test, vi } from 'vitest'
import type { Kernel, KernelSocket, Socket, Task } from '../../src/api.js'
import { boot } from '../../src/index.js'
import { AF_NETLINK, NETLINK_USERSOCK, SOCK_DGRAM } from '../../src/uapi/index.js'

const UNIT = 25

interface Scene {
  readonly kernel: Kernel
  readonly task: Task
  readonly socket: Socket
  readonly ksock: KernelSocket
}

function sceneOf(kernel: Kernel): Scene {
  const task = kernel.spawn({ comm: 'actor' })
  const socket = task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
  socket.bind({ nl_pid: 7 })
  kernel.insmod({ name: 'loaded', init: () => 0 })
  return { kernel, task, socket, ksock: kernel.netlink_kernel_create(UNIT, {}) as KernelSocket }
}

/** What the host says of it, and what the kernel does. */
function described({ kernel, task, socket, ksock }: Scene) {
  const { sockets, tasks } = kernel.stats()
  const said = { closed: socket.closed, alive: task.alive, comm: task.comm }
  return { sockets, tasks, said, ksock: kernel.netlink_has_listeners(ksock, 1) }
}

const ACTS: Readonly<Record<string, (scene: Scene) => void>> = {
  'closes a socket': ({ socket }) => socket.close(),
  'ends a task': ({ task }) => task.exit(),
  'kills a task': ({ task }) => task.kill(9),
  'has a task run another program': ({ task }) => task.exec('other'),
  'names a task': ({ task }) => task.setcomm('other'),
  'unloads a module': ({ kernel }) => kernel.rmmod('loaded'),
  'releases a kernel socket': ({ kernel, ksock }) => kernel.netlink_kernel_release(ksock),
  'reserves a message': ({ socket }) => socket.reserve(4),
}

test.each(Object.entries(ACTS))('one that %s changes nothing', (_, act) => {
  const scene = sceneOf(boot())
  const { kernel, socket } = scene
  const send = () => socket.sendto(Uint8Array.of(1, 2), 0, { nl_pid: 7 })
  send()
  const before = described(scene)
  const tap = kernel.tap(() => act(scene))
  expect(send).toThrow('must not call the kernel')
  tap.remove()
  expect(described(scene)).toEqual(before)
  expect([socket.recv(new Uint8Array(2)), socket.recv(new Uint8Array(2))]).toEqual([2, 2])
  expect(() => act(scene)).not.toThrow()
})

test('one that closes a socket leaves it what it has reserved', () => {
  const { kernel, socket, task } = sceneOf(boot())
  const sender = task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
  sender.connect({ nl_pid: 7 })
  const { bytes } = socket.reserve(4)
  bytes.fill(3)
  const tap = kernel.tap(() => socket.close())
  expect(() => sender.send(Uint8Array.of(1))).toThrow('must not call the kernel')
  tap.remove()
  socket.connect({ nl_pid: 7 })
  expect(socket.commit()).toBe(4)
})

test('one that unloads a module leaves it its exit()', () => {
  const { kernel, socket } = sceneOf(boot())
  const exit = vi.fn()
  kernel.insmod({ name: 'other', init: () => 0, exit })
  const tap = kernel.tap(() => kernel.rmmod('other'))
  expect(() => socket.sendto(Uint8Array.of(1), 0, { nl_pid: 7 })).toThrow('must not call the kernel')
  tap.remove()
  expect([kernel.rmmod('other'), exit.mock.calls.length]).toEqual([0, 1])
})

test('one that receives into an array does not get what is received into another', () => {
  const { kernel, socket } = sceneOf(boot())
  const send = (byte: number) => socket.sendto(Uint8Array.of(byte), 0, { nl_pid: 7 })
  const [room, other] = [new Uint8Array(1), new Uint8Array(1)]
  const acts = () => expect(() => socket.recv(other)).toThrow('must not call the kernel')
  for (const byte of [1, 2, 3]) {
    send(byte)
    socket.recv(room)
  }
  send(4)
  const tap = kernel.tap(() => {
    acts()
    acts()
  })
  expect([socket.recv(room), room[0], other[0]]).toEqual([1, 4, 0])
  tap.remove()
})
