// A hash table of references: open addressing, multiplicative hash, deletion by shifting back, so there are no tombstones.
// The keys are two words of the struct referred to, at offsets that each user of the table names. References are multiples of 64: the
// six bits below hold a part of the hash, so that a look at another key's slot seldom touches what it refers to.
//
//   table, three words somewhere in struct Kernel
//      0 ┌──────────────┐
//        │ slots        │ address of 4-byte references with their tags, 0 while the table is empty
//      4 │ mask         │ number of slots - 1
//      8 │ count        │
//     12 └──────────────┘

import { GFP_KERNEL } from '../uapi/constants'
import { alloc, free } from './alloc'

const FIRST_SIZE: u32 = 16

const TAG_MASK: u32 = 63

// Both keys are multiplied: ids are often made of one number, and then no bit of it may cancel another.
// @ts-ignore: decorator
@inline
function hashOf(a: u32, b: u32): u32 {
  return (b ^ (a * 0x85ebca6b)) * 0x9e3779b1
}

function hashAt(reference: usize, aAt: u32, bAt: u32): u32 {
  return hashOf(load<u32>(reference + aAt), load<u32>(reference + bAt))
}

// @ts-ignore: decorator
@inline
function homeOf(hash: u32, mask: u32): u32 {
  return hash >>> clz(mask)
}

// @ts-ignore: decorator
@inline
function tagged(reference: usize, hash: u32): usize {
  return reference | (hash & TAG_MASK)
}

/** What a slot of a table refers to, 0 for nothing. */
// @ts-ignore: decorator
@inline
export function tableReference(slot: usize): usize {
  return load<usize>(slot) & ~TAG_MASK
}

/** The reference whose keys are `a` and `b`, or 0. */
// @ts-ignore: decorator
@inline
export function tableFind(table: usize, a: u32, b: u32, aAt: u32, bAt: u32): usize {
  const slots = load<usize>(table)
  if (!slots) return 0
  const mask = load<u32>(table, 4)
  const hash = hashOf(a, b)
  let at = homeOf(hash, mask)
  while (true) {
    const slot = load<usize>(slots + (at << 2))
    if (!slot) return 0
    if (((slot ^ hash) & TAG_MASK) == 0) {
      const found = slot & ~TAG_MASK
      if (load<u32>(found + bAt) == b && load<u32>(found + aAt) == a) return found
    }
    at = (at + 1) & mask
  }
}

/** tableFind() for ways that are not hot: not inlined. */
export function tableLook(table: usize, a: u32, b: u32, aAt: u32, bAt: u32): usize {
  return tableFind(table, a, b, aAt, bAt)
}

function place(slots: usize, mask: u32, reference: usize, hash: u32): void {
  let at = homeOf(hash, mask)
  while (load<usize>(slots + (at << 2))) at = (at + 1) & mask
  store<usize>(slots + (at << 2), tagged(reference, hash))
}

function resize(table: usize, size: u32, aAt: u32, bAt: u32): bool {
  const slots = alloc(size << 2, GFP_KERNEL)
  if (!slots) return false
  memory.fill(slots, 0, size << 2)
  const old = load<usize>(table)
  const oldSize = load<u32>(table, 4) + 1
  if (old) {
    for (let i: u32 = 0; i < oldSize; i++) {
      const reference = tableReference(old + (i << 2))
      if (reference) place(slots, size - 1, reference, hashAt(reference, aAt, bAt))
    }
    free(old, oldSize << 2)
  }
  store<usize>(table, slots)
  store<u32>(table, size - 1, 4)
  return true
}

/** Makes sure that one more reference fits; false without memory. tableAdd() cannot fail after it. */
export function tableReserve(table: usize, aAt: u32, bAt: u32): bool {
  if (!load<usize>(table)) return resize(table, FIRST_SIZE, aAt, bAt)
  const size = load<u32>(table, 4) + 1
  if ((load<u32>(table, 8) + 1) * 4 <= size * 3) return true
  return resize(table, size << 1, aAt, bAt)
}

/** Adds a reference whose keys are not in the table. */
export function tableAdd(table: usize, reference: usize, aAt: u32, bAt: u32): void {
  assert((reference & TAG_MASK) == 0, 'table: a reference is no block')
  assert((load<u32>(table, 8) + 1) * 4 <= (load<u32>(table, 4) + 1) * 3, 'table: no room was reserved')
  place(load<usize>(table), load<u32>(table, 4), reference, hashAt(reference, aAt, bAt))
  store<u32>(table, load<u32>(table, 8) + 1, 8)
}

/** Takes out a reference that is in the table. */
export function tableRemove(table: usize, reference: usize, aAt: u32, bAt: u32): void {
  const slots = load<usize>(table)
  const mask = load<u32>(table, 4)
  const hash = hashAt(reference, aAt, bAt)
  let hole = homeOf(hash, mask)
  while (load<usize>(slots + (hole << 2)) != tagged(reference, hash)) {
    assert(load<usize>(slots + (hole << 2)) != 0, 'table: the reference to remove is not there')
    hole = (hole + 1) & mask
  }
  let at = hole
  while (true) {
    at = (at + 1) & mask
    const moved = load<usize>(slots + (at << 2))
    if (!moved) break
    const home = homeOf(hashAt(moved & ~TAG_MASK, aAt, bAt), mask)
    if (((at - home) & mask) >= ((at - hole) & mask)) {
      store<usize>(slots + (hole << 2), moved)
      hole = at
    }
  }
  store<usize>(slots + (hole << 2), 0)
  store<u32>(table, load<u32>(table, 8) - 1, 8)
  tableGiveUp(table)
}

/** Gives the slots back if nothing is in the table: room was reserved, and is not needed. */
export function tableGiveUp(table: usize): void {
  if (load<u32>(table, 8) || !load<usize>(table)) return
  free(load<usize>(table), (load<u32>(table, 4) + 1) << 2)
  // Slots and mask.
  store<u64>(table, 0)
}
