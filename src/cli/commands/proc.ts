// kernel-connector proc.

import type { Command } from '../frame/command.js'
import { helpText } from '../frame/help.js'
import { KINDS } from '../proc/kinds.js'
import { OPTIONS, parseProc } from '../proc/options.js'

export const PROC: Command = {
  name: 'proc',
  summary: 'prints process events as forkstat does: simulated, from a capture, or live',
  help: helpText({
    about: [
      'Prints process events (cn_proc of the connector) as forkstat does: who forks, executes, changes identity, ends. What was',
      'lost is told too: ENOBUFS of the socket, and gaps in the numbers that each CPU gives its events.',
    ],
    usage: [
      'kernel-connector proc [--simulate] [options]',
      'kernel-connector proc FILE [options]',
      'kernel-connector proc --host [options]',
    ],
    operands: { FILE: 'a capture of netlink traffic (pcap, pcapng), or a recording of datagrams with their lengths' },
    options: OPTIONS,
    notes: [
      `Kinds: ${KINDS.join(', ')}`,
      'With --json an event has kind, time (seconds since the first one), pid, process, info, duration (of what ended), cpu, seq,',
      'timestamp_ns and event_data; other lines have the kind overrun, gap (cpu, missing) or summary.',
    ],
    examples: {
      'kernel-connector proc --count 20': 'the first twenty events of the simulation',
      'kernel-connector proc --lag 500 --load 100 --summary': 'a listener that is too slow loses events',
      'kernel-connector proc events.pcapng -e exec,exit --json': 'a capture, two kinds, for a machine to read',
      'sudo npx kernel-connector proc --host --seconds 5 --summary': 'what happens on this computer',
    },
    exit: { fine: 'every event was seen', wrong: 'some were lost' },
  }),
  async run(args, around) {
    const options = parseProc(args)
    const { proc } = await import('../proc/command.js')
    return proc(options, around)
  },
}
