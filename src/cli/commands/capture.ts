// kernel-connector capture.

import type { Command } from '../frame/command.js'
import { helpText } from '../frame/help.js'
import { OPTIONS, parseCapture } from '../journal/options/capture.js'

export const CAPTURE: Command = {
  name: 'capture',
  summary: 'plays a journal, and writes every message as pcapng for Wireshark, or as a line',
  help: helpText({
    about: [
      'Plays a journal and captures every message: as a pcapng file (LINKTYPE_NETLINK) that Wireshark and tshark open, where the',
      'comments of each packet say who sent it, where to, what became of it at each receiver, and what the call answered; or as',
      'lines for people.',
    ],
    usage: ['kernel-connector capture JOURNAL -o FILE', 'kernel-connector capture JOURNAL --trace'],
    operands: { JOURNAL: 'what record has written; - is stdin' },
    options: OPTIONS,
    notes: [
      'Columns of the trace ("-" where there is nothing to tell):',
      '  CALL       the call of the journal in which it happened, for inspect and explain',
      '  TIME       virtual seconds since boot',
      "  NUMBER     the message's number; 0 for an error that was received",
      '  EVENT      send or recv',
      '  PROTOCOL   its name without NETLINK_',
      '  FROM       comm[pid]:port or kernel; of a receive, the port that the message came from',
      '  TO         port N, group N or kernel; of a receive, comm[pid]:port',
      '  LENGTH     bytes of the whole message',
      '  RESULT     what the call answered: bytes, 0, or -ERRNO',
      '  VERDICTS   at how many receivers what became of it, and the ports of those that did not just get it',
      '  CONNECTOR  idx:val seq ack, of a message of the connector that was sent',
    ],
    examples: {
      'kernel-connector capture week.kcj -o week.pcapng': 'then: wireshark week.pcapng',
      'kernel-connector capture week.kcj --trace | grep no-room': 'what was lost',
    },
    exit: { fine: 'everything was captured', wrong: 'the replay went another way, and the rest is missing' },
  }),
  async run(args, around) {
    const options = parseCapture(args)
    const { capture } = await import('../journal/capture.js')
    return capture(options, around)
  },
}
