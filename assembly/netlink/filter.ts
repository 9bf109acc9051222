// Classic socket filters (BPF, as in the kernel's networking/filter document): checked when attached, so that the interpreter
// needs no limits: every jump goes forward, every program ends in a return, and a load outside the datagram returns 0.

import { EINVAL, ENOBUFS, ENOMEM } from '../uapi/errno'
import { GFP_KERNEL } from '../uapi/constants'
import { alloc, free } from '../mm/alloc'
import { SCRATCH_AT, nil } from '../memory'
import { random } from '../time/random'
import { Skb, skbData } from '../skb/skb'
import { updateLimit } from '../skb/ring'
import { logDetach } from './group-log'
import { coldOf, SOCK_FILTERED, Sock } from './sock'

//   struct Filter: the number of instructions, what Linux charges for them, then the instructions of 8 bytes
//      0 ┌──────────────┬──────────────┐
//        │ count        │ charge       │
//      8 ├──────┬───┬───┼──────────────┤
//        │ code │jt │jf │ k            │  … count times
//        └──────┴───┴───┴──────────────┘
const HEADER: u32 = 8
const INSTRUCTION: u32 = 8
/** BPF_MAXINSNS. */
export const MAX_INSTRUCTIONS: u32 = 4096
const MEMORY_WORDS: u32 = 16
/** What Linux charges to net.core.optmem_max: a header, and 8 bytes for each instruction of the newer kind that it makes. */
const CHARGE_HEADER: u32 = 96
const OPTMEM_MAX: u32 = 131072

const CLASS: u32 = 7
const LD: u32 = 0
const LDX: u32 = 1
const ST: u32 = 2
const STX: u32 = 3
const ALU: u32 = 4
const JMP: u32 = 5
const RET: u32 = 6
/** What a load reads: its number, a fixed or (from X on) another place, M[], the length, or four times the lower half of a byte. */
const MODE: u32 = 0xe0
const IMMEDIATE: u32 = 0x00
const INDIRECT: u32 = 0x40
const MEMORY: u32 = 0x60
const LENGTH: u32 = 0x80
const HEADER_LENGTH: u32 = 0xa0
/** Calculates and compares with X, not with its own number. */
const SOURCE_X: u32 = 0x08

/** Loads from here on read the datagram as a network header does, from its beginning. */
const SKF_NET_OFF: u32 = 0xfff00000
/** Loads of a fixed place from here on are extensions: they read what the kernel knows beside the datagram. */
const SKF_AD_OFF: u32 = 0xfffff000
const SKF_AD_PROTOCOL: u32 = 0
const SKF_AD_PKTTYPE: u32 = 4
const SKF_AD_IFINDEX: u32 = 8
const SKF_AD_NLATTR: u32 = 12
const SKF_AD_NLATTR_NEST: u32 = 16
const SKF_AD_HATYPE: u32 = 28
const SKF_AD_CPU: u32 = 36
const SKF_AD_ALU_XOR_X: u32 = 40
const SKF_AD_VLAN_TAG_PRESENT: u32 = 48
const SKF_AD_PAY_OFFSET: u32 = 52
const SKF_AD_RANDOM: u32 = 56
const SKF_AD_VLAN_TPID: u32 = 60
/** Two bits for each extension: how many instructions of the newer kind Linux makes of it beyond one. */
const EXTENSION_COSTS: u32 =
  (1 << (SKF_AD_PROTOCOL >>> 1)) |
  (1 << (SKF_AD_PKTTYPE >>> 1)) |
  (3 << (SKF_AD_IFINDEX >>> 1)) |
  (3 << (SKF_AD_NLATTR >>> 1)) |
  (3 << (SKF_AD_NLATTR_NEST >>> 1)) |
  (3 << (SKF_AD_HATYPE >>> 1)) |
  (3 << (SKF_AD_CPU >>> 1)) |
  (2 << (SKF_AD_VLAN_TAG_PRESENT >>> 1)) |
  (3 << (SKF_AD_PAY_OFFSET >>> 1)) |
  (3 << (SKF_AD_RANDOM >>> 1)) |
  (1 << (SKF_AD_VLAN_TPID >>> 1))
const NLATTR_HEADER: u32 = 4
const NLA_TYPE_MASK: u32 = 0x3fff

// Which codes of a class exist: bit n is the code 8 * n and the class.
function codesOf(kind: u32): u32 {
  if (kind == LD) return 0x11771
  if (kind == LDX) return 0x411001
  if (kind == ALU) return 0x3dffff
  if (kind == JMP) return 0x3fd
  if (kind == RET) return 0x5
  return kind > RET ? 0x10001 : 1
}

function known(code: u32): bool {
  return code <= 0xff && ((codesOf(code & CLASS) >>> (code >>> 3)) & 1) != 0
}

// ST and STX.
function isStore(code: u32): bool {
  return (code | 1) == STX
}

// LD and LDX of M[].
function isMemoryLoad(code: u32): bool {
  return (code | LDX) == (MEMORY | LDX)
}

function isExtension(code: u32, k: u32): bool {
  return (code == 0x20 || code == 0x28 || code == 0x30) && k >= SKF_AD_OFF
}

function validInstruction(at: usize, index: u32, count: u32): bool {
  const code = load<u16>(at)
  const k = load<u32>(at, 4)
  if (!known(code)) return false
  if (isStore(code) || isMemoryLoad(code)) return k < MEMORY_WORDS
  if (code == 0x34 || code == 0x94) return k != 0
  if (code == 0x64 || code == 0x74) return k < 32
  if (code == 0x05) return k < count - index - 1
  if (isExtension(code, k)) return (k & 3) == 0 && k - SKF_AD_OFF <= SKF_AD_VLAN_TPID
  if ((code & CLASS) == JMP) return index + 1 + <u32>load<u8>(at, 2) < count && index + 1 + <u32>load<u8>(at, 3) < count
  return true
}

function valid(program: usize, count: u32): bool {
  if (count == 0 || count > MAX_INSTRUCTIONS) return false
  for (let i: u32 = 0; i < count; i++) {
    if (!validInstruction(program + i * INSTRUCTION, i, count)) return false
  }
  return (load<u16>(program + (count - 1) * INSTRUCTION) & CLASS) == RET
}

// M[] must have been written on every way to where it is read; 0, -EINVAL, -ENOBUFS. What is certain at a jump's target is what
// is certain on all ways there; as on Linux, a return counts as one more way to what follows it.
function checkMemory(program: usize, count: u32): i32 {
  const certain = alloc(count << 1, GFP_KERNEL)
  if (!certain) return -ENOBUFS
  memory.fill(certain, 0xff, count << 1)
  let written: u32 = 0
  let result = 0
  for (let i: u32 = 0; i < count; i++) {
    const at = program + i * INSTRUCTION
    const code: u32 = load<u16>(at)
    const k = load<u32>(at, 4)
    written &= load<u16>(certain + (i << 1))
    if (isStore(code)) written |= 1 << k
    else if (isMemoryLoad(code) && !((written >>> k) & 1)) result = -EINVAL
    else if ((code & CLASS) == JMP) {
      meet(certain, i + 1 + (code == 0x05 ? k : <u32>load<u8>(at, 2)), written)
      if (code != 0x05) meet(certain, i + 1 + <u32>load<u8>(at, 3), written)
      written = 0xffff
    }
  }
  free(certain, count << 1)
  return result
}

function meet(certain: usize, index: u32, written: u32): void {
  store<u16>(certain + (index << 1), load<u16>(certain + (index << 1)) & written)
}

// How many instructions of the newer kind Linux makes of one: only SO_MEMINFO and the limit of it show that.
function translated(at: usize): u32 {
  const code: u32 = load<u16>(at)
  const k = load<u32>(at, 4)
  if (isExtension(code, k)) return translatedExtension(k - SKF_AD_OFF)
  if (code == 0xb1) return 6 + translatedLoad(0x30, k)
  if (isLoad(code)) return translatedLoad(code, k)
  if (code == 0x3c || code == 0x9c) return 5
  if (code == 0x06) return 2
  if ((code & CLASS) != JMP || code == 0x05) return 1
  const long: u32 = (code & 8) == 0 && <i32>k < 0 ? 1 : 0
  if (load<u8>(at, 3) == 0 || (load<u8>(at, 2) == 0 && (code & 0xf0) != 0x40)) return long + 1
  return long + 2
}

// Codes 0x20 to 0x30 and 0x40 to 0x50.
function isLoad(code: u32): bool {
  return (code & CLASS) == LD && ((0x770 >>> (code >>> 3)) & 1) != 0
}

/** A load of the datagram takes so many instructions at least, and nothing else does. */
const LEAST_OF_LOAD: u32 = 8

function translatedLoad(code: u32, k: u32): u32 {
  const offset: u32 = k != 0 ? 1 : 0
  if ((code & 0xe0) == 0x40) return 8 + offset
  if (<i32>k < 0) return 8
  return 12 + offset + (sizeOf(code) > 1 ? 1 : 0) + (k > 0x7fff ? 2 : 0)
}

function translatedExtension(which: u32): u32 {
  return 1 + ((EXTENSION_COSTS >>> (which >>> 1)) & 3)
}

function chargeOf(program: usize, count: u32): u32 {
  let made: u32 = 3
  let loads = false
  for (let i: u32 = 0; i < count; i++) {
    const at = program + i * INSTRUCTION
    const more = translated(at)
    made += more
    if (more >= LEAST_OF_LOAD) loads = true
  }
  return CHARGE_HEADER + ((loads ? made + 4 : made) << 3)
}

/** SO_ATTACH_FILTER: copies a program of `count` instructions; 0, -EINVAL for one that could run away, -ENOMEM, -ENOBUFS. */
export function filterAttach(sock: Sock, program: usize, count: u32): i32 {
  if (!valid(program, count)) return -EINVAL
  const refused = checkMemory(program, count)
  if (refused) return refused
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  const charge = chargeOf(program, count)
  if (charge + filterMemory(sock) >= OPTMEM_MAX) return -ENOMEM
  const filter = alloc(HEADER + count * INSTRUCTION, GFP_KERNEL)
  if (!filter) return -ENOBUFS
  filterFree(sock)
  store<u32>(filter, count)
  store<u32>(filter, charge, 4)
  memory.copy(filter + HEADER, program, count * INSTRUCTION)
  cold.filter = filter
  logDetach(sock)
  sock.flags |= SOCK_FILTERED
  updateLimit(sock)
  return 0
}

/** Takes the filter away, if there is one. */
export function filterFree(sock: Sock): void {
  if (!(sock.flags & SOCK_FILTERED)) return
  const filter = sock.cold.filter
  free(filter, HEADER + load<u32>(filter) * INSTRUCTION)
  sock.cold.filter = 0
  sock.flags &= ~SOCK_FILTERED
  updateLimit(sock)
}

/** How many instructions the socket's filter has, 0 without one. */
export function filterCount(sock: Sock): u32 {
  return sock.flags & SOCK_FILTERED ? load<u32>(sock.cold.filter) : 0
}

/** Where the instructions of the socket's filter lie. */
export function filterProgram(sock: Sock): usize {
  return sock.cold.filter + HEADER
}

/** What the socket's filter is charged. */
export function filterMemory(sock: Sock): u32 {
  return sock.flags & SOCK_FILTERED ? load<u32>(sock.cold.filter, 4) : 0
}

// Network byte order; the caller has checked the bounds. What lies behind a shorter number is a message's too, or its guard.
function read(data: usize, at: u32, size: u32): u32 {
  return bswap(load<u32>(data + at)) >>> (32 - (size << 3))
}

function place(at: u32): u32 {
  return at >= SKF_NET_OFF ? at - SKF_NET_OFF : at
}

function within(at: u32, size: u32, len: u32): bool {
  return at <= len && size <= len - at
}

function sizeOf(code: u32): u32 {
  return 4 >>> ((code >>> 3) & 3)
}

function compute(operation: u32, a: u32, b: u32): u32 {
  if (operation == 0) return a + b
  if (operation == 1) return a - b
  if (operation == 2) return a * b
  if (operation == 3) return a / b
  if (operation == 4) return a | b
  if (operation == 5) return a & b
  // As on Linux, and in WebAssembly, only the lower five bits of the distance count.
  if (operation == 6) return a << b
  if (operation == 7) return a >>> b
  if (operation == 8) return -a
  if (operation == 9) return a % b
  return a ^ b
}

function jumps(operation: u32, a: u32, b: u32): bool {
  if (operation == 1) return a == b
  if (operation == 2) return a > b
  if (operation == 3) return a >= b
  return (a & b) != 0
}

// The offset of the first attribute of this type in `length` bytes of attributes, or 0.
function findAttribute(data: usize, from: u32, length: i32, type: u32): u32 {
  let at = from
  let left = length
  while (left >= <i32>NLATTR_HEADER) {
    const size: i32 = load<u16>(data + at)
    if (size < <i32>NLATTR_HEADER || size > left) return 0
    if ((load<u16>(data + at, 2) & NLA_TYPE_MASK) == type) return at
    at += (size + 3) & ~3
    left -= (size + 3) & ~3
  }
  return 0
}

function attribute(data: usize, len: u32, nested: bool, at: u32, type: u32): u32 {
  if (len < NLATTR_HEADER || at > len - NLATTR_HEADER) return 0
  if (!nested) return findAttribute(data, at, len - at, type)
  const size: u32 = load<u16>(data + at)
  return size > len - at ? 0 : findAttribute(data, at + NLATTR_HEADER, size - NLATTR_HEADER, type)
}

// What a netlink message has beside its bytes is nothing; there is one CPU.
function extension(which: u32, data: usize, len: u32, a: u32, x: u32): u32 {
  if (which == SKF_AD_NLATTR || which == SKF_AD_NLATTR_NEST) return attribute(data, len, which == SKF_AD_NLATTR_NEST, a, x)
  if (which == SKF_AD_ALU_XOR_X) return a ^ x
  return which == SKF_AD_RANDOM ? random() : 0
}

/** How many bytes of a message the socket's filter keeps; 0 drops it. */
export function runFilter(sock: Sock, skb: Skb): u32 {
  const data = skbData(skb)
  const len = skb.len
  let a: u32 = 0
  let x: u32 = 0
  let at = sock.cold.filter + HEADER
  while (true) {
    const code: u32 = load<u16>(at)
    const k = load<u32>(at, 4)
    const kind = code & CLASS
    const mode = code & MODE
    const operand = code & SOURCE_X ? x : k
    const operation = (code >>> 4) & 15
    at += INSTRUCTION
    if (kind <= LDX) {
      let value = k
      if (mode == MEMORY) value = load<u32>(SCRATCH_AT + (k << 2))
      else if (mode == LENGTH) value = len
      else if (isExtension(code, k)) {
        // There is no device: Linux returns what A is then.
        if (k == SKF_AD_OFF + SKF_AD_IFINDEX || k == SKF_AD_OFF + SKF_AD_HATYPE) return a
        value = extension(k - SKF_AD_OFF, data, len, a, x)
      } else if (mode != IMMEDIATE) {
        const from = place(mode == INDIRECT ? x + k : k)
        if (!within(from, sizeOf(code), len)) return 0
        value = read(data, from, sizeOf(code))
      }
      if (kind == LD) a = value
      else x = mode == HEADER_LENGTH ? (value & 15) << 2 : value
    } else if (kind <= STX) store<u32>(SCRATCH_AT + (k << 2), kind == ST ? a : x)
    else if (kind == ALU) {
      if (operand == 0 && (operation == 3 || operation == 9)) return 0
      a = compute(operation, a, operand)
    } else if (kind == JMP) {
      if (code == 0x05) at += k * INSTRUCTION
      else at += (jumps(operation, a, operand) ? <u32>load<u8>(at - 6) : <u32>load<u8>(at - 5)) * INSTRUCTION
    } else if (kind == RET) return code == 0x06 ? k : a
    else if (code == 0x07) x = a
    else a = x
  }
}
