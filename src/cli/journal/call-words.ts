// Calls in words that people know: the player names sockets and tasks by where they lie in memory, /proc by their numbers.

import { taskName } from '../../capture/words.js'
import { readSockets, textUntilZero } from '../../kernel/facts.js'
import { looking } from '../../kernel/looking.js'
import type { Machine } from '../../machine/index.js'

const COMM_BYTES = 16

/** What the places in memory are called where a journal stands: `sock 0x11240` is `socket 5`. */
export type Names = ReadonlyMap<string, string>

/** The names of the sockets and tasks that there are. */
export function namesIn(machine: Machine): Names {
  return looking(machine, () => {
    const names = new Map<string, string>()
    for (const { ref, id } of readSockets(machine)) names.set(`sock 0x${ref.toString(16)}`, `socket ${id}`)
    for (let task = machine.raw.task_next(0); task !== 0; task = machine.raw.task_next(task)) {
      const name = taskName(textUntilZero(machine.valueBytes(COMM_BYTES)), machine.listWord(0))
      for (const role of ['task', 'tracee']) names.set(`${role} 0x${task.toString(16)}`, `${role} ${name}`)
    }
    return names
  })
}

/** A call's description with those names in place of addresses, as far as there are any. */
export function inWords(description: string, names: Names): string {
  return description.replace(/\b(?:sock|task|tracee) 0x[0-9a-f]+\b/g, (place) => names.get(place) ?? place)
}
