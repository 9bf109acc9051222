// A recording: again and again a 32-bit length, little-endian, and a datagram of that many bytes.

const LENGTH_BYTES = 4

/**
 * The datagrams of a recording, as views.
 *
 * @throws RangeError with the place where it ends too early
 */
export function readRecords(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const records: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const start = at + LENGTH_BYTES
    const end = start <= bytes.length ? start + view.getUint32(at, true) : Number.POSITIVE_INFINITY
    if (end > bytes.length) throw new RangeError(`the file ends inside the record at byte ${at}`)
    records.push(bytes.subarray(start, end))
    at = end
  }
  return records
}
