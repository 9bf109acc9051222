// kernel-connector capture: plays a journal, and writes what went through the kernel as pcapng, or as lines.

import type { TapEvent } from '../../api.js'
import { PcapngWriter, TRACE_HEADER, traceLine } from '../../capture/index.js'
import { remarksOn } from '../../capture/remarks.js'
import { Tap } from '../../kernel/tap.js'
import { Watch } from '../../kernel/watch.js'
import { LAYOUT } from '../../machine/index.js'
import type { Difference } from '../../machine/journal/index.js'
import { EXIT_FINE, EXIT_WRONG } from '../frame/exit.js'
import { Output } from '../frame/output.js'
import type { Surroundings } from '../frame/surroundings.js'
import { counted } from '../frame/table.js'
import { openOutput } from './file-out.js'
import { OpenedJournal } from './opened.js'
import type { Options } from './options/capture.js'
import { PIPE } from './options/shared.js'

/** Calls between two writes to the file. */
const BATCH = 1024
const CALL = 'CALL'

/** Who hears of an event, and of the call in which it happened. */
type Listener = (event: TapEvent, call: number) => void

/** Runs it. @returns the exit status: EXIT_WRONG if the replay went another way, so that the rest is missing */
export async function capture({ journal: path, output }: Options, around: Surroundings): Promise<number> {
  const difference = output === undefined ? await trace(path, around) : await write(path, output, around)
  if (difference === null) return EXIT_FINE
  const { call, what } = difference
  around.stderr.write(
    `kernel-connector capture: the replay goes another way at call ${call}, and the rest is missing: ${what}\n`,
  )
  return EXIT_WRONG
}

async function trace(path: string, around: Surroundings): Promise<Difference | null> {
  const output = new Output(around.stdout)
  const column = (text: string) => text.padStart(Math.max(CALL.length, String(journal.total).length))
  const journal: OpenedJournal = tapped(path, around, (event, call) =>
    output.line(`${column(String(call))}${traceLine(event)}`),
  )
  output.line(`${column(CALL)}${TRACE_HEADER}`)
  const difference = await journal.playAll(() => (output.full ? output.flush() : undefined))
  await output.flush()
  return difference
}

async function write(path: string, output: string, around: Surroundings): Promise<Difference | null> {
  const writer = new PcapngWriter({ keep: false })
  let packets = 0
  const journal = tapped(path, around, (event, call) => {
    if (event.kind !== 'message') return
    const { time, protocol, data, portid } = event
    const comments = [...remarksOn(event), `call ${call} of the journal`]
    writer.packet({ time, protocol, data, comments, direction: portid === 0 ? 'out' : 'in' })
    packets++
  })
  const file = openOutput(output, path, around)
  let calls = 0
  const difference = await journal.playAll(() => (++calls % BATCH === 0 ? file.write(writer.take()) : undefined))
  await file.write(writer.take())
  file.close()
  const name = output === PIPE ? 'stdout' : output
  around.stderr.write(`${name}: ${counted(packets, 'message')} of ${counted(journal.player.position, 'call')}\n`)
  return difference
}

/** A journal whose machine tells of every message. */
function tapped(path: string, around: Surroundings, listener: Listener): OpenedJournal {
  // The tap holds events back until the outermost message has ended, and tells them in the order in which they began.
  const calls: number[] = []
  const journal: OpenedJournal = new OpenedJournal(path, around, {
    images: false,
    prepare: (machine) => {
      new Tap(machine, new Watch(machine)).add((event) => listener(event, calls.shift() ?? 0))
      const { onTap } = machine
      machine.onTap = (message, code) => {
        if (code === LAYOUT.TAP_BEGIN || code === LAYOUT.TAP_RECEIVE) calls.push(journal.running ?? 0)
        onTap(message, code)
      }
    },
  })
  return journal
}
