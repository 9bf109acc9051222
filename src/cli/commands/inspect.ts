// kernel-connector inspect.

import type { Command } from '../frame/command.js'
import { helpText } from '../frame/help.js'
import { OPTIONS, parseInspect } from '../journal/options/inspect.js'

export const INSPECT: Command = {
  name: 'inspect',
  summary: "shows the state of a journal's kernel before any call, backwards too",
  help: helpText({
    about: [
      'Plays a journal up to a call, and shows the kernel as it is just before that one: the calls around, tasks, sockets with',
      'their queues, groups with their members in the order of service, callbacks, timers, the log.',
    ],
    usage: [
      'kernel-connector inspect JOURNAL [--at N] [options]',
      'kernel-connector inspect JOURNAL --list [FROM[:TO]]',
    ],
    operands: { JOURNAL: 'what record has written; - is stdin' },
    options: OPTIONS,
    notes: [
      'Calls are numbered from 0, those that callbacks make too; the list has these further in, and the state before one of them',
      'is that in the middle of the call around it. In the list sockets and tasks go by where they lie in memory.',
    ],
    examples: {
      'kernel-connector inspect week.kcj': 'the state at the end',
      'kernel-connector inspect week.kcj --list -20': 'the last twenty calls',
      'kernel-connector inspect week.kcj --at 120 --json': 'before call 120, for a machine to read',
    },
    exit: { fine: 'the state was shown', wrong: 'the replay went another way before: the state up to there was shown' },
  }),
  async run(args, around) {
    const options = parseInspect(args)
    const { inspect } = await import('../journal/inspect.js')
    return inspect(options, around)
  },
}
