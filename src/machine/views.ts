// Views of messages, most of them in the kernel's memory. Making one costs more than sending a message, so they are kept, by the place where a message
// lies: memory never moves, and what is sent and received again and again lies where it lay.

import type { MessageView } from '../api.js'

/** So many are kept, one for each 64 bytes of memory in turn: a message begins at a multiple of that. */
const KEPT = 4096
const LINE_BITS = 6

export class View implements MessageView {
  readonly bytes: Uint8Array
  readonly words: Uint32Array
  readonly length: number
  readonly #at: number

  constructor(memory: ArrayBuffer, at: number, length: number) {
    this.bytes = new Uint8Array(memory, at, length)
    this.words = new Uint32Array(memory, at, Math.ceil(length / 4))
    this.length = length
    this.#at = at
  }

  is(at: number, length: number): boolean {
    return this.#at === at && this.length === length
  }
}

/** A message of zeros that lies in no machine. @throws RangeError if there cannot be so many bytes */
export function ownView(length: number): MessageView {
  return new View(new ArrayBuffer(Math.ceil(length / 4) * 4), 0, length)
}

export class Views {
  readonly #memory: ArrayBuffer
  readonly #words: Uint32Array
  #views: (View | undefined)[] = []

  constructor(memory: ArrayBuffer, words: Uint32Array) {
    this.#memory = memory
    this.#words = words
  }

  /** The view of so many bytes at a multiple of 4; what pads its last word is zeros. */
  at(at: number, length: number): MessageView {
    if ((length & 3) !== 0) clearPadding(this.#words, at, length)
    const view = this.#views[(at >>> LINE_BITS) & (KEPT - 1)]
    if (view?.is(at, length)) return view
    return this.#make(at, length)
  }

  #make(at: number, length: number): MessageView {
    if (this.#views.length === 0) this.#views = new Array(KEPT).fill(undefined)
    const view = new View(this.#memory, at, length)
    this.#views[(at >>> LINE_BITS) & (KEPT - 1)] = view
    return view
  }
}

/** Behind each message there is room for the rest of its last word, which belongs to nobody. */
function clearPadding(words: Uint32Array, at: number, length: number): void {
  const last = (at + length) >>> 2
  words[last] = (words[last] as number) & ((1 << ((length & 3) * 8)) - 1)
}
