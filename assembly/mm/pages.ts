// Runs of 4 KiB pages: first fit by size, neighbours coalesce when they come back.
//
//   page map, at PAGE_MAP_AT: one descriptor of 16 bytes for each page from there on, its own pages too
//      0 ┌──────────────┬──────────────┐
//        │ next         │ prev         │ pages of the same list (page numbers; 0: none)
//      8 ├──────────────┼──────────────┤
//        │ state, length│ free list    │ state in bits 28..31, length of the run or class and used blocks below
//     16 └──────────────┴──────────────┘
//   Of a free run the first and the last page know the length; of one in use the first.

import { FREE_RUNS, kernel } from '../kernel'
import { PAGE_MAP_AT } from '../memory'

/** Bytes of a page, as a shift. */
export const PAGE_SHIFT: u32 = 12
/** Bytes of a page. */
export const PAGE_SIZE: u32 = 4096

/** State of a run that is free. */
export const FREE: u32 = 1
const LARGE: u32 = 2
/** State of a page that is cut into blocks. */
export const SMALL: u32 = 3
/** Where the state lies in `info`, as a shift. */
export const STATE_SHIFT: u32 = 28
const LENGTH_MASK: u32 = 0x0fffffff

/** struct Page, a descriptor of the page map. */
@unmanaged
export class Page {
  next: u32
  prev: u32
  info: u32
  free: usize
}

/** The descriptor of a page number. */
// @ts-ignore: decorator
@inline
export function pageOf(number: u32): Page {
  return changetype<Page>(PAGE_MAP_AT + ((number - (PAGE_MAP_AT >>> PAGE_SHIFT)) << 4))
}

/** The number of the page that holds an address. */
// @ts-ignore: decorator
@inline
export function pageNumber(address: usize): u32 {
  return (address as u32) >>> PAGE_SHIFT
}

// @ts-ignore: decorator
@inline
function binOf(length: u32): u32 {
  return 31 - clz(length)
}

/** Makes a page the first of the list at `head`. */
export function linkPage(head: usize, number: u32): void {
  const page = pageOf(number)
  const first = load<u32>(head)
  page.next = first
  page.prev = 0
  if (first) pageOf(first).prev = number
  store<u32>(head, number)
}

/** Takes a page out of the list at `head`. */
export function unlinkPage(head: usize, number: u32): void {
  const page = pageOf(number)
  if (page.prev) pageOf(page.prev).next = page.next
  else store<u32>(head, page.next)
  if (page.next) pageOf(page.next).prev = page.prev
}

function addFreeRun(first: u32, length: u32): void {
  pageOf(first).info = (FREE << STATE_SHIFT) | length
  pageOf(first + length - 1).info = (FREE << STATE_SHIFT) | length
  linkPage(FREE_RUNS + (binOf(length) << 2), first)
}

function removeFreeRun(first: u32): u32 {
  const length = pageOf(first).info & LENGTH_MASK
  unlinkPage(FREE_RUNS + (binOf(length) << 2), first)
  return length
}

/** Lays out the page map over all memory from PAGE_MAP_AT to `end` (an address). */
export function initPages(end: u32): void {
  const total = (end - PAGE_MAP_AT) >>> PAGE_SHIFT
  const mapPages = ((total << 4) + PAGE_SIZE - 1) >>> PAGE_SHIFT
  const k = kernel()
  k.firstPage = (PAGE_MAP_AT >>> PAGE_SHIFT) + mapPages
  k.endPage = end >>> PAGE_SHIFT
  addFreeRun(k.firstPage, k.endPage - k.firstPage)
}

/** The first page number of a run of `length` pages, or 0. */
export function allocPages(length: u32): u32 {
  for (let bin = binOf(length); bin < 32; bin++) {
    let first = load<u32>(FREE_RUNS + (bin << 2))
    while (first) {
      const have = pageOf(first).info & LENGTH_MASK
      if (have >= length) {
        removeFreeRun(first)
        if (have > length) addFreeRun(first + length, have - length)
        // The last page too: it may have ended a free run, and whoever frees its neighbour looks at it.
        pageOf(first + length - 1).info = (LARGE << STATE_SHIFT) | length
        pageOf(first).info = (LARGE << STATE_SHIFT) | length
        return first
      }
      first = pageOf(first).next
    }
  }
  return 0
}

/** Gives a run back and joins it with free neighbours. */
export function freePages(first: u32, length: u32): void {
  const k = kernel()
  if (first > k.firstPage && pageOf(first - 1).info >>> STATE_SHIFT == FREE) {
    const before = pageOf(first - 1).info & LENGTH_MASK
    first -= before
    length += before
    removeFreeRun(first)
  }
  const after = first + length
  if (after < k.endPage && pageOf(after).info >>> STATE_SHIFT == FREE) length += removeFreeRun(after)
  addFreeRun(first, length)
}

/** How many pages are free. */
export function pagesFree(): u32 {
  let free: u32 = 0
  for (let bin: u32 = 0; bin < 32; bin++) {
    for (let first = load<u32>(FREE_RUNS + (bin << 2)); first; first = pageOf(first).next) free += pageOf(first).info & LENGTH_MASK
  }
  return free
}

/** Where what is in use ends: behind it there is one free run, whose bytes mean nothing. */
export function pagesEnd(): u32 {
  const end = kernel().endPage
  const last = pageOf(end - 1).info
  return (last >>> STATE_SHIFT == FREE ? end - (last & LENGTH_MASK) : end) << PAGE_SHIFT
}

/** How many pages the run in use that begins at `first` has. */
export function runLength(first: u32): u32 {
  assert(pageOf(first).info >>> STATE_SHIFT == LARGE, 'mm: this page does not begin a large block')
  return pageOf(first).info & LENGTH_MASK
}
