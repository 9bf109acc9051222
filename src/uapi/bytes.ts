// Reading and writing little-endian fields. Views never reach beyond the array that they are made from.

import { bytes } from './args.js'

/** A DataView of exactly the bytes of `array`. */
export function viewOf(array: Uint8Array): DataView {
  return new DataView(array.buffer, array.byteOffset, array.byteLength)
}

/** A view of `array`, which a struct starts. RangeError, with the struct's name, if the array is shorter than that. */
export function structView(array: Uint8Array, size: number, struct: string): DataView {
  const short = shortFor(array, size, struct)
  if (short !== null) throw new RangeError(short)
  return viewOf(array)
}

/** What is wrong with an array that is too short for a struct, or null. TypeError if it is no Uint8Array. */
export function shortFor(array: Uint8Array, size: number, struct: string): string | null {
  const { length } = bytes(array, struct)
  return length < size ? `${struct} needs ${size} bytes, there are ${length}` : null
}

/** A copy that shares nothing (Buffer's own slice() would be a view). */
export function copyOf(array: Uint8Array, from: number, to: number): Uint8Array {
  return new Uint8Array(array.subarray(from, to))
}

/** A field read: 32 bits, unsigned. */
export function getU32(view: DataView, offset: number): number {
  return view.getUint32(offset, true)
}

/** A field read: 32 bits, signed. */
export function getI32(view: DataView, offset: number): number {
  return view.getInt32(offset, true)
}

/** A field read: 16 bits, unsigned. */
export function getU16(view: DataView, offset: number): number {
  return view.getUint16(offset, true)
}

/** A field written: 32 bits. The number is checked by the caller. */
export function setU32(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value, true)
}

/** A field written: 16 bits. The number is checked by the caller. */
export function setU16(view: DataView, offset: number, value: number): void {
  view.setUint16(offset, value, true)
}
