// How one end notices in a browser that the other one has died: that one holds a lock of the Web Locks API, which the browser takes back
// whatever happened to it. Nobody has to be asked, so frozen tabs and those in a debugger keep what they have.

import { Violation } from './violation.js'

const PREFIX = 'kernel-connector:'
const NAME_CHARACTERS = 64

function lockManager(): LockManager | undefined {
  return typeof navigator === 'undefined' ? undefined : navigator.locks
}

/**
 * Holds a lock of its own until `end`; `held` is told its name when it has it. Resolves then, or when it gets none: a thread that blocks
 * before would never tell of it.
 */
export async function holdLock(end: Promise<unknown>, held: (name: string) => void): Promise<void> {
  const locks = lockManager()
  if (locks === undefined) return
  const random = crypto.getRandomValues(new Uint32Array(4))
  const name = PREFIX + Array.from(random, (word) => word.toString(36)).join('-')
  await new Promise<void>((resolve) => {
    const hold = () => {
      held(name)
      resolve()
      return end
    }
    // A host may have them and not give them, to documents without an origin for example.
    locks.request(name, hold).catch(() => resolve())
  })
}

/** The name of a lock that the other end says it holds. @throws Violation */
export function checkLockName(name: unknown): string {
  if (typeof name !== 'string' || !name.startsWith(PREFIX) || name.length > NAME_CHARACTERS) {
    throw new Violation('a lock without a name of ours')
  }
  return name
}

/**
 * Waits until nobody holds a lock any more.
 * @param watched is told that it is held, before; of a lock of another origin nobody is ever told anything
 */
export async function watchLock(name: string, signal: AbortSignal, watched: () => void): Promise<boolean> {
  const locks = lockManager()
  if (locks === undefined) return false
  try {
    const { held = [] } = await locks.query()
    if (signal.aborted || !held.some((lock) => lock.name === name)) return false
    watched()
    return await locks.request(name, { signal, mode: 'shared' }, () => true)
  } catch {
    return false
  }
}
