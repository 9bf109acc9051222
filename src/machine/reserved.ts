// Messages that sockets build in place, before the kernel knows of them. One of them lies in the reserve window, which a call sends as it
// lies there. Others are arrays of their own, sent by a copy: those of further sockets, long ones, and in the debug build all.

import type { MessageView } from '../api.js'
import { LAYOUT } from './abi.generated.js'
import type { Copies } from './copies.js'
import { ownView, View } from './views.js'

/** In the place of an owner: the window is free for whoever comes, and nobody has a message elsewhere. */
export const NOBODY = -1
/** In the place of an owner: whoever comes has to look whether the window is free, and whether he has a message elsewhere. */
const LOOK = -2

/** Views of the window are kept by length, one for each length of these in turn. */
const KEPT = 256

export class Reserved {
  /** Whose message lies in the window, or NOBODY, or LOOK. */
  owner = LOOK
  /** What `owner` is when nobody has the window any more. */
  idle = LOOK
  /** The view of the window that was given last, and its length. */
  view: MessageView = ownView(0)
  length = 0
  readonly #memory: Uint8Array<ArrayBuffer>
  readonly #copies: Copies | null
  readonly #views: (MessageView | undefined)[] = []
  /** The messages that do not lie in the window, by the socket's reference. */
  readonly #others = new Map<number, MessageView>()
  /** The first bytes of a message are being sent, and the others still lie in the window. */
  #isHeld = false

  constructor(memory: Uint8Array<ArrayBuffer>, copies: Copies | null) {
    this.#memory = memory
    this.#copies = copies
    this.#setIdle()
  }

  #setIdle(): void {
    this.idle = this.#others.size > 0 || this.#copies !== null ? LOOK : NOBODY
    if (this.owner === NOBODY) this.owner = this.idle
  }

  /** A message of zeros, in place of the one that the socket has. */
  reserve(sock: number, length: number): MessageView {
    this.forget(sock)
    return this.#isWindowFor(length) ? this.#lay(sock, length) : this.#make(sock, length)
  }

  #isWindowFor(length: number): boolean {
    if (this.owner >= 0 || this.#isHeld || this.#copies !== null) return false
    return length > 0 && length <= LAYOUT.RESERVE_BYTES
  }

  #lay(sock: number, length: number): MessageView {
    this.owner = sock
    this.length = length
    this.view = this.#viewOf(length)
    return this.view
  }

  #viewOf(length: number): MessageView {
    const kept = this.#views[length % KEPT]
    if (kept?.length === length) return kept
    const view = new View(this.#memory.buffer, LAYOUT.RESERVE, length)
    this.#views[length % KEPT] = view
    return view
  }

  #make(sock: number, length: number): MessageView {
    const view = this.#copies === null ? ownView(length) : this.#copies.lend(length)
    this.#others.set(sock, view)
    this.#setIdle()
    return view
  }

  /** The message of a socket that does not lie in the window. */
  otherOf(sock: number): MessageView | undefined {
    return this.#others.get(sock)
  }

  /** It is being sent: it is the socket's no more, and nobody may write into it. */
  beginOther(sock: number, view: MessageView): void {
    this.#others.delete(sock)
    this.#setIdle()
    this.#copies?.setLive(view, false)
  }

  /** It was sent. */
  sentOther(view: MessageView): void {
    this.#copies?.endLent(view)
  }

  /** It was refused, and is the socket's as before. */
  refusedOther(sock: number, view: MessageView): void {
    this.#copies?.setLive(view, true)
    this.#others.set(sock, view)
    this.#setIdle()
  }

  /** What lies in the window is being sent, its first bytes only: nobody else gets the window meanwhile. */
  hold(): void {
    this.owner = LOOK
    this.#isHeld = true
  }

  /** It was sent. */
  sent(): void {
    this.#isHeld = false
    this.#free()
  }

  /** It was refused, and is the socket's as before. */
  refused(sock: number): void {
    this.#isHeld = false
    this.owner = sock
  }

  /** The socket has no message any more. */
  forget(sock: number): void {
    if (this.owner === sock) this.#free()
    else if (this.#others.size > 0) this.#forgetOther(sock)
  }

  #forgetOther(sock: number): void {
    const view = this.#others.get(sock)
    if (view === undefined) return
    this.beginOther(sock, view)
    this.sentOther(view)
  }

  #free(): void {
    this.#memory.fill(0, LAYOUT.RESERVE, LAYOUT.RESERVE + ((this.length + 3) & ~3))
    this.owner = this.idle
  }

  /** Nobody has one any more: time goes back, or ends. What lies in the window may be of a call that broke off. */
  forgetAll(): void {
    for (const sock of [...this.#others.keys()]) this.#forgetOther(sock)
    this.#memory.fill(0, LAYOUT.RESERVE, LAYOUT.RESERVE + LAYOUT.RESERVE_BYTES)
    this.#isHeld = false
    this.owner = LOOK
  }

  /** Nobody can reserve anything until the owner that this gives is put back. */
  bar(): number {
    const { owner } = this
    this.owner = LOOK
    return owner
  }
}
