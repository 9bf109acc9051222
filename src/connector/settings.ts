// What connect() and serve() were told, checked by the names that the caller knows, and complete.

import type { CoreKernel } from '../api.js'
import { u32 } from '../uapi/index.js'
import { asBoolean, asHook, asNumber, asOptions } from '../user/arguments.js'
import type { ServeOptions } from './handler.js'
import type { ConnectOptions } from './options.js'

const DEFAULT_MAX_QUEUED = 256
const DEFAULT_MAX_PENDING = 1024

/** @throws TypeError, RangeError for what options cannot be */
export function asClientSettings(given: ConnectOptions) {
  const {
    losses = 'errors',
    sequence = 'none',
    groups = [],
    portid = 0,
  } = asOptions(given, 'options', {
    groups: 1,
    portid: 1,
    losses: 1,
    sequence: 1,
    maxQueued: 1,
    keepPendingOnLoss: 1,
    firstSequence: 1,
  })
  if (losses !== 'errors' && losses !== 'values') throw new TypeError("losses must be 'errors' or 'values'")
  if (sequence !== 'none' && sequence !== 'per-id' && typeof sequence !== 'function') {
    throw new TypeError("sequence must be 'none', 'per-id' or a function")
  }
  if (typeof groups?.[Symbol.iterator] !== 'function') throw new TypeError('groups must be a list of numbers')
  return {
    losses,
    sequence,
    groups,
    portid: u32(portid, 'portid'),
    maxQueued: asLimit(given.maxQueued ?? DEFAULT_MAX_QUEUED, 'maxQueued'),
    keepPendingOnLoss: asBoolean(given.keepPendingOnLoss ?? false, 'keepPendingOnLoss'),
    firstSequence: u32(given.firstSequence ?? 1, 'firstSequence'),
  }
}

/** @throws TypeError, RangeError for what options cannot be */
export function asServiceSettings(given: ServeOptions) {
  const {
    name = 'service',
    onError,
    maxPending = DEFAULT_MAX_PENDING,
  } = asOptions(given, 'options', { name: 1, onError: 1, maxPending: 1 })
  return {
    name,
    onError: asHook(onError, 'onError'),
    maxPending: asLimit(maxPending, 'maxPending'),
  }
}

/** @throws TypeError for what is none */
export function asKernel(kernel: CoreKernel): CoreKernel {
  if (typeof kernel?.timer_setup !== 'function') throw new TypeError('kernel must be a kernel: boot() makes one')
  return kernel
}

function asLimit(value: number, name: string): number {
  if (!(asNumber(value, name) >= 1)) throw new RangeError(`${name} must be at least 1, not ${value}`)
  return value
}
