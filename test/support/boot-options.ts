// What tests boot with unless they say otherwise. Pages use it too.
import type { BootOptions } from '../../src/api.js'

/** From how many members on groups keep a log: KERNEL_GROUP_LOG runs every test another way. */
const groupLog = typeof process === 'undefined' ? undefined : process.env.KERNEL_GROUP_LOG

/** The options of a test, with those of the run where the test leaves them open. */
export function bootOptions(options: BootOptions = {}): BootOptions {
  const none = typeof options !== 'object' || options === null
  return groupLog === undefined || none ? options : { groupLog: Number(groupLog), ...options }
}
