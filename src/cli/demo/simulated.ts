// Process events for the demonstration where the recording is not at hand: what a busy workload on another machine makes.

import { boot } from '../../index.js'
import { PROC_EVENT_NONE } from '../../uapi/index.js'
import { ProcListener } from '../proc/listener.js'
import { Workload } from '../proc/workload.js'
import type { RecordedEvent } from './examples.js'

/** So many jobs a second make about as many events as the recording has, and overrun a slow listener. */
const LOAD = 300
const MILLISECONDS = 12_000

/** The first `limit` events of the workload of this seed. */
export function simulatedEvents(seed: number, limit: number): RecordedEvent[] {
  const kernel = boot({ seed })
  const listener = new ProcListener(kernel.spawn({ comm: 'recorder' }))
  listener.ask()
  const workload = new Workload(kernel, { load: LOAD })
  const events: RecordedEvent[] = []
  while (workload.next <= MILLISECONDS && events.length < limit) {
    workload.step()
    for (const heard of listener.heard()) {
      if (heard.type === 'overrun') throw new Error('the recorder was overrun')
      const { msg, event } = heard
      if (event.what === PROC_EVENT_NONE) continue
      events.push({ seq: msg.seq, cpu: event.cpu, timestamp_ns: event.timestamp_ns, data: msg.data })
    }
  }
  kernel.halt()
  return events.slice(0, limit)
}
