// Who has sent a request, as a handler may keep it.

import type { CoreKernel, Creds, NetlinkSkbParms } from '../api.js'

/**
 * Who has sent a request: a copy of what the callback got, and the one question that can be asked only while it runs.
 *
 * @example
 * serve(kernel, id, ({ data }, asker) => (asker.capable(CAP_NET_ADMIN) ? configure(data) : undefined))
 */
export class Asker implements NetlinkSkbParms {
  readonly portid: number
  readonly dst_group: number
  readonly creds: Creds
  readonly #kernel: CoreKernel
  #nsp: NetlinkSkbParms | undefined

  /** A service makes it. */
  constructor(kernel: CoreKernel, nsp: NetlinkSkbParms) {
    const { pid, uid, gid } = nsp.creds
    this.portid = nsp.portid
    this.dst_group = nsp.dst_group
    this.creds = { pid, uid, gid }
    this.#kernel = kernel
    this.#nsp = nsp
  }

  /**
   * netlink_capable(): whether the asker may do what `cap` allows, and could when it opened its socket.
   *
   * @throws Error once the handler has returned, or waited: ask before
   * @example const privileged = asker.capable(CAP_NET_ADMIN)
   */
  capable(cap: number): boolean {
    if (this.#nsp === undefined) throw new Error('capable() can be asked only until the handler returns, or waits')
    return this.#kernel.netlink_capable(this.#nsp, cap)
  }

  /** @internal The callback returns: what it got will be another message's. */
  leave(): void {
    this.#nsp = undefined
  }
}
