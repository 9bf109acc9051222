// What of an image is copied: the pages in use, which its own page map tells (assembly/mm/pages.ts). The bytes of free pages mean nothing,
// and memory that nobody writes to costs nothing.

import { LAYOUT } from './abi.generated.js'

const LENGTH = (1 << LAYOUT.PAGE_STATE) - 1
/** The number of the page where the map begins: its first entry is that page's. */
const MAP_PAGE = LAYOUT.PAGE_MAP / LAYOUT.PAGE_BYTES

/** Copies what is in use of an image to `at`; what lies there between that stays. */
export function copyImage(image: Uint8Array, into: Uint8Array, at: number): void {
  const words = new Uint32Array(image.buffer, image.byteOffset, image.length >>> 2)
  const first = wordOf(words, LAYOUT.FIRST_PAGE - LAYOUT.STATE_AT)
  // An image begins where the state of a machine does.
  const map = LAYOUT.PAGE_MAP - LAYOUT.STATE_AT + (first - MAP_PAGE) * LAYOUT.DESCRIPTOR_BYTES
  const pagesAt = first * LAYOUT.PAGE_BYTES - LAYOUT.STATE_AT
  const pages = (image.length - pagesAt) / LAYOUT.PAGE_BYTES
  const copy = (from: number, to: number) => {
    if (0 <= from && from < to && to <= image.length) into.set(image.subarray(from, to), at + from)
  }
  // Behind what is in use lies one free run, of which the map's first and last entry count.
  copy(0, Math.min(map + (pages + 1) * LAYOUT.DESCRIPTOR_BYTES, pagesAt))
  const mapEnd = map + (wordOf(words, LAYOUT.END_PAGE - LAYOUT.STATE_AT) - first) * LAYOUT.DESCRIPTOR_BYTES
  copy(mapEnd - LAYOUT.DESCRIPTOR_BYTES, mapEnd)
  let from = 0
  for (let page = 0; page < pages; ) {
    const info = wordOf(words, map + page * LAYOUT.DESCRIPTOR_BYTES + LAYOUT.DESCRIPTOR_INFO)
    const state = info >>> LAYOUT.PAGE_STATE
    const next = page + (state === LAYOUT.PAGE_SMALL ? 1 : Math.max(info & LENGTH, 1))
    if (state === LAYOUT.PAGE_FREE) {
      copy(pagesAt + from * LAYOUT.PAGE_BYTES, pagesAt + page * LAYOUT.PAGE_BYTES)
      from = next
    }
    page = next
  }
  copy(pagesAt + from * LAYOUT.PAGE_BYTES, image.length)
}

// Behind the end of an image that only pretends to be one there is 0.
const wordOf = (words: Uint32Array, at: number) => words[at >>> 2] ?? 0
