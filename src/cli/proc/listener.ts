// A socket that listens to process events: on a machine or on the Linux below, which look the same from here.

import type { Socket, Task } from '../../index.js'
import {
  CN_IDX_PROC,
  CN_VAL_PROC,
  EAGAIN,
  ENOBUFS,
  encodeConnectorMessage,
  encodeProcInput,
  NETLINK_CONNECTOR,
  PF_NETLINK,
  PROC_CN_MCAST_IGNORE,
  PROC_CN_MCAST_LISTEN,
  SO_RCVBUFFORCE,
  SOCK_DGRAM,
  SOL_SOCKET,
} from '../../uapi/index.js'
import { SystemError } from '../../user/index.js'
import { decodeTold } from './message.js'
import type { Heard } from './source.js'

const CN_PROC_ID = { idx: CN_IDX_PROC, val: CN_VAL_PROC }
/** A message of cn_proc has 76 bytes; a longer one is none. */
const ROOM = 256

export class ProcListener {
  readonly #socket: Socket
  readonly #buffer = new Uint8Array(ROOM)

  /**
   * Opens the socket and joins the group of cn_proc.
   *
   * @param rcvbuf bytes of the receive buffer, which the kernel doubles
   * @throws SystemError EPERM without CAP_NET_ADMIN, EPROTONOSUPPORT without a connector
   */
  constructor(task: Task, rcvbuf?: number) {
    this.#socket = task.socket(PF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
    try {
      if (rcvbuf !== undefined) this.#socket.setsockopt(SOL_SOCKET, SO_RCVBUFFORCE, rcvbuf)
      this.#socket.bind({ nl_groups: 1 << (CN_IDX_PROC - 1) })
    } catch (error) {
      this.#socket.close()
      throw error
    }
  }

  /**
   * Asks for events; the answer is an acknowledgement to the group. All kinds are asked for, whatever will be shown: a kernel that
   * filters counts what it leaves out, and that would look like a loss.
   */
  ask(): void {
    this.#request(PROC_CN_MCAST_LISTEN)
  }

  /** Takes the request back and closes the socket. */
  stop(): void {
    try {
      this.#request(PROC_CN_MCAST_IGNORE)
    } catch (error) {
      // The kernel forgets a socket that is closed; there is nothing else to take back.
      if (!(error instanceof SystemError)) throw error
    } finally {
      this.#socket.close()
    }
  }

  /** Resolves when there is something to hear. */
  readable(signal: AbortSignal): Promise<void> {
    return this.#socket.readable({ signal })
  }

  /** What has come by now. */
  *heard(): Generator<Heard> {
    for (;;) {
      const heard = this.#receive()
      if (heard === 'nothing') return
      if (heard !== null) yield heard
    }
  }

  #request(mcast_op: number): void {
    this.#socket.send(encodeConnectorMessage({ id: CN_PROC_ID, data: encodeProcInput({ mcast_op }) }))
  }

  /** null: a datagram of somebody else. */
  #receive(): Heard | null | 'nothing' {
    try {
      const { n, addr } = this.#socket.recvfrom(this.#buffer)
      return addr.nl_pid === 0 ? decodeTold(this.#buffer.subarray(0, n)) : null
    } catch (error) {
      if (!(error instanceof SystemError)) throw error
      if (error.errno === -EAGAIN) return 'nothing'
      if (error.errno === -ENOBUFS) return { type: 'overrun' }
      throw error
    }
  }
}
