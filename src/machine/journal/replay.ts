// Replaying a journal from its beginning to its end.

import { type Difference, Player, type PlayerOptions } from './player.js'

/** Calls between two reports of progress. */
const REPORT = 4096

export interface ReplayOptions extends Omit<PlayerOptions, 'images'> {
  /** Is told now and then how many calls have been played, and at the end. */
  readonly progress?: ((done: number, total: number) => void) | undefined
}

export interface ReplayResult {
  /** How many calls were played, nested ones included. */
  readonly calls: number
  /** The digest of the state that it led to: 16 hexadecimal digits. */
  readonly stateHash: string
  /** The digest that the journal has for its end. */
  readonly expected: string
  /** What went another way first; null if everything went as it is written down, and to the same state. */
  readonly difference: Difference | null
}

/**
 * Plays a journal: the same calls with the same bytes, and in place of each function of the host what it did.
 * @throws TypeError for anything but a Uint8Array; JournalError, with the place, for a journal that is damaged, cut short, of another
 * kernel, or none; what `progress` throws
 */
export function replayJournal(journal: Uint8Array, options: ReplayOptions = {}): ReplayResult {
  const { progress } = options
  const player = new Player(journal, { ...options, images: false })
  let reported = 0
  while (player.step()) {
    if (progress === undefined || player.position - reported < REPORT) continue
    reported = player.position
    progress(reported, player.total)
  }
  progress?.(player.position, player.total)
  const { position: calls, expected } = player
  const stateHash = player.stateHash()
  return { calls, stateHash, expected, difference: player.difference ?? ofState(player, journal, stateHash) }
}

function ofState(player: Player, journal: Uint8Array, stateHash: string): Difference | null {
  if (stateHash === player.expected) return null
  const what = `every call went as the first time, but led to the state ${stateHash}, and the first time to ${player.expected}`
  return { call: Math.max(0, player.position - 1), at: journal.length, what }
}
