// What random histories do not reach: many plain members, long logs, sums that go round, the end of memory.
import { expect, test } from 'vitest'
import type { BootOptions, Kernel, KernelSocket, Socket } from '../../src/api.js'
import { boot, LINUX_6 } from '../../src/index.js'
import {
  AF_NETLINK,
  GFP_KERNEL,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_DROP_MEMBERSHIP,
  type Profile,
  SO_RCVBUFFORCE,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../../src/uapi/index.js'

const PROTOCOL = 20
const GROUP = 3
const ALWAYS = 1
const NEVER = 0

class Group {
  readonly kernel: Kernel
  readonly members: Socket[] = []
  readonly #ksock: KernelSocket
  #sent = 0

  constructor(options: BootOptions) {
    this.kernel = boot({ limits: { memory: 64 << 20 }, ...options })
    this.#ksock = this.kernel.netlink_kernel_create(PROTOCOL, { groups: 32 }) as KernelSocket
  }

  join(count: number, rcvbuf?: (index: number) => number): void {
    const task = this.kernel.spawn()
    for (let i = 0; i < count; i++) {
      const socket = task.socket(AF_NETLINK, SOCK_RAW, PROTOCOL)
      if (rcvbuf !== undefined) socket.setsockopt(SOL_SOCKET, SO_RCVBUFFORCE, rcvbuf(i))
      socket.bind({})
      socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, GROUP)
      this.members.push(socket)
    }
  }

  /** A multicast with a number of its own in it. */
  send(size = 8): number {
    const data = new Uint8Array(size)
    new DataView(data.buffer).setUint32(0, ++this.#sent)
    return this.kernel.netlink_broadcast(this.#ksock, data, 0, GROUP, GFP_KERNEL)
  }

  /** The number of a member's next message, or how receiving fails. */
  read(index: number): number | string {
    const data = new Uint8Array(8)
    try {
      this.members[index]?.recv(data)
      return new DataView(data.buffer).getUint32(0)
    } catch (error) {
      return (error as { code: string }).code
    }
  }

  get state(): unknown {
    const { delivered, dropped } = this.kernel.stats()
    return { hash: this.kernel.stateHash(), delivered, dropped }
  }
}

/** What a story gives, the same with a log and without. */
async function told<T>(story: (group: Group) => Promise<T> | T, options: BootOptions = {}): Promise<T> {
  const logged = await story(new Group({ ...options, groupLog: ALWAYS }))
  expect(await story(new Group({ ...options, groupLog: NEVER }))).toEqual(logged)
  return logged
}

test('many members who wait are woken in the order of service, and those who then wait no more', async () => {
  const { woken } = await told(async (group) => {
    group.join(200)
    const woken: number[] = []
    const wait = (index: number) => void group.members[index]?.readable().then(() => woken.push(index))
    // In no order, and more than the list of plain members holds.
    for (let i = 0; i < 100; i++) wait((i * 37) % 200)
    await Promise.resolve()
    group.send()
    await new Promise((resolve) => setImmediate(resolve))
    const first = [...woken]
    for (let i = 0; i < 200; i++) group.read(i)
    for (let i = 0; i < 20; i++) wait((i * 53) % 200)
    group.send()
    await new Promise((resolve) => setImmediate(resolve))
    for (const member of group.members.splice(50, 100)) member.close()
    group.send()
    return { woken, first, state: group.state, read: group.members.map((_, index) => group.read(index)) }
  })
  expect(woken).toHaveLength(120)
  const newestFirst = [...woken.slice(0, 100)].sort((one, other) => other - one)
  expect(woken.slice(0, 100)).toEqual(newestFirst)
})

test('each member overruns at the message that its own buffer has no room for', async () => {
  const { drops } = await told((group) => {
    group.join(100, (index) => 4000 + index * 3000)
    const results: number[] = []
    for (let i = 0; i < 300; i++) {
      results.push(group.send(100 + (i % 5) * 500))
      for (let reader = 0; reader < 100; reader += 7) group.read(reader)
    }
    const rest = group.members.map((_, index) => Array.from({ length: 400 }, () => group.read(index)))
    return { results, rest, state: group.state, drops: group.kernel.stats().dropped }
  })
  expect(drops).toBeGreaterThan(1000)
})

test('a log grows with what is unread, and members that join read from then on', async () => {
  await told((group) => {
    group.join(10, () => 1 << 24)
    for (let i = 0; i < 1000; i++) group.send()
    group.join(1, () => 1 << 24)
    for (let i = 0; i < 1000; i++) group.send()
    const middle = group.state
    const read = group.members.map((_, index) => Array.from({ length: 1500 }, () => group.read(index)))
    for (let i = 0; i < 3000; i++) group.send()
    const rest = group.members.map((_, index) => Array.from({ length: 4600 }, () => group.read(index)))
    expect(rest[10]?.slice(-1)).toEqual(['EAGAIN'])
    return { middle, read, rest, end: group.state }
  })
})

test('the sum of what was ever logged goes round', async () => {
  const profile: Profile = { ...LINUX_6, truesize: { ...LINUX_6.truesize, skbuff: 2 ** 20 } }
  await told(
    (group) => {
      group.join(4, () => 0x3fffffff)
      const seen: unknown[] = []
      for (let round = 0; round < 12; round++) {
        for (let i = 0; i < 900; i++) group.send()
        seen.push(
          group.state,
          Array.from({ length: 850 }, () => [0, 1, 2].map((index) => group.read(index))),
        )
      }
      return seen
    },
    { profile },
  )
})

test('where memory ends a member who stops reading along loses what cannot be moved, and is told', () => {
  const group = new Group({ limits: { memory: 256 * 1024 }, groupLog: ALWAYS })
  group.join(40, () => 1 << 24)
  let sent = 0
  while (group.send() === 0) sent++
  const before = group.kernel.stats()
  expect(before.dropped).toBe(0)
  // Who leaves takes what it has not read into its own queue.
  for (const member of group.members) member.setsockopt(SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, GROUP)
  const answers = group.members.map((_, index) => Array.from({ length: sent + 2 }, () => group.read(index)))
  const lost = answers.filter((one) => one[0] === 'ENOBUFS')
  expect(lost.length).toBeGreaterThan(0)
  for (const one of answers) {
    const numbers = one.filter((answer) => typeof answer === 'number')
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
    expect(one.at(-1)).toBe('EAGAIN')
  }
  const got = answers.flat().filter((answer) => typeof answer === 'number').length
  expect(got + group.kernel.stats().dropped).toBe(sent * 40)
})

test.each([
  [-1, RangeError],
  [1.5, RangeError],
  [2 ** 31, RangeError],
  ['8', TypeError],
])('groupLog %s', (groupLog, error) => {
  expect(() => boot({ groupLog: groupLog as number })).toThrow(error)
})
