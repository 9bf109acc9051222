// What of a machine's memory is in a snapshot: pages in use, wherever they lie; of free ones nothing, and nothing that is in them counts.
import { describe, expect, test } from 'vitest'
import { boot, type Kernel, restore } from '../../src/index.js'
import { Snapshot } from '../../src/kernel/snapshot.js'
import { decodeSnapshot } from '../../src/kernel/snapshot-format.js'
import { copyImage, LAYOUT } from '../../src/machine/index.js'
import { AF_NETLINK, NETLINK_USERSOCK, SOCK_DGRAM } from '../../src/uapi/index.js'

const PAGE = 4096
const MARK = new Uint8Array(3000).fill(0xab)

function open(kernel: Kernel) {
  const socket = kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
  socket.bind({})
  return socket
}

/** A kernel that had 64 messages of a page each; all but those that are kept, each by its number, are gone. */
function withHoles(keep: readonly number[]): Kernel {
  const kernel = boot({ seed: 5 })
  const sockets = Array.from({ length: 64 }, () => open(kernel))
  for (const socket of sockets) socket.sendto(MARK, 0, socket.getsockname())
  for (const [n, socket] of sockets.entries()) if (!keep.includes(n)) socket.close()
  return kernel
}

const marksIn = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').split('\xab'.repeat(2900)).length - 1

test.each([[[]], [[63]], [[0, 63]], [[5, 6, 7, 31, 63]]])(
  'an export has the messages that are queued, of %j, and no others',
  (keep) => {
    const kernel = withHoles(keep)
    const snapshot = kernel.snapshot()
    if (keep.length > 0) expect(snapshot.size).toBeGreaterThan(64 * PAGE)
    expect(marksIn(snapshot.export())).toBe(keep.length)
    expect(restore(snapshot).stateHash()).toBe(kernel.stateHash())
  },
)

test('journals that begin or go back to such a machine have no others either', () => {
  const kernel = withHoles([1, 63])
  const snapshot = kernel.snapshot()
  kernel.journal.start()
  kernel.rewind(snapshot)
  expect(marksIn(kernel.journal.stop())).toBe(4)
})

test('memory of a snapshot that was disposed of does not show in an export', () => {
  const kernel = withHoles([63])
  const before = kernel.snapshot()
  const sockets = Array.from({ length: 30 }, () => open(kernel))
  for (const socket of sockets) socket.sendto(MARK, 0, socket.getsockname())
  const fuller = kernel.snapshot()
  expect(marksIn(fuller.export())).toBe(31)
  kernel.rewind(before)
  fuller.dispose()
  expect(Buffer.compare(kernel.snapshot().export(), before.export())).toBe(0)
})

test('what lies in free pages of an image means nothing', () => {
  const kernel = withHoles([63])
  const parts = decodeSnapshot(kernel.snapshot().export())
  const image = parts.image.slice()
  let filled = 0
  // The page map, too, has pages of zeros: it is left as it is.
  for (let at = 16 * PAGE; at < image.length; at += PAGE) {
    const page = image.subarray(at, at + PAGE)
    if (page.some((byte) => byte !== 0)) continue
    page.fill(0x55)
    filled++
  }
  expect(filled).toBeGreaterThan(32)
  const other = restore(new Snapshot({ ...parts, image }))
  const same = restore(new Snapshot(parts))
  const [one, two] = [other, same].map((each) => {
    for (let n = 0; n < 40; n++) {
      const socket = open(each)
      socket.sendto(MARK, 0, socket.getsockname())
    }
    return each.stateHash()
  })
  expect(one).toBe(two)
  expect(other.halt()).toBe(0)
})

test('a machine that goes back finds its free pages free', () => {
  const kernel = withHoles([0, 20, 40, 63])
  const before = kernel.snapshot()
  const twin = restore(before)
  const fill = (each: Kernel) => {
    const socket = open(each)
    let sent = 0
    for (; each.stats().memory.used < 3 * 2 ** 20; sent++) {
      const target = sent % 8 === 0 ? open(each) : socket
      target.sendto(MARK, 0, target.getsockname())
      target.recv(new Uint8Array(3000))
      target.sendto(MARK, 0, target.getsockname())
      if (target === socket) target.recv(new Uint8Array(3000))
    }
    return `${sent} ${each.stateHash()}`
  }
  const first = fill(kernel)
  kernel.rewind(before)
  expect(fill(kernel)).toBe(first)
  expect(fill(twin)).toBe(first)
  kernel.rewind(before)
  expect(kernel.stateHash()).toBe(before.stateHash)
  expect(kernel.halt()).toBe(0)
})

// Exported bytes may come from anywhere, and a checksum is soon made.
describe.each([0, 1, 15, 16, 17, 1000, 2 ** 31, 2 ** 32 - 1])('an image that says its first page is %i', (first) => {
  test.each([0, 1, 17, 2 ** 20, 2 ** 32 - 1])('and its last one before %i is copied to no other place', (end) => {
    const { image, config } = decodeSnapshot(boot().snapshot().export())
    const wordAt = (address: number) => (address - LAYOUT.STATE_AT) >>> 2
    for (const info of [0, 0x10000000, 0x10000001, 0x1fffffff, 0x30000000, 0x2fffffff, 0xffffffff]) {
      const words = new Uint32Array(image.slice().buffer)
      words.fill(info, wordAt(LAYOUT.PAGE_MAP))
      words[wordAt(LAYOUT.FIRST_PAGE)] = first
      words[wordAt(LAYOUT.END_PAGE)] = end
      const into = new Uint8Array(config.memory)
      copyImage(new Uint8Array(words.buffer), into, LAYOUT.STATE_AT)
      const behind = LAYOUT.STATE_AT + image.length
      for (const outside of [into.subarray(0, LAYOUT.STATE_AT), into.subarray(behind)]) {
        expect(outside.some((byte) => byte !== 0)).toBe(false)
      }
    }
  })
})
