// The machine run again and again: programs in turns, in an order that a policy decides; many seeds of a scenario; time that follows
// real time.

export { type FailedSeed, SimulationFailure, type SimulationResult } from './failure.js'
export { asFollowing, Follower } from './follower.js'
export type { Scene, SimulateOptions } from './options.js'
export { Schedule } from './schedule.js'
export { simulateWith } from './simulate.js'
