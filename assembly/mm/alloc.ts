// The allocator: blocks of 64 to 1024 bytes from pages of one class, larger ones as runs of pages. Every allocation of the
// machine comes through alloc(); so it is the one place where memory pressure and allocation faults can refuse.
//
// A page of blocks goes back as soon as it is empty, but for one of each class that is kept until somebody needs pages. Of each class
// some blocks stay at hand, which their pages count as used: what is freed and taken again at once does not touch a page. When runs of
// pages are short they go back first, so memory ends where it would end without them.

import { AT_HAND, PARTIAL_PAGES, kernel } from '../kernel'
import { reclaimRings } from '../skb/reclaim'
import { allowed } from './gfp'
import { PAGE_SHIFT, PAGE_SIZE, SMALL, allocPages, freePages, linkPage, pageNumber, pageOf, runLength, unlinkPage } from './pages'

const CLASS_SHIFT: u32 = 6
const LARGEST_CLASS: u32 = 16
const USED_MASK: u32 = 0xff
/** So many blocks of a class stay at hand at most. */
const MOST_AT_HAND: u32 = 256

// Poison is a debug aid: what is free, and what is new, holds these bytes, so that a stale or an unset read is seen.
const FREED: u8 = 0xde
const FRESH: u8 = 0xa5

// @ts-ignore: decorator
@inline
function classOf(size: u32): u32 {
  return (size + 63) >>> CLASS_SHIFT
}

// @ts-ignore: decorator
@inline
function blocksOf(sizeClass: u32): u32 {
  return PAGE_SIZE / (sizeClass << CLASS_SHIFT)
}

/** Bytes that a block of `size` bytes really takes. */
export function roomOf(size: u32): u32 {
  if (size <= LARGEST_CLASS << CLASS_SHIFT) return classOf(size) << CLASS_SHIFT
  return (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1)
}

function newPage(sizeClass: u32): u32 {
  const number = takePages(1)
  if (!number) return 0
  const page = pageOf(number)
  const size = sizeClass << CLASS_SHIFT
  const base = number << PAGE_SHIFT
  let at = base + (blocksOf(sizeClass) - 1) * size
  let next: u32 = 0
  while (true) {
    if (!ASC_NO_ASSERT) memory.fill(at, FREED, size)
    store<u32>(at, next)
    next = at
    if (at == base) break
    at -= size
  }
  page.info = (SMALL << 28) | (sizeClass << 8)
  page.free = base
  linkPage(PARTIAL_PAGES + (sizeClass << 2), number)
  return number
}

// When runs are short, blocks at hand go back, empty pages that were kept for their class are given up, then rings that nobody needs now.
function takePages(length: u32): u32 {
  let found = allocPages(length)
  if (!found && reclaim()) found = allocPages(length)
  if (!found && reclaimRings()) {
    reclaim()
    found = allocPages(length)
  }
  return found
}

function reclaim(): bool {
  let any = giveBack()
  for (let sizeClass: u32 = 1; sizeClass <= LARGEST_CLASS; sizeClass++) {
    let number = load<u32>(PARTIAL_PAGES + (sizeClass << 2))
    while (number) {
      const next = pageOf(number).next
      if ((pageOf(number).info & USED_MASK) == 0) {
        unlinkPage(PARTIAL_PAGES + (sizeClass << 2), number)
        freePages(number, 1)
        any = true
      }
      number = next
    }
  }
  return any
}

// The blocks at hand of every class go back to their pages.
function giveBack(): bool {
  let any = false
  for (let sizeClass: u32 = 1; sizeClass <= LARGEST_CLASS; sizeClass++) {
    const head = atHand(sizeClass)
    for (let block = load<u32>(head); block; block = load<u32>(head)) {
      store<u32>(head, load<u32>(block))
      freeSmall(pageNumber(block), block, sizeClass)
      any = true
    }
    store<u32>(head, 0, 4)
  }
  return any
}

// @ts-ignore: decorator
@inline
function atHand(sizeClass: u32): usize {
  return AT_HAND + ((sizeClass - 1) << 3)
}

function allocSmall(sizeClass: u32): usize {
  let number = load<u32>(PARTIAL_PAGES + (sizeClass << 2))
  if (!number) {
    number = newPage(sizeClass)
    if (!number) return 0
  }
  const page = pageOf(number)
  const block = page.free
  page.free = load<u32>(block)
  page.info += 1
  kernel().bytesTaken += sizeClass << CLASS_SHIFT
  if (!page.free) unlinkPage(PARTIAL_PAGES + (sizeClass << 2), number)
  return block
}

/**
 * A block of at least `size` bytes at a multiple of 64, or 0 if there is none or `gfp` forbids it under the present
 * pressure. Its bytes are whatever was there.
 */
export function alloc(size: u32, gfp: u32): usize {
  if (!allowed(size, gfp)) return 0
  if (size > LARGEST_CLASS << CLASS_SHIFT) return allocPaged(size)
  const sizeClass = classOf(size)
  const head = atHand(sizeClass)
  let block: usize = load<u32>(head)
  if (block) {
    store<u32>(head, load<u32>(block))
    store<u32>(head, load<u32>(head, 4) - 1, 4)
  } else {
    block = allocSmall(sizeClass)
    if (!block) return 0
  }
  if (!ASC_NO_ASSERT) memory.fill(block, FRESH, roomOf(size))
  return block
}

function allocPaged(size: u32): usize {
  const block: usize = takePages((size + PAGE_SIZE - 1) >>> PAGE_SHIFT) << PAGE_SHIFT
  if (!block) return 0
  kernel().bytesTaken += roomOf(size)
  if (!ASC_NO_ASSERT) memory.fill(block, FRESH, roomOf(size))
  return block
}

/** A block as from alloc(), all zeros. */
export function allocZero(size: u32, gfp: u32): usize {
  const block = alloc(size, gfp)
  if (block) memory.fill(block, 0, roomOf(size))
  return block
}

/** Gives back a block that was allocated with the same `size`. */
export function free(block: usize, size: u32): void {
  assert(block != 0 && (block & 63) == 0, 'mm: free of something that is no block')
  if (!ASC_NO_ASSERT) poison(block, size)
  if (size > LARGEST_CLASS << CLASS_SHIFT) {
    freePaged(block, size)
    return
  }
  const sizeClass = classOf(size)
  assert(pageOf(pageNumber(block)).info >>> 8 == ((SMALL << 20) | sizeClass), 'mm: a small block is freed with another size')
  const head = atHand(sizeClass)
  const count = load<u32>(head, 4)
  if (count == MOST_AT_HAND) {
    freeSmall(pageNumber(block), block, sizeClass)
    return
  }
  store<u32>(block, load<u32>(head))
  store<u32>(head, block as u32)
  store<u32>(head, count + 1, 4)
}

function freePaged(block: usize, size: u32): void {
  const number = pageNumber(block)
  assert(runLength(number) == (size + PAGE_SIZE - 1) >>> PAGE_SHIFT, 'mm: a large block is freed with another size')
  kernel().bytesTaken -= roomOf(size)
  freePages(number, (size + PAGE_SIZE - 1) >>> PAGE_SHIFT)
}

function freeSmall(number: u32, block: usize, sizeClass: u32): void {
  const page = pageOf(number)
  assert(page.info >>> 8 == ((SMALL << 20) | sizeClass), 'mm: a small block is freed with another size')
  assert((page.info & USED_MASK) != 0, 'mm: more blocks freed than allocated')
  const head = PARTIAL_PAGES + (sizeClass << 2)
  const wasFull = page.free == 0
  store<u32>(block, page.free)
  page.free = block
  page.info -= 1
  kernel().bytesTaken -= sizeClass << CLASS_SHIFT
  if (wasFull) linkPage(head, number)
  // One empty page of the class stays at hand; it is kept only while it is the sole one with free blocks.
  if ((page.info & USED_MASK) == 0 && (page.next || page.prev)) {
    unlinkPage(head, number)
    freePages(number, 1)
  }
}

function poison(block: usize, size: u32): void {
  const room = roomOf(size)
  let same = true
  for (let at: u32 = 4; at < 64; at += 4) {
    if (load<u32>(block + at) != 0xdededede) same = false
  }
  assert(!same, 'mm: a block is freed twice')
  memory.fill(block, FREED, room)
}

/** Bytes in blocks that have not been given back. */
export function bytesInUse(): u32 {
  let bytes = kernel().bytesTaken
  for (let sizeClass: u32 = 1; sizeClass <= LARGEST_CLASS; sizeClass++) {
    bytes -= load<u32>(atHand(sizeClass), 4) * (sizeClass << CLASS_SHIFT)
  }
  return bytes
}
