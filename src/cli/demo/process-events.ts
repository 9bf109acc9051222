// Process events of another kernel on a kernel: module proc_player plays them to three listeners.

import type { Kernel } from '../../index.js'
import type { Examples, RecordedEvent } from './examples.js'
import { CoreDumpListener, type Listener, SlowListener, TableListener } from './listeners.js'
import type { Balance, ProcessEventsResult } from './result.js'

export interface Setting {
  readonly examples: Examples
  /** Where the events come from; null: a simulated workload. */
  readonly file: string | null
  readonly events: readonly RecordedEvent[]
  /** Of the slow listener, in bytes. */
  readonly rcvbuf: number
  /** How many rows of the table are kept. */
  readonly rows: number
  progress(done: number, total: number): void
}

export function runProcessEvents(
  kernel: Kernel,
  setting: Setting,
): { result: ProcessEventsResult; balances: Balance[] } {
  const { examples, events, file, progress } = setting
  const source = new examples.ProcPlayer(events)
  const error = kernel.insmod(source)
  if (error < 0) throw new Error(`proc_player cannot be loaded: ${error}`)

  const forkstat = new TableListener(kernel, examples, setting.rows)
  const watcher = new CoreDumpListener(kernel, examples)
  const slow = new SlowListener(kernel, examples, setting.rcvbuf)
  const listeners: readonly Listener[] = [forkstat, watcher, slow]

  const ask = (asker: Listener) => {
    asker.ask()
    for (const listener of listeners) listener.read()
  }
  // An acknowledgement tells which number the CPU that serves the request has reached. So the slow listener asks on each CPU, and asks
  // again when all is over: only a later number shows that the last messages before it are missing.
  const askOnEachCpu = () => {
    for (const _ of new Set(events.map(({ cpu }) => cpu))) ask(slow)
  }
  for (const listener of [forkstat, watcher]) ask(listener)
  askOnEachCpu()
  const began = kernel.clock.now
  while (source.left > 0) {
    kernel.clock.advance(1)
    for (const listener of listeners) listener.tick()
    progress(events.length - source.left, events.length)
  }
  const virtualMilliseconds = kernel.clock.now - began
  for (const listener of listeners) listener.read()
  askOnEachCpu()

  const result = {
    file,
    recorded: events.length,
    acknowledgements: source.sent - events.length,
    virtualMilliseconds,
    kinds: forkstat.kinds,
    rows: forkstat.rows,
    coreDumps: watcher.found,
    sights: slow.sights,
    procNetNetlink: kernel.procfs.read('/proc/net/netlink'),
  }
  return { result, balances: listeners.map((listener) => listener.balance(source.sent)) }
}
