// What every receive does with what the machine tells of it.

import { LAYOUT, type Machine } from '../machine/index.js'

/** A receive from a socket that a dump runs for asks for the next part, once its own bytes are out of the windows. */
export function continueDump(machine: Machine, sock: number): void {
  if (machine.word(LAYOUT.WORD_SOCK_FLAGS) & LAYOUT.FLAG_DUMPING) machine.abi.dump_continue(sock)
}

/** The groups in the sender's address: that of the message, if an address has a bit for it. */
export function senderGroups(machine: Machine): number {
  const group = machine.word(LAYOUT.WORD_GROUP)
  return group > 0 && group <= 32 ? (1 << (group - 1)) >>> 0 : 0
}
