// What every receive does with what the machine tells of it.

import { LAYOUT, type Machine } from '../machine/index.js'
import { receivedControl } from './control.js'

/** A receive from a socket that a dump runs for asks for the next part, once its own bytes are out of the windows. */
export function continueDump(machine: Machine, sock: number): void {
  if (machine.word(LAYOUT.WORD_SOCK_FLAGS) & LAYOUT.FLAG_DUMPING) machine.abi.dump_continue(sock)
}

/** The groups in the sender's address: that of the message, if an address has a bit for it. */
export function senderGroups(machine: Machine): number {
  const group = machine.word(LAYOUT.WORD_GROUP)
  return group > 0 && group <= 32 ? (1 << (group - 1)) >>> 0 : 0
}

/** The control messages of what was received, and MSG_CTRUNC if they do not fit into `room` bytes. */
export function controlOf(machine: Machine, room: number): ReturnType<typeof receivedControl> {
  const flags = machine.word(LAYOUT.WORD_SOCK_FLAGS)
  return receivedControl(
    {
      pktinfo: (flags & LAYOUT.FLAG_PKTINFO) !== 0,
      passcred: (flags & LAYOUT.FLAG_PASSCRED) !== 0,
      passsec: (flags & LAYOUT.FLAG_PASSSEC) !== 0,
      group: machine.word(LAYOUT.WORD_GROUP),
      pid: machine.word(LAYOUT.WORD_PID) | 0,
      uid: machine.word(LAYOUT.WORD_UID),
      gid: machine.word(LAYOUT.WORD_GID),
    },
    room,
  )
}
