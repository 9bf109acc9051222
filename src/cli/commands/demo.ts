// kernel-connector demo, which is what `npm start` runs.

import { OPTIONS, parseDemo } from '../demo/options.js'
import type { Command } from '../frame/command.js'
import { helpText } from '../frame/help.js'

export const DEMO: Command = {
  name: 'demo',
  summary: 'shows the connector at work: the documented example, and process events with losses',
  help: helpText({
    about: [
      'Boots an emulated kernel and shows the connector at work: the documented example (module cn_test, program ucon), and',
      'process events, played to listeners that keep up and to one that does not. The events are those of a real kernel where the',
      'recording is at hand (in a clone of the repository), else those of a simulated workload.',
    ],
    usage: ['kernel-connector demo [options]', 'npm start -- [options]'],
    options: OPTIONS,
    examples: {
      'kernel-connector demo --seed 3': 'other random numbers, and so other losses',
      'kernel-connector demo --rcvbuf 10000 --limit 500': 'a short run with a small buffer',
    },
    exit: { fine: 'every account agrees: sent = delivered + dropped', wrong: 'one does not' },
  }),
  async run(args, around) {
    const options = parseDemo(args)
    const { demo } = await import('../demo/command.js')
    return demo(options, around)
  },
}
