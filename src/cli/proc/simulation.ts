// Process events of the simulated workload on a machine, heard by a socket of that machine.

import { boot } from '../../index.js'
import { ProcListener } from './listener.js'
import type { Batch, Source } from './source.js'
import { Workload } from './workload.js'

export interface SimulationOptions {
  readonly seed: number
  /** How long the workload runs, in virtual time. */
  readonly seconds: number
  /** How many jobs begin in a second. */
  readonly load: number
  /** Bytes of the receive buffer, which the kernel doubles; undefined: as Linux has it. */
  readonly rcvbuf: number | undefined
  /** The listener reads no sooner than so many milliseconds after it read. */
  readonly lag: number
}

export function simulation(options: SimulationOptions): Source {
  const kernel = boot({ seed: options.seed })
  const listener = new ProcListener(kernel.spawn({ comm: 'forkstat' }), options.rcvbuf)
  listener.ask()
  const workload = new Workload(kernel, options)
  const end = options.seconds * 1000

  async function* batches(): AsyncGenerator<Batch> {
    let read = 0
    while (workload.next <= end) {
      workload.step()
      const { now } = kernel.clock
      if (now - read < options.lag) continue
      read = now
      const heard = [...listener.heard()]
      if (heard.length > 0) yield { heard, done: now / end }
    }
    kernel.clock.advance(Math.max(0, end - kernel.clock.now))
    // The acknowledgement of another request has a number too: it shows what was lost before it.
    yield { heard: [...listener.heard()], done: 1 }
    listener.ask()
    yield { heard: [...listener.heard()], done: 1 }
    listener.stop()
  }
  return { batches: batches(), live: false, nameOf: (pid) => workload.nameOf(pid) }
}
