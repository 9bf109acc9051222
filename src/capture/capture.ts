// A capture of everything that goes through a kernel, as Wireshark opens it.

import type { Kernel, Removable } from '../api.js'
import { asFunction, asObject } from '../user/index.js'
import { PcapngWriter, type PcapngWriterOptions } from './pcapng-writer.js'
import { remarksOn } from './remarks.js'

/**
 * Captures every message that is sent in a kernel, from now on until it is disposed of. Each is one packet, at the virtual time of its
 * sending (nanoseconds since boot), with four comments: who sent it, where to, what became of it at each receiver, and what
 * the call answered. What tasks send is inbound, what the kernel sends outbound. Receives are not captured.
 *
 * Linux's own tap (nlmon) does not show messages of the connector; this one does. Wireshark refuses files with a message of
 * more than 262128 bytes, which no socket can send unless somebody raised its SO_SNDBUF.
 *
 * @example
 * using capture = new Capture(kernel)
 * socket.send(encodeConnectorMessage({ id: { idx: 14, val: 1 } }))
 * writeFileSync('netlink.pcapng', capture.bytes())
 */
export class Capture {
  readonly #writer: PcapngWriter
  readonly #tap: Removable
  #packets = 0

  /**
   * @param kernel whose messages
   * @param options `keep: false` for a capture that goes on for long and is streamed by take()
   * @throws TypeError for arguments of the wrong type
   */
  constructor(kernel: Pick<Kernel, 'tap'>, options: PcapngWriterOptions = {}) {
    asFunction(asObject(kernel, 'kernel').tap, 'kernel.tap')
    this.#writer = new PcapngWriter(options)
    this.#tap = kernel.tap((event) => {
      if (event.kind !== 'message') return
      const { time, protocol, data, portid } = event
      this.#writer.packet({
        time,
        protocol,
        data,
        comments: remarksOn(event),
        direction: portid === 0 ? 'out' : 'in',
      })
      this.#packets++
    })
  }

  /** How many messages were captured. */
  get packets(): number {
    return this.#packets
  }

  /** The pcapng file so far, a copy. With `keep: false`, what take() has not given yet. */
  bytes(): Uint8Array {
    return this.#writer.bytes()
  }

  /** The bytes of the file since the last take(), a copy; the first ones begin with the file's header. */
  take(): Uint8Array {
    return this.#writer.take()
  }

  /** Ends the capture; bytes() and take() go on to give what there is. */
  [Symbol.dispose](): void {
    this.#tap.remove()
  }
}
