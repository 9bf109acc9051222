// What stands where in a module of WebAssembly, as far as the kernel has it: which kind of bytes follows each operator of a function.

/** Kinds of bytes. The first ones stand nearest to the code around, which has the same names. */
export const NAMES = 0
export const OPERATORS = 1
export const LOCALS = 2
const OFFSETS = 3
/** From here on bytes above 127 are as frequent as others. */
export const CONSTANTS = 4
const CALLS = 5
const REST = 6
export const KINDS = 7
/** Of no kind: what follows an operator that has no operands, and one whose operands only copyRare() knows. */
const NOTHING = 7
const RARE = 8

const MAGIC_AND_VERSION = 8
const EXPORT_SECTION = 7
const CODE_SECTION = 10

const BLOCK = 0x02
const IF = 0x04
const END = 0x0b
const BR = 0x0c
const BR_IF = 0x0d
const BR_TABLE = 0x0e
const CALL = 0x10
const LOCAL_GET = 0x20
const LOCAL_TEE = 0x22
const GLOBAL_GET = 0x23
const GLOBAL_SET = 0x24
const FIRST_ACCESS = 0x28
const LAST_ACCESS = 0x3e
const I32_CONST = 0x41
const I64_CONST = 0x42
const BULK = 0xfc
const MEMORY_COPY = 10
const MEMORY_FILL = 11
const VECTOR = 0xfd
const V128_LOAD = 0
const V128_STORE = 11
const V128_CONST = 12

/** The alignment that stands before the offset of each load and store: none is claimed. */
const ALIGNMENT = 0

/** For each operator the kind of the one number that follows it, or NOTHING, or RARE. */
function operandKinds() {
  return new Uint8Array(256)
    .fill(NOTHING)
    .fill(OPERATORS, BLOCK, IF + 1)
    .fill(OPERATORS, BR, BR_IF + 1)
    .fill(CALLS, CALL, CALL + 1)
    .fill(LOCALS, LOCAL_GET, LOCAL_TEE + 1)
    .fill(OPERATORS, GLOBAL_GET, GLOBAL_SET + 1)
    .fill(OFFSETS, FIRST_ACCESS, LAST_ACCESS + 1)
    .fill(CONSTANTS, I32_CONST, I64_CONST + 1)
    .fill(RARE, BR_TABLE, BR_TABLE + 1)
    .fill(RARE, BULK, VECTOR + 1)
}

/**
 * Goes through a module once, and copies each byte by its kind. Nearly all bytes are seen by one loop, which an interpreter runs at first:
 * so it calls little.
 * @param {object} tape
 * @param {(kind: number) => number} tape.copy copies the next byte, which is of this kind, and gives it
 * @param {(byte: number) => void} tape.skip the next byte can be only this one
 * @param {(body: () => void) => void} tape.sized goes through a body, before which its size stands
 * @param {() => boolean} tape.ended
 */
export function copyModule({ copy, skip, sized, ended }) {
  const kinds = operandKinds()
  const copyFunction = () => {
    for (let left = copyNumber(copy, REST); left > 0; left--) {
      copyNumber(copy, REST)
      copy(REST)
    }
    for (let depth = 1; depth > 0; ) {
      const operator = copy(OPERATORS)
      const kind = kinds[operator]
      if (kind === NOTHING) {
        if (operator === END) depth--
      } else if (kind === RARE) copyRare(copy, operator)
      else {
        if (operator <= IF) depth++
        if (kind === OFFSETS) skip(ALIGNMENT)
        while (copy(kind) > 127);
      }
    }
  }
  copySome(copy, REST, MAGIC_AND_VERSION)
  while (!ended()) {
    const section = copy(REST)
    const size = copyNumber(copy, REST)
    if (section === CODE_SECTION) for (let left = copyNumber(copy, REST); left > 0; left--) sized(copyFunction)
    else if (section === EXPORT_SECTION) copyExports(copy)
    else copySome(copy, REST, size)
  }
}

/** A number in LEB128; what it gives is the number if that is not negative. */
function copyNumber(copy, kind) {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = copy(kind)
    value |= (byte & 127) << shift
    if (byte < 128) return value
  }
}

function copyExports(copy) {
  for (let left = copyNumber(copy, REST); left > 0; left--) {
    copySome(copy, NAMES, copyNumber(copy, REST))
    copy(REST)
    copyNumber(copy, REST)
  }
}

function copySome(copy, kind, count) {
  for (; count > 0; count--) copy(kind)
}

/** The operands of an operator that is RARE. */
function copyRare(copy, operator) {
  const first = copyNumber(copy, OPERATORS)
  if (operator === BR_TABLE) for (let left = first; left >= 0; left--) copyNumber(copy, OPERATORS)
  if (operator === BULK) copySome(copy, REST, first === MEMORY_COPY ? 2 : first === MEMORY_FILL ? 1 : 0)
  if (operator !== VECTOR) return
  if (first === V128_CONST) copySome(copy, CONSTANTS, 16)
  if (first !== V128_LOAD && first !== V128_STORE) return
  copyNumber(copy, REST)
  copyNumber(copy, OFFSETS)
}
