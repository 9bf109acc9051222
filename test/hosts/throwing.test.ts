// A function of the host that throws: it is recorded, the others still run, and the error comes out once, at the host call that
// caused it (DESIGN.md, "The public surface").
import { describe, expect, test } from 'vitest'
import { boot, DEFAULT_PROFILE, type Kernel, type KernelSocket, type Socket } from '../../src/index.js'
import { AF_NETLINK, GFP_KERNEL, NETLINK_USERSOCK, SOCK_RAW } from '../../src/uapi/index.js'
import { ID, message, OTHER, opened, portOf, thrownBy } from './support.js'

const boom = new Error('boom')
const bang = new Error('bang')
const throws = (error: unknown) => () => {
  throw error
}
const ALL = { idx: [{ first: 0, range: -1 }], val: [{ first: 0, range: -1 }], group: 9 }

function healthy(kernel: Kernel): void {
  let got = 0
  kernel.cn_del_callback(ID)
  kernel.cn_add_callback(ID, 'healthy', () => got++)
  opened(kernel).send(message())
  kernel.clock.runUntilIdle()
  expect(got).toBe(1)
}

describe('a callback', () => {
  test('its error comes out of send(), once, and the next message finds it there', () => {
    const kernel = boot()
    const socket = opened(kernel)
    let calls = 0
    kernel.cn_add_callback(ID, 'x', () => {
      calls++
      throw boom
    })
    expect(thrownBy(() => socket.send(message()))).toBe(boom)
    expect(kernel.dmesg()).toEqual([])
    kernel.clock.runUntilIdle()
    expect(thrownBy(() => socket.sendto(message(), 0, {}))).toBe(boom)
    expect(thrownBy(() => socket.sendmsg({ iov: [message()] }))).toBe(boom)
    expect(thrownBy(() => socket.write(message()))).toBe(boom)
    expect(calls).toBe(4)
    healthy(kernel)
  })

  test.each([undefined, null, 0, '', false])('what it throws may be anything: %j', (value) => {
    const kernel = boot()
    kernel.cn_add_callback(ID, 'x', throws(value))
    const socket = opened(kernel)
    expect(thrownBy(() => socket.send(message()))).toBe(value)
    healthy(kernel)
  })

  test('of a long message as of a short one', () => {
    const kernel = boot()
    kernel.cn_add_callback(ID, 'x', throws(boom))
    const socket = opened(kernel)
    expect(thrownBy(() => socket.send(message(ID, ...new Array<number>(16_000).fill(1))))).toBe(boom)
    healthy(kernel)
  })

  test('from the work queue: all run, and all errors come out of runUntilIdle() in order', () => {
    const kernel = boot({ profile: { ...DEFAULT_PROFILE, dispatch: 'workqueue' } })
    const socket = opened(kernel)
    const ran: number[] = []
    kernel.cn_add_callback(ID, 'x', ({ data }) => {
      ran.push(data[0] as number)
      if (data[0] === 1) throw boom
      if (data[0] === 3) throw bang
    })
    for (const byte of [1, 2, 3, 4]) expect(socket.send(message(ID, byte))).toBe(37)
    const error = thrownBy(() => kernel.clock.runUntilIdle())
    expect(error).toBeInstanceOf(AggregateError)
    expect((error as AggregateError).errors).toEqual([boom, bang])
    expect(ran).toEqual([1, 2, 3, 4])
    kernel.clock.runUntilIdle()
    healthy(kernel)
  })
})

describe('nested calls', () => {
  function nested(handle: (send: () => number) => void) {
    const kernel = boot()
    const [outer, inner] = [opened(kernel), opened(kernel)]
    kernel.cn_add_callback(OTHER, 'inner', throws(boom))
    kernel.cn_add_callback(ID, 'outer', () => handle(() => inner.send(message(OTHER))))
    return { kernel, send: () => outer.send(message()) }
  }

  test('an error that the outer callback catches is over', () => {
    const caught: unknown[] = []
    const { kernel, send } = nested((inner) => caught.push(thrownBy(inner)))
    expect(send()).toBe(36)
    expect(caught).toEqual([boom])
    healthy(kernel)
  })

  test('one that it does not catch comes out of the outer call, once', () => {
    const { kernel, send } = nested((inner) => inner())
    expect(thrownBy(send)).toBe(boom)
    healthy(kernel)
  })

  test('what it throws instead is what comes out', () => {
    const { kernel, send } = nested((inner) => {
      thrownBy(inner)
      throw bang
    })
    expect(thrownBy(send)).toBe(bang)
    healthy(kernel)
  })

  test('each nested call throws its own', () => {
    const caught: unknown[] = []
    const { kernel, send } = nested((inner) => {
      for (let i = 0; i < 3; i++) caught.push(thrownBy(inner))
    })
    expect(send()).toBe(36)
    expect(caught).toEqual([boom, boom, boom])
    healthy(kernel)
  })

  test('an error of user space that nobody catches goes the same way', () => {
    const kernel = boot()
    const [socket, closed] = [opened(kernel), opened(kernel)]
    closed.close()
    kernel.cn_add_callback(ID, 'x', () => closed.send(message()))
    expect(thrownBy(() => socket.send(message()))).toMatchObject({
      name: 'SystemError',
      code: 'EBADF',
      syscall: 'send',
    })
    healthy(kernel)
  })
})

describe('notifications', () => {
  test('everybody who asked is told, the id is registered, and cn_add_callback() throws what was thrown', () => {
    const kernel = boot()
    const told: string[] = []
    const asks = (name: string, error?: Error) =>
      kernel.requestNotification(ALL, (msg) => {
        told.push(`${name} ${msg.ack}`)
        if (error !== undefined) throw error
      })
    asks('a', boom)
    asks('b')
    asks('c', bang)
    const error = thrownBy(() => kernel.cn_add_callback(ID, 'x', () => {})) as AggregateError
    expect(error.errors).toEqual([boom, bang])
    expect(told).toEqual(['a 0', 'b 0', 'c 0'])
    expect(kernel.procfs.read('/proc/net/connector')).toContain('5:1')
    expect(thrownBy(() => kernel.cn_del_callback(ID))).toBeInstanceOf(AggregateError)
    expect(told.slice(3)).toEqual(['a 1', 'b 1', 'c 1'])
    expect(kernel.procfs.read('/proc/net/connector')).not.toContain('5:1')
    kernel.requestNotification({ ...ALL, group: 0 })
    healthy(kernel)
  })
})

describe('time', () => {
  test('timers that throw do not hold up others, nor time', () => {
    const kernel = boot()
    const fired: number[] = []
    const at = (tick: number, error?: Error) =>
      kernel.mod_timer(
        kernel.timer_setup(() => {
          fired.push(tick)
          if (error !== undefined) throw error
        }),
        tick,
      )
    at(3, bang)
    at(1, boom)
    at(2)
    const error = thrownBy(() => kernel.clock.advance(10)) as AggregateError
    expect(error.errors).toEqual([boom, bang])
    expect([fired, kernel.clock.now]).toEqual([[1, 2, 3], 10])
    at(11, boom)
    expect(thrownBy(() => kernel.clock.advance(1))).toBe(boom)
    kernel.clock.advance(1)
    healthy(kernel)
  })

  test('a throwing timer of today does not keep time from the far future', () => {
    const kernel = boot()
    kernel.mod_timer(kernel.timer_setup(throws(boom)), 1)
    expect(thrownBy(() => kernel.clock.advance(2 ** 33))).toBe(boom)
    expect(kernel.clock.now).toBe(2 ** 33)
    healthy(kernel)
  })
})

describe('hooks of a kernel socket', () => {
  function module(cfg: Parameters<Kernel['netlink_kernel_create']>[1]) {
    const kernel = boot()
    const ksock = kernel.netlink_kernel_create(20, cfg) as KernelSocket
    const socket: Socket = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, 20)
    return { kernel, ksock, socket }
  }

  test('input', () => {
    const { kernel, ksock, socket } = module({ input: throws(boom) })
    expect(thrownBy(() => socket.send(new Uint8Array(1)))).toBe(boom)
    expect(thrownBy(() => kernel.netlink_unicast(ksock, new Uint8Array(1), 0, true))).toBe(boom)
    healthy(kernel)
  })

  test('bind and unbind: each group is asked about, the socket stays sound', () => {
    const asked: string[] = []
    const { kernel, socket } = module({
      bind: (group) => {
        asked.push(`bind ${group}`)
        throw boom
      },
      unbind: (group) => {
        asked.push(`unbind ${group}`)
        throw bang
      },
    })
    expect((thrownBy(() => socket.bind({ nl_groups: 3 })) as AggregateError).errors).toEqual([boom, boom])
    expect(socket.getsockname()).toMatchObject({ nl_groups: 3 })
    expect((thrownBy(() => socket.close()) as AggregateError).errors).toEqual([bang, bang])
    expect(asked).toEqual(['bind 1', 'bind 2', 'unbind 1', 'unbind 2'])
    expect(socket.closed).toBe(true)
    healthy(kernel)
  })

  test('the filter of a broadcast', () => {
    const { kernel, ksock, socket } = module({})
    socket.bind({ nl_groups: 1 })
    const broadcast = () => kernel.netlink_broadcast_filtered(ksock, new Uint8Array(4), 0, 1, GFP_KERNEL, throws(boom))
    expect(thrownBy(broadcast)).toBe(boom)
    healthy(kernel)
  })
})

test('release notifiers: all hear of all sockets of a task that ends, and it has ended', () => {
  const kernel = boot()
  const heard: string[] = []
  for (const name of ['a', 'b']) {
    kernel.netlink_register_notifier(({ portid }) => {
      heard.push(`${name} ${portid}`)
      throw name === 'a' ? boom : bang
    })
  }
  const task = kernel.spawn()
  for (const nl_pid of [70, 71]) task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK).bind({ nl_pid })
  const error = thrownBy(() => task.exit()) as AggregateError
  expect(error.errors.flatMap((one: unknown) => (one instanceof AggregateError ? one.errors : [one]))).toEqual([
    boom,
    bang,
    boom,
    bang,
  ])
  expect(heard.sort()).toEqual(['a 70', 'a 71', 'b 70', 'b 71'])
  expect(task.alive).toBe(false)
  expect(kernel.procfs.read('/proc/net/netlink')).not.toContain(' 70 ')
})

test('a notifier that registers another does not make it hear of the same socket', () => {
  const kernel = boot()
  let heard = 0
  const notifier = () => {
    heard++
    kernel.netlink_register_notifier(notifier)
  }
  kernel.netlink_register_notifier(notifier)
  opened(kernel).close()
  expect(heard).toBe(1)
  opened(kernel).close()
  expect(heard).toBe(3)
})

describe('modules', () => {
  test('what init() throws comes out of insmod(), and the module is not loaded', () => {
    const kernel = boot()
    expect(thrownBy(() => kernel.insmod({ name: 'm', init: throws(boom) }))).toBe(boom)
    expect(kernel.rmmod('m')).toBe(-2)
    expect(kernel.insmod({ name: 'm', init: () => 0 })).toBe(0)
    healthy(kernel)
  })

  test('what exit() throws comes out of rmmod(), and the module is gone', () => {
    const kernel = boot()
    kernel.insmod({ name: 'm', init: () => 0, exit: throws(boom) })
    expect(thrownBy(() => kernel.rmmod('m'))).toBe(boom)
    expect(kernel.rmmod('m')).toBe(-2)
    healthy(kernel)
  })
})

describe('waiting', () => {
  test('what a repeated call throws rejects its promise, not the call that made room', async () => {
    const kernel = boot()
    const socket = opened(kernel)
    kernel.cn_add_callback(ID, 'x', throws(boom))
    await expect(kernel.waiting(() => socket.send(message()))).rejects.toBe(boom)
    const waiting = kernel.waiting(() => {
      socket.recv(new Uint8Array(64))
      return socket.send(message())
    })
    expect(kernel.cn_netlink_send({ id: OTHER }, portOf(socket), 0, GFP_KERNEL)).toBe(36)
    await expect(waiting).rejects.toBe(boom)
    healthy(kernel)
  })
})
