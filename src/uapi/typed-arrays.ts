// Uint8Arrays that a caller gave, of any realm and any subclass: what they really are, whatever their own properties say.
// None of these functions runs code of the caller.

const PROTOTYPE = Object.getPrototypeOf(Uint8Array.prototype) as object

function getter<T>(name: string | symbol, prototype = PROTOTYPE): (this: unknown) => T {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get as (this: unknown) => T
}

const realLength = getter<number>('length')
const realOffset = getter<number>('byteOffset')
const realBuffer = getter<ArrayBuffer>('buffer')
const realKind = getter<string | undefined>(Symbol.toStringTag)
const realSize = getter<number>('byteLength', ArrayBuffer.prototype)
// Where memory cannot be resized there is none.
const realResizable = getter<boolean>('resizable', ArrayBuffer.prototype) as ((this: unknown) => boolean) | undefined
const realSet = Uint8Array.prototype.set
const NOTHING = new Uint8Array(0)

/** Whether a value is a Uint8Array of this realm: no proxy, and nothing that only has its prototype. */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && ArrayBuffer.isView(value)
}

/** How many bytes an array has, whatever its `length` says. */
export function lengthOf(array: Uint8Array): number {
  return realLength.call(array)
}

/**
 * Refuses an array whose memory was taken away, before anything happens: what is received into it would be gone.
 * @throws TypeError
 */
export function refuseLost(array: Uint8Array, name: string): void {
  if (lengthOf(array) !== 0) return
  try {
    realSet.call(array, NOTHING)
  } catch {
    throw new TypeError(`${name} has lost its memory`)
  }
}

/** The first `length` bytes of an array, which has so many, as an array of this realm without any overrides. */
export function firstBytes(array: Uint8Array, length: number): Uint8Array {
  // A detached buffer has no views.
  return length === 0 ? new Uint8Array(0) : new Uint8Array(realBuffer.call(array), realOffset.call(array), length)
}

/** The bytes of any Uint8Array, as an array of this realm without any overrides; undefined for what is none. */
export function plainBytes(value: unknown): Uint8Array | undefined {
  if (!ArrayBuffer.isView(value) || realKind.call(value) !== 'Uint8Array') return undefined
  const array = value as Uint8Array
  return firstBytes(array, lengthOf(array))
}

/**
 * An array as little-endian u32, what pads the last one being zeros: over the same memory if it begins and ends at multiples of 4, else a
 * copy.
 */
export function wordsOf(bytes: Uint8Array): Uint32Array {
  const { buffer, byteOffset, length } = bytes
  if (((byteOffset | length) & 3) === 0) return new Uint32Array(buffer, byteOffset, length >>> 2)
  const copy = new Uint8Array((length + 3) & ~3)
  copy.set(bytes)
  return new Uint32Array(copy.buffer)
}

/** Whether an array's memory is plain memory of at most so many bytes, whose size stays until it is detached. */
export function isSteady(array: Uint8Array, most: number): boolean {
  const buffer = realBuffer.call(array)
  try {
    const isPlain = Object.getPrototypeOf(buffer) === ArrayBuffer.prototype && !realResizable?.call(buffer)
    return isPlain && realSize.call(buffer) <= most
  } catch {
    // Shared memory that only looks like plain memory.
    return false
  }
}

/** Copies bytes into an array, which has the room. */
export function copyInto(array: Uint8Array, bytes: Uint8Array, at = 0): void {
  realSet.call(array, bytes, at)
}
