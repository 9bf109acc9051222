// One program, two kernels: written against the interface, it runs on the emulated machine in its tests and on Linux in production.
// Only the line that gets the task is another one.

import { describe, expect, test } from 'vitest'
import type { Task } from '../../src/api.js'
import { boot, SystemError } from '../../src/index.js'
import {
  AF_NETLINK,
  MSG_PEEK,
  MSG_TRUNC,
  NETLINK_PKTINFO,
  NETLINK_USERSOCK,
  SO_RCVBUF,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../../src/uapi/index.js'
import { isolatedTask, titled, whyNot } from './here.js'

/** Two sockets talk; what they see is told as lines. */
async function program(task: Task): Promise<string[]> {
  const lines: string[] = []
  const tell = (what: string, call: () => unknown) => {
    try {
      lines.push(`${what}: ${JSON.stringify(call())}`)
    } catch (error) {
      lines.push(`${what}: ${error instanceof SystemError ? `${error.code} from ${error.syscall}` : String(error)}`)
    }
  }
  using server = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
  using client = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
  server.bind({ nl_pid: 71 })
  client.bind({ nl_pid: 72 })
  server.setsockopt(SOL_NETLINK, NETLINK_PKTINFO, 1)
  server.setsockopt(SOL_SOCKET, SO_RCVBUF, 4000)
  tell('taken', () => client.bind({ nl_pid: 71 }))
  tell('nobody', () => client.sendto(new Uint8Array(1), 0, { nl_pid: 99 }))
  tell('nothing', () => server.recv(new Uint8Array(9)))
  for (let size = 0; size < 12; size++)
    tell(`send ${size}`, () => client.sendto(new Uint8Array(size), 0, { nl_pid: 71 }))
  tell('peek', () => server.recv(new Uint8Array(0), MSG_PEEK | MSG_TRUNC))
  tell('receive', () => server.recvmsg({ iov: [new Uint8Array(9)] }))
  setTimeout(() => server.close(), 30)
  for await (const { data, name } of server) lines.push(`${data.length} bytes from ${name.nl_pid}`)
  tell('closed', () => server.recv(new Uint8Array(9)))
  return lines
}

test('on the emulated machine', async () => {
  const lines = await program(boot().spawn())
  expect(lines).toContain('taken: EINVAL from bind')
  expect(lines).toContain('send 11: EAGAIN from sendto')
})

describe.skipIf(whyNot)(titled('on Linux'), () => {
  test('it tells the same, line by line', async () => {
    expect(await program(isolatedTask())).toEqual(await program(boot().spawn()))
  })
})
