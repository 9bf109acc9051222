// kernel-connector record.

import type { Command } from '../frame/command.js'
import { helpText } from '../frame/help.js'
import { OPTIONS, parseRecord } from '../journal/options/record.js'

export const RECORD: Command = {
  name: 'record',
  summary: 'runs a program on a kernel, and writes down everything that enters it: a journal',
  help: helpText({
    about: [
      'Boots a kernel, runs a program on it, and writes everything that entered the kernel into a journal, which replay, inspect,',
      'capture and explain work on. The program is a module that exports a function, which may be async:',
      '',
      '  export default (kernel, args) => { kernel.spawn() }',
      '',
      'If it fails, the journal is written all the same. Its output stays as it is; with -o - it goes to stderr.',
    ],
    usage: ['kernel-connector record FILE.mjs [options] [-- ARGS]'],
    operands: { FILE: 'the program', ARGS: 'its arguments, as an array of strings' },
    options: OPTIONS,
    examples: {
      'kernel-connector record examples/lossy-week.mjs -o week.kcj --seed 3':
        'a listener that loses an event once a week',
      'kernel-connector record program.mjs -o - -- fast | kernel-connector replay -': 'without a file',
    },
    exit: {
      fine: 'the program ended well',
      wrong: 'it failed, was interrupted, or waits for ever; the journal is there',
    },
  }),
  async run(args, around) {
    const options = parseRecord(args)
    const { record } = await import('../journal/record.js')
    return record(options, around)
  },
}
