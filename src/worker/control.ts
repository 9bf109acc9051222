// How much room control messages take, which both ends look at.

const CMSGHDR_BYTES = 16

/** A call takes no more: what the window of the machine holds. */
export const MOST_CONTROL_BYTES = 16384

/** Bytes of control messages with data of these lengths, as cmsg(3) lays them out. */
export function controlBytes(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + CMSGHDR_BYTES + Math.ceil(length / 8) * 8, 0)
}
