// The three programs that listen to process events.

import type { Kernel } from '../../index.js'
import { PROC_EVENT_COREDUMP, PROC_EVENT_NONE, type ProcEvent } from '../../uapi/index.js'
import type { Examples, ProcListener, Row } from './examples.js'
import { dropsOf } from './procfs.js'
import type { Balance, CoreDump, Sight } from './result.js'

/** A task with a socket in the group of cn_proc. */
export abstract class Listener {
  protected readonly socket: ProcListener
  protected readonly kernel: Kernel
  readonly #began: number

  constructor(
    readonly name: string,
    kernel: Kernel,
    { ProcListener, PLAYER_ID }: Examples,
    options: { rcvbuf?: number } = {},
  ) {
    this.kernel = kernel
    this.#began = kernel.clock.now
    this.socket = new ProcListener(kernel.spawn({ comm: name }), { id: PLAYER_ID, ...options })
  }

  /** Asks for events. */
  ask(): void {
    this.socket.ask()
  }

  /** Reads all that has come. */
  read(): void {
    for (const event of this.socket.events()) this.take(event, this.kernel.clock.now - this.#began)
  }

  /** A millisecond has passed. */
  tick(): void {
    this.read()
  }

  balance(sent: number): Balance {
    const { portid, received, lost, overruns } = this.socket
    const dropped = dropsOf(this.kernel, portid)
    return { name: this.name, portid, sent, delivered: received, dropped, lost, overruns }
  }

  /** @param at milliseconds since it listens */
  protected abstract take(event: ProcEvent, at: number): void
}

/** Keeps up, and makes a row for each event. */
export class TableListener extends Listener {
  readonly rows: Row[] = []
  readonly kinds: Record<string, number> = {}
  readonly #most: number
  readonly #table

  /** @param most how many rows are kept */
  constructor(kernel: Kernel, examples: Examples, most: number) {
    super('forkstat', kernel, examples)
    this.#most = most
    this.#table = new examples.Forkstat()
  }

  protected override take(event: ProcEvent): void {
    const row = this.#table.row(event)
    this.kinds[row.kind] = (this.kinds[row.kind] ?? 0) + 1
    if (event.what !== PROC_EVENT_NONE && this.rows.length < this.#most) this.rows.push(row)
  }
}

/** Keeps up, and looks for processes that dump core. */
export class CoreDumpListener extends Listener {
  readonly found: CoreDump[] = []

  constructor(kernel: Kernel, examples: Examples) {
    super('coredumps', kernel, examples)
  }

  protected override take(event: ProcEvent, at: number): void {
    if (event.what !== PROC_EVENT_COREDUMP) return
    const { process_pid: pid, parent_pid: parent } = event.event_data.coredump
    this.found.push({ at, pid, parent })
  }
}

/** Reads all that has come, then sleeps for a while that chance decides: longer than the receive buffer lasts, now and then. */
export class SlowListener extends Listener {
  readonly sights: Sight[] = []
  #sleep = 0
  #overruns = 0
  #lost = 0

  constructor(kernel: Kernel, examples: Examples, rcvbuf: number) {
    super('slow', kernel, examples, { rcvbuf })
  }

  override tick(): void {
    if (this.#sleep-- > 0) return
    this.read()
    this.#sleep = 50 + (this.kernel.random() % 200)
  }

  protected override take(event: ProcEvent, at: number): void {
    const { lost, overruns } = this.socket
    if (overruns > this.#overruns) this.sights.push({ at, type: 'ENOBUFS' })
    if (lost > this.#lost) this.sights.push({ at, type: 'gap', cpu: event.cpu, missing: lost - this.#lost })
    this.#overruns = overruns
    this.#lost = lost
  }
}
