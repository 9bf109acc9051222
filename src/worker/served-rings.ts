// The shared sockets of one connection.

import type { Kernel } from '../api.js'
import { EEXIST, EINVAL, ENOBUFS, EOPNOTSUPP } from '../uapi/index.js'
import { SystemError } from '../user/errors.js'
import { LongSocket } from '../user/long-socket.js'
import { Socket } from '../user/socket.js'
import type { ServeLimits } from './api.js'
import { isRingSize, RingMemory } from './ring-memory.js'
import { RingPump } from './ring-pump.js'
import { ServedRing } from './served-ring.js'
import type { ServedSocket } from './served-sockets.js'
import { canShare } from './sharing.js'
import { Violation } from './violation.js'

export interface ServedRingsInit {
  readonly kernel: Kernel
  readonly limits: ServeLimits
  readonly post: (message: unknown) => void
  readonly onError: (error: unknown) => void
  readonly onViolation: (violation: string) => void
}

export class ServedRings {
  readonly #init: ServedRingsInit
  readonly #rings = new Map<ServedSocket, ServedRing>()

  constructor(init: ServedRingsInit) {
    this.#init = init
  }

  /** Bytes of all rings. */
  get bytes(): number {
    let bytes = 0
    for (const { memory } of this.#rings.values()) bytes += 2 * memory.ringBytes
    return bytes
  }

  /** Makes the rings of a socket, and sends them. @throws SystemError, Violation */
  share(served: ServedSocket, number: number, ringBytes: number): void {
    const { kernel, limits, post, onError, onViolation } = this.#init
    if (!isRingSize(ringBytes)) throw new Violation('rings of a size that there is not')
    if (this.#rings.has(served)) throw new SystemError(-EEXIST, 'share')
    const { socket } = served
    if (!canShare()) throw new SystemError(-EOPNOTSUPP, 'share')
    // One of another copy of this package: nobody here knows its machine.
    if (!(socket instanceof Socket)) throw new SystemError(-EINVAL, 'share')
    if (this.bytes + 2 * ringBytes > limits.ringBytes) throw new SystemError(-ENOBUFS, 'share')
    const memory = RingMemory.make(ringBytes)
    const ring = new ServedRing({
      socket: new LongSocket(socket),
      memory,
      mostBytes: limits.callBytes,
      onError,
      onViolation,
    })
    const pump = RingPump.of(kernel)
    post({ type: 'rings', socket: number, memory: memory.memory, bell: pump.bell.buffer })
    this.#rings.set(served, ring)
    pump.add(ring)
  }

  /** A socket is about to be closed, or its program cannot use its rings: what it has sent is sent. */
  end(served: ServedSocket, errno: number): void {
    const ring = this.#rings.get(served)
    if (ring === undefined) return
    this.#rings.delete(served)
    ring.end(errno)
    RingPump.of(this.#init.kernel).delete(ring)
  }

  /** All of them; with `cut` nothing more is sent. */
  endAll(errno: number, cut: boolean): void {
    for (const [served, ring] of this.#rings) {
      if (cut) ring.cut(errno)
      this.end(served, errno)
    }
  }
}
