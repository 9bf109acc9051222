// Records: what a journal has for each thing that enters a machine, as words.
//
//   a call                 opcode, its arguments, its result (0 if it has none), then what it reads: the bytes of the transmit
//                          window or of the reserve window, those of the receive window; of a message that the host has filled and that it sends: how
//                          many bytes, and the bytes (a message that it did not fill: 0 for their number, plus FILLED for others)
//   the machine calls      ENTER, kind and slot, a, b; then the calls that the function made; then LEAVE, its answer
//   a function has written WRITTEN, how deep the function is whose message it is, its length, its bytes
//   a rewind               REWOUND, how many bytes, the image
//
// Bytes are padded with zeros to whole words.

/** The machine calls the host. */
export const ENTER = 0xf0
/** The host answers. */
export const LEAVE = 0xf1
/** A function of the host has written into the message that it was given. */
export const WRITTEN = 0xf2
/** An image takes the place of the machine's memory. */
export const REWOUND = 0xf3

/** Bit of the word before a given-up message's bytes: the host has filled it, and its bytes follow. */
export const FILLED = 0x80000000

/** How many words so many bytes take. */
export const wordsOf = (bytes: number): number => (bytes + 3) >>> 2

/** Copies bytes between arrays of words, from one whole word to another; what pads the last word is zeros. */
export function copyBytes(from: Uint32Array, fromAt: number, into: Uint32Array, intoAt: number, bytes: number): void {
  const whole = bytes >>> 2
  if (whole > 64) into.set(from.subarray(fromAt, fromAt + whole), intoAt)
  else for (let index = 0; index < whole; index++) into[intoAt + index] = from[fromAt + index] as number
  const rest = bytes & 3
  if (rest !== 0) into[intoAt + whole] = (from[fromAt + whole] as number) & ((1 << (rest * 8)) - 1)
}
