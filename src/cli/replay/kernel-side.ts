// The kernel side of a scenario: what its modules have registered, and the log of everything that they were called with.

import type { CnCallback, Kernel, KernelSocket, NetlinkSkbParms } from '../../index.js'
import { CAP_NET_ADMIN, type CbId, type CnMsg } from '../../uapi/index.js'
import { toHex } from './hex.js'
import type { Json, JsonObject } from './json.js'
import type { Symbols } from './symbols.js'

/** One line of the log; `event` says what happened. Callbacks of the connector are events of their own kind. */
export type LogEvent = { readonly event: string; readonly [field: string]: Json }

/** What a script is given: the message that its callback was called with. */
export interface Occasion {
  readonly msg: CnMsg
  readonly nsp: NetlinkSkbParms
}

/** A call that a callback makes; its result goes into `did`. */
export interface Script {
  skip: number
  /** How many more times, or undefined for always. */
  times: number | undefined
  readonly run: (side: KernelSide, occasion: Occasion) => number | string
}

/** Scenarios register one of four functions, so that it can be seen which one ran. */
const CALLBACKS = 4

export class KernelSide {
  readonly kernel: Kernel
  readonly symbols: Symbols
  readonly callbacks: readonly CnCallback[]
  /** cn_netlink_send()s that have not returned yet. */
  readonly waiting = new Map<string, Promise<number>>()
  readonly #sockets = new Map<string, KernelSocket>()
  readonly #scripts = new Map<string, readonly Script[]>()
  #log: LogEvent[] = []
  #watchesReleases = false

  constructor(kernel: Kernel, symbols: Symbols) {
    this.kernel = kernel
    this.symbols = symbols
    this.callbacks = Array.from(
      { length: CALLBACKS },
      (_, cb): CnCallback =>
        (msg, nsp) =>
          this.#called(cb, msg, nsp),
    )
  }

  log(event: LogEvent): void {
    this.#log.push(event)
  }

  /** The events since the last call. */
  takeLog(): readonly LogEvent[] {
    const log = this.#log
    this.#log = []
    return log
  }

  /** Scripts belong to the id, not to its registration: they stay until a step registers the id again. */
  setScripts(id: CbId, scripts: readonly Script[]): void {
    this.#scripts.set(keyOf(id), scripts)
  }

  addSocket(name: string, ksock: KernelSocket): void {
    this.#sockets.set(name, ksock)
  }

  socket(name: string): KernelSocket {
    const ksock = this.#sockets.get(name)
    if (!ksock) throw new Error(`there is no kernel socket ${name} at this point`)
    return ksock
  }

  /** From now on closed sockets are logged; once is enough. */
  watchReleases(): void {
    if (this.#watchesReleases) return
    this.#watchesReleases = true
    this.kernel.netlink_register_notifier(({ protocol, portid }) => this.log({ event: 'release', protocol, portid }))
  }

  /** Whether the sender of a message has CAP_NET_ADMIN. */
  netAdmin(parms: NetlinkSkbParms): boolean {
    return this.kernel.netlink_capable(parms, CAP_NET_ADMIN)
  }

  // The invocation is logged before its script runs: what the script causes comes behind it.
  #called(cb: number, msg: CnMsg, nsp: NetlinkSkbParms): void {
    const { id, seq, ack, len, flags } = msg
    const { portid, dst_group, creds } = nsp
    const did: Json[] = []
    const entry: JsonObject = {
      ...{ cb, idx: id.idx, val: id.val, seq, ack, len, flags, data: toHex(msg.data), portid, dst_group },
      ...{ creds: shownCreds(creds), net_admin: this.netAdmin(nsp) },
    }
    const at = this.#log.push({ event: 'cn', ...entry }) - 1
    const log = this.#log
    this.#runScripts(id, { msg, nsp }, did)
    if (did.length > 0) log[at] = { event: 'cn', ...entry, did }
  }

  #runScripts(id: CbId, occasion: Occasion, did: Json[]): void {
    for (const script of this.#scripts.get(keyOf(id)) ?? []) {
      if (script.skip > 0) script.skip--
      else if (script.times !== 0) {
        if (script.times !== undefined) script.times--
        did.push(script.run(this, occasion))
      }
    }
  }
}

export function shownCreds({ pid, uid, gid }: NetlinkSkbParms['creds']): Json {
  return { pid, uid, gid }
}

function keyOf({ idx, val }: CbId): string {
  return `${idx >>> 0}:${val >>> 0}`
}
