// Secrets: bytes that lie in neighbouring messages, in both windows and in freed memory, and must never come out of a call that
// has nothing to do with them. The debug build's poison counts as one.

/** No input of the fuzzer has this byte so often in a row. */
export const SECRET = 0xe7
const FREED = 0xde
const FRESH = 0xa5
const RUN = 12

/** Where bytes from elsewhere begin, or -1. */
export function leakIn(bytes: Uint8Array): number {
  let run = 0
  let last = -1
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte !== last) {
      last = byte
      run = 1
      continue
    }
    run++
    if (run >= RUN && (byte === SECRET || byte === FREED || byte === FRESH)) return at - RUN + 1
  }
  return -1
}

/** Takes the runs out of an input by which secrets are known. */
export function withoutSecrets(bytes: Uint8Array): Uint8Array {
  for (let at = leakIn(bytes); at >= 0; at = leakIn(bytes)) bytes[at] = 1
  return bytes
}
