// kernel-connector explain.

import type { Command } from '../frame/command.js'
import { helpText } from '../frame/help.js'
import { OPTIONS, parseExplain } from '../journal/options/explain.js'

export const EXPLAIN: Command = {
  name: 'explain',
  summary: 'says why a message in a journal reached nobody, or not one socket',
  help: helpText({
    about: [
      'Takes the message that a call sends, and goes through the decisions of its delivery over the state before that call: no',
      'listener in the group, no privilege, an excluded port, congested since a loss, a full buffer, an id that nobody has, ...',
      'One sentence says what decided; another what then became of the message in the journal, where also fault rules count.',
      'A call that changes a process is taken for the event that cn_proc sends of it.',
    ],
    usage: ['kernel-connector explain JOURNAL --at N [options]'],
    operands: { JOURNAL: 'what record has written; - is stdin' },
    options: OPTIONS,
    notes: [
      'With --json: call (the one that sends), text, reaches, reason (one word), sentence, steps, and message: null if it was',
      'refused before it was on its way, else number, result, portid, to, deliveries (portid, socket, pid, comm, verdict).',
    ],
    examples: {
      'kernel-connector explain week.kcj --at 2927': 'why did nobody get it?',
      'kernel-connector explain week.kcj --at 2927 --socket 1 --steps': 'why not this socket?',
    },
    exit: { fine: 'it gets there', wrong: 'it does not' },
  }),
  async run(args, around) {
    const options = parseExplain(args)
    const { explain } = await import('../journal/explain.js')
    return explain(options, around)
  },
}
