// What one connection may have: the defaults, and what a host says instead.

import { asOptions } from '../user/arguments.js'
import type { ServeLimits } from './api.js'

/**
 * Eight sockets with Linux's usual receive buffer of 208 KiB fit into `receiveBytes`, which is half of a machine's default memory: who
 * serves many that he does not trust boots a larger one, or gives each of them less.
 */
export const DEFAULT_SERVE_LIMITS: ServeLimits = {
  sockets: 8,
  receiveBytes: 2 * 1024 * 1024,
  memberships: 64,
  calls: 128,
  callBytes: 256 * 1024,
  bytesInFlight: 1024 * 1024,
  ringBytes: 2 * 1024 * 1024,
  callbacks: 16,
  callbackMessages: 256,
}

const MOST = Number.MAX_SAFE_INTEGER
/** Without these nothing could be said at all. */
const AT_LEAST_ONE: ReadonlySet<string> = new Set(['calls', 'callBytes', 'bytesInFlight'])

/**
 * The limits that were asked for, the others by default.
 * @throws TypeError, RangeError
 */
export function resolveServeLimits(asked: Partial<ServeLimits> = {}): ServeLimits {
  asOptions(asked, 'limits', DEFAULT_SERVE_LIMITS)
  const limits = { ...DEFAULT_SERVE_LIMITS }
  for (const [key, value] of Object.entries(asked)) {
    if (value === undefined) continue
    if (typeof value !== 'number') throw new TypeError(`limits.${key} must be a number`)
    const least = AT_LEAST_ONE.has(key) ? 1 : 0
    if (!Number.isInteger(value) || value < least || value > MOST) {
      throw new RangeError(`limits.${key} must be an integer from ${least} to ${MOST}, not ${value}`)
    }
    Object.assign(limits, { [key]: value })
  }
  if (limits.callBytes > limits.bytesInFlight) {
    throw new RangeError('limits.callBytes must not be more than limits.bytesInFlight')
  }
  return limits
}
