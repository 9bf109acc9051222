// The default profile and limits, and how they go into the machine.

import type { BootOptions, Limits } from '../api.js'
import { LINUX_2_6_14, LINUX_6, type Profile, type TruesizeTable } from '../uapi/index.js'
import { asInteger, asOptions } from '../user/index.js'

/** What boot() takes when it is given none: today's dispatch, with everything that the document promises. */
export const DEFAULT_PROFILE: Profile = { ...LINUX_6, name: 'default', notifications: true, connectorGroups: 'any' }

const PROFILES: Readonly<Record<string, Profile>> = { LINUX_6, LINUX_2_6_14 }

/** 4 MiB, and room for what fits into it. */
export const DEFAULT_LIMITS: Limits = {
  memory: 4 * 1024 * 1024,
  sockets: 65536,
  callbacks: 16384,
  tasks: 32768,
  timers: 65536,
  groups: 65536,
  namespaces: 256,
}

/** A log costs a little memory, and its members a look at it with every receive. */
const DEFAULT_GROUP_LOG = 8

/** References are signed numbers on their way out, so memory ends below 2 GiB. */
const MAX_MEMORY = 2 ** 31 - 65536
const MAX_COUNT = 2 ** 31 - 1

/**
 * The profile that was asked for.
 * @throws RangeError for a name that is none, TypeError for fields of the wrong type
 */
export function resolveProfile(asked: BootOptions['profile']): Profile {
  if (asked === undefined) return DEFAULT_PROFILE
  const profile = typeof asked !== 'string' ? asked : Object.hasOwn(PROFILES, asked) ? PROFILES[asked] : undefined
  if (profile === undefined)
    throw new RangeError(`profile must be one of ${Object.keys(PROFILES).join(', ')}, not ${String(asked)}`)
  return checkProfile(profile)
}

// A copy: what is checked is what counts, whatever the object says when it is asked again.
function checkProfile(profile: Profile): Profile {
  const { name, dispatch, notifications, connectorGroups, truesize: given } = asOptions(profile, 'profile', LINUX_6)
  const truesize: { -readonly [K in keyof TruesizeTable]: number } = { ...LINUX_6.truesize }
  if (dispatch !== 'send' && dispatch !== 'workqueue')
    throw new TypeError("profile.dispatch must be 'send' or 'workqueue'")
  if (typeof notifications !== 'boolean') throw new TypeError('profile.notifications must be a boolean')
  if (connectorGroups !== 32 && connectorGroups !== 'any')
    throw new TypeError("profile.connectorGroups must be 32 or 'any'")
  for (const key of Object.keys(LINUX_6.truesize) as (keyof TruesizeTable)[]) {
    // A message that counts nothing would let a queue grow without end.
    truesize[key] = asInteger(given?.[key], `profile.truesize.${key}`, key === 'skbuff' ? 1 : 0, 2 ** 20)
  }
  return { name, dispatch, notifications, connectorGroups, truesize }
}

/**
 * The limits that were asked for, the others by default.
 * @throws TypeError, RangeError
 */
export function resolveLimits(asked: Partial<Limits> = {}): Limits {
  asOptions(asked, 'limits', DEFAULT_LIMITS)
  const limits = { ...DEFAULT_LIMITS }
  for (const [key, value] of Object.entries(asked)) {
    if (value === undefined) continue
    const most = key === 'memory' ? MAX_MEMORY : key === 'namespaces' ? 2 ** 23 : MAX_COUNT
    Object.assign(limits, { [key]: asInteger(value, `limits.${key}`, key === 'memory' ? 131072 : 0, most) })
  }
  return limits
}

/**
 * From how many members on a group keeps a log, as the machine takes it.
 * @throws TypeError, RangeError
 */
export function resolveGroupLog(asked: BootOptions['groupLog'] = DEFAULT_GROUP_LOG): number {
  return asInteger(asked, 'groupLog', 0, MAX_COUNT) || MAX_COUNT
}

/** Profile and limits as words, in the order of struct Kernel (assembly/kernel.ts), and from how many members a group keeps a log. */
export function configWords(profile: Profile, limits: Limits, groupLog = resolveGroupLog()): number[] {
  const { truesize } = profile
  return [
    truesize.skbuff,
    truesize.sharedInfo,
    truesize.smallHead,
    truesize.smallest,
    truesize.largest,
    profile.dispatch === 'workqueue' ? 1 : 0,
    profile.connectorGroups === 'any' ? 1 : 0,
    profile.notifications ? 1 : 0,
    limits.sockets,
    // The connector's own registrations do not count against the caller.
    limits.callbacks + (profile.notifications ? 2 : 1),
    limits.tasks,
    limits.timers,
    limits.groups,
    limits.namespaces,
    groupLog,
  ]
}
