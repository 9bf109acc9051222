// kernel-connector replay.

import type { Command } from '../frame/command.js'
import { helpText } from '../frame/help.js'
import { OPTIONS, parseReplay } from '../journal/options/replay.js'

export const REPLAY: Command = {
  name: 'replay',
  summary: 'plays a journal, and says whether it leads to the same state',
  help: helpText({
    about: [
      'Plays a journal: the same calls with the same bytes, and in place of each callback what it did. Compares every result, and',
      'the state at the end; if something goes another way, says what, and where.',
    ],
    usage: ['kernel-connector replay JOURNAL [options]'],
    operands: { JOURNAL: 'what record has written, or kernel.journal.stop(); - is stdin' },
    options: OPTIONS,
    notes: [
      'With --json: same, calls, stateHash, expected (the hash that the journal has), and difference: null, or call (its number',
      'from 0), at (the byte of the journal) and what (a sentence).',
    ],
    examples: { 'kernel-connector replay week.kcj': 'whether it leads to the same state here' },
    exit: { fine: 'the same', wrong: 'something went another way' },
  }),
  async run(args, around) {
    const options = parseReplay(args)
    const { replay } = await import('../journal/replay.js')
    return replay(options, around)
  },
}
