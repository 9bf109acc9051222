// A snapshot made by one build goes on in the other: messages that are queued, and what is freed and taken afterwards.
import { expect, test } from 'vitest'
import { boot, restore } from '../../src/index.js'
import { AF_NETLINK, NETLINK_USERSOCK, SOCK_DGRAM } from '../../src/uapi/index.js'
import { readBytes } from '../support/files.js'

const SIZES = [1, 60, 61, 100, 124, 125, 700, 5000, 20000]
const moduleOf = (build: string) => new WebAssembly.Module(readBytes(`build/${build}.wasm`))

test.each([
  ['release', 'debug'],
  ['debug', 'release'],
])('from %s to %s', (from, to) => {
  const kernel = boot({ module: moduleOf(from) })
  const task = kernel.spawn()
  const [sender, receiver] = [0, 1].map(() => task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK))
  receiver?.bind({ nl_pid: 7 })
  for (const size of SIZES) sender?.sendto(new Uint8Array(size).fill(size), 0, { nl_pid: 7 })
  const twin = restore(kernel.snapshot().export(), { module: moduleOf(to) })
  expect(twin.stateHash()).toBe(kernel.stateHash())
  const [first, second] = twin.sockets(twin.tasks()[0] as typeof task)
  const buffer = new Uint8Array(30000)
  for (const size of SIZES) {
    expect(second?.recv(buffer)).toBe(size)
    expect(buffer[size - 1]).toBe(size & 0xff)
    first?.sendto(new Uint8Array(size), 0, { nl_pid: 7 })
  }
  expect(twin.halt()).toBe(0)
})
