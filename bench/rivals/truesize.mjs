// What a message counts of its receiver's buffer, as the kernel counts: the queues are to be full at the same message as a socket.

/** Bytes that a socket's queue may hold. */
export const RECEIVE_BUFFER = 212_992

const SKBUFF = 256
const SMALL = 576
const SHARED_INFO = 320
const LARGEST = 4096

/** Bytes that a message of `length` bytes counts. */
export function truesizeOf(length) {
  const sum = ((length + 63) & ~63) + SHARED_INFO
  if (sum > LARGEST) return sum + SKBUFF
  return (sum <= SMALL ? SMALL : 1 << (32 - Math.clz32(sum - 1))) + SKBUFF
}
