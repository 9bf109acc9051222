// Sleeping on a word of shared memory until another thread changes it and says so.

/** Where the host has no Atomics.waitAsync: looks so often, in milliseconds. */
const LOOK_EVERY = 4

interface WaitAsync {
  waitAsync?(
    words: Int32Array,
    at: number,
    seen: number,
  ): { async: false; value: string } | { async: true; value: Promise<string> }
}

/** Changes a word and wakes whoever sleeps on it. */
export function signal(words: Int32Array, at: number): void {
  Atomics.add(words, at, 1)
  Atomics.notify(words, at)
}

/**
 * Blocks this thread until the word is not `seen` any more, or that many milliseconds are over.
 * @throws TypeError in a page's own thread, which may not block
 */
export function blockOn(words: Int32Array, at: number, seen: number, milliseconds: number): void {
  try {
    Atomics.wait(words, at, seen, milliseconds)
  } catch (cause) {
    throw new TypeError('this thread may not block: that is for workers; a page awaits readable() or writable()', {
      cause,
    })
  }
}

/** Resolves when the word is not `seen` any more. */
export async function whenChanged(words: Int32Array, at: number, seen: number): Promise<void> {
  const { waitAsync } = Atomics as WaitAsync
  if (waitAsync !== undefined) {
    await waitAsync.call(Atomics, words, at, seen).value
    return
  }
  while (Atomics.load(words, at) === seen) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY))
}
