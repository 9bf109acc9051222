// Snapshots that were disposed of: what they held is gone, their memory is the next one's, and no other snapshot notices.
import { describe, expect, test } from 'vitest'
import { boot, type Kernel, restore, type Snapshot } from '../../src/index.js'
import type { Snapshot as KernelSnapshot } from '../../src/kernel/snapshot.js'
import { AF_NETLINK, NETLINK_USERSOCK, SOCK_DGRAM } from '../../src/uapi/index.js'

const memoryOf = (snapshot: Snapshot) => (snapshot as KernelSnapshot).parts.image.buffer

/** Takes more pages of the machine until the function that it gives is called. */
function crowd(kernel: Kernel): () => void {
  const sockets = Array.from({ length: 64 }, () => {
    const socket = kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
    socket.bind({})
    socket.sendto(new Uint8Array(3000), 0, socket.getsockname())
    return socket
  })
  return () => {
    for (const socket of sockets) socket.close()
  }
}

describe('a disposed snapshot', () => {
  test.each([
    ['rewind()', (kernel: Kernel, gone: Snapshot) => kernel.rewind(gone)],
    ['restore()', (_: Kernel, gone: Snapshot) => restore(gone)],
    ['export()', (_: Kernel, gone: Snapshot) => gone.export()],
    ['stateHash', (_: Kernel, gone: Snapshot) => gone.stateHash],
  ])('is refused by %s, also if its digest was asked for before', (_, use) => {
    const kernel = boot()
    const gone = kernel.snapshot()
    expect(gone.stateHash).toBe(kernel.stateHash())
    gone.dispose()
    const before = kernel.stateHash()
    expect(() => use(kernel, gone)).toThrow('this snapshot was disposed of')
    expect(kernel.stateHash()).toBe(before)
  })

  test('is refused by restore() even if its options dispose of it', () => {
    const kernel = boot()
    const gone = kernel.snapshot()
    kernel.clock.advance(3)
    const options = {
      get modules() {
        gone.dispose()
        kernel.snapshot()
        return []
      },
    }
    expect(() => restore(gone, options)).toThrow('this snapshot was disposed of')
  })

  test('still tells its size and its time', () => {
    const kernel = boot()
    kernel.clock.advance(3)
    const gone = kernel.snapshot()
    const { size } = gone
    gone[Symbol.dispose]()
    expect(gone.size).toBe(size)
    expect(gone.time).toBe(3_000_000n)
  })
})

describe('the memory of a disposed snapshot', () => {
  test('is that of the next one, and of no other', () => {
    const kernel = boot()
    const gone = kernel.snapshot()
    const memory = memoryOf(gone)
    gone.dispose()
    gone.dispose()
    const [next, other] = [kernel.snapshot(), kernel.snapshot()]
    expect(memoryOf(next)).toBe(memory)
    expect(memoryOf(other)).not.toBe(memory)
    expect(next.stateHash).toBe(other.stateHash)
  })

  test('is too short for one that holds more, and too long for one that holds much less', () => {
    const kernel = boot()
    const [start, short] = [kernel.snapshot(), kernel.snapshot()]
    const shortMemory = memoryOf(short)
    crowd(kernel)
    short.dispose()
    const long = kernel.snapshot()
    expect(memoryOf(long)).not.toBe(shortMemory)
    expect(long.size).toBeGreaterThan(2 * short.size)

    kernel.rewind(start)
    const longMemory = memoryOf(long)
    long.dispose()
    const after = kernel.snapshot()
    expect(memoryOf(after)).not.toBe(longMemory)
    expect(after.size).toBe(start.size)
  })

  test('leaves nothing behind in one that holds less', () => {
    const kernel = boot()
    crowd(kernel)
    const start = kernel.snapshot()
    const socket = kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
    socket.bind({})
    socket.sendto(new Uint8Array(9000), 0, socket.getsockname())
    const more = kernel.snapshot()
    const memory = memoryOf(more)
    kernel.rewind(start)
    more.dispose()
    const less = kernel.snapshot()
    expect(memoryOf(less)).toBe(memory)
    expect(less.size).toBeLessThan(more.size)
    expect(Buffer.compare(less.export(), start.export())).toBe(0)
  })

  test('is not taken from an imported one', () => {
    const kernel = boot()
    const bytes = kernel.snapshot().export()
    const twin = restore(bytes)
    twin.snapshot().dispose()
    twin.printk('of the twin')
    twin.snapshot()
    expect(restore(bytes).stateHash()).toBe(kernel.stateHash())
  })
})

// Taken and disposed of at random, while the machine grows and shrinks.
test.each([1, 2, 3, 4, 5])('others stay what they are (seed %i)', (seed) => {
  const kernel = boot({ seed })
  const held: { readonly snapshot: Snapshot; readonly hash: string; readonly bytes: Uint8Array }[] = []
  const draw = (below: number) => kernel.random() % below
  const leaves: (() => void)[] = []
  for (let n = 0; n < 40; n++) {
    kernel.printk(`step ${n}`)
    if (draw(5) === 0) leaves.push(crowd(kernel))
    if (draw(5) === 1) leaves.splice(draw(leaves.length + 1), 1)[0]?.()
    const snapshot = kernel.snapshot()
    held.push({ snapshot, hash: kernel.stateHash(), bytes: snapshot.export() })
    for (let gone = draw(3); gone > 0 && held.length > 1; gone--)
      held.splice(draw(held.length), 1)[0]?.snapshot.dispose()
    for (const one of held) expect(Buffer.compare(one.snapshot.export(), one.bytes)).toBe(0)
  }
  for (const { snapshot, hash } of held) {
    kernel.rewind(snapshot)
    expect(kernel.stateHash()).toBe(hash)
    expect(snapshot.stateHash).toBe(hash)
  }
})
