// Events, losses and the summary as lines: a table for people, or a JSON object each.

import type { ForkstatExample, Row } from '../demo/examples.js'
import type { Paint } from '../frame/colours.js'
import { counted } from '../frame/table.js'
import type { Losses } from './losses.js'
import type { Told } from './source.js'

/** What was shown, by kind. */
export type Counts = ReadonlyMap<string, number>

export interface Printer {
  /** What stands above the events. */
  head(): string[]
  event(row: Row, told: Told): string
  overrun(): string
  gap(cpu: number, missing: number): string
  summary(counts: Counts, losses: Losses): string[]
}

const total = (counts: Counts): number => [...counts.values()].reduce((sum, n) => sum + n, 0)

/** By kind, the most frequent first. */
const sorted = (counts: Counts): [string, number][] => [...counts].sort(([, a], [, b]) => b - a)

/** The table of forkstat. */
export function textPrinter({ HEADER, line }: ForkstatExample, paint: Paint): Printer {
  return {
    head: () => [paint('dim', HEADER)],
    event: (row) => line(row).trimEnd(),
    overrun: () => paint('red', '*** ENOBUFS: the receive buffer was full, events are lost'),
    gap: (cpu, missing) => paint('red', `*** ${counted(missing, 'event')} of CPU ${cpu} missing before the next row`),
    summary: (counts, losses) => ['', paint('bold', countLine(counts)), lossLine(losses, paint)],
  }
}

function countLine(counts: Counts): string {
  const each = sorted(counts).map(([kind, n]) => `${kind} ${n}`)
  return [counted(total(counts), 'event'), ...(each.length > 0 ? [each.join(', ')] : [])].join(': ')
}

function lossLine({ any, overruns, lost, byCpu }: Losses, paint: Paint): string {
  if (!any) return paint('green', 'nothing lost')
  const cpus = [...byCpu].sort(([a], [b]) => a - b).map(([cpu, n]) => `CPU ${cpu}: ${n}`)
  const where = cpus.length > 0 ? ` (${cpus.join(', ')})` : ''
  return paint('red', `${counted(lost, 'event')} lost by the numbers${where}, ${counted(overruns, 'overrun')}`)
}

/** One object a line; `kind` tells them apart. */
export const jsonPrinter: Printer = {
  head: () => [],
  event: ({ kind, time, pid, info, duration, name }, { msg, event }) => {
    const { cpu, timestamp_ns, event_data } = event
    const row = { kind, time: Number(time), pid, process: name, info }
    const ended = duration === '' ? {} : { duration: Number(duration) }
    return JSON.stringify({ ...row, ...ended, cpu, seq: msg.seq, timestamp_ns, event_data }, plainValue)
  },
  overrun: () => JSON.stringify({ kind: 'overrun' }),
  gap: (cpu, missing) => JSON.stringify({ kind: 'gap', cpu, missing }),
  summary: (counts, { overruns, lost, byCpu }) => {
    const lostByCpu = Object.fromEntries(byCpu)
    return [
      JSON.stringify({
        kind: 'summary',
        events: total(counts),
        kinds: Object.fromEntries(sorted(counts)),
        overruns,
        lost,
        lostByCpu,
      }),
    ]
  },
}

/** 64 bits as digits in a string, the bytes of a name as text. */
function plainValue(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : value
}
