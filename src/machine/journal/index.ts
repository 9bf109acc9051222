// Journals: everything that enters a machine, written down in order, and played again.

export { JournalError } from './error.js'
export { Journal } from './journal.js'
export { type Difference, Player, type PlayerOptions } from './player.js'
export { type ReplayOptions, type ReplayResult, replayJournal } from './replay.js'
export { Comparison, DivergenceError } from './self-check.js'
