// Colours of text on a terminal.

import type { Environment, Stream } from './surroundings.js'

const CODES = { bold: 1, dim: 2, red: 31, green: 32, cyan: 36 } as const

/** Writes text in a colour, or leaves it as it is. */
export type Paint = (colour: keyof typeof CODES, text: string) => string

export const plain: Paint = (_, text) => text
export const coloured: Paint = (colour, text) => `\x1b[${CODES[colour]}m${text}\x1b[0m`

/** How to paint on a stream: in colours if it is a terminal that can, and nobody said no. */
export function paintOn(stream: Pick<Stream, 'isTTY'>, env: Environment): Paint {
  return stream.isTTY && !env.NO_COLOR && env.TERM !== 'dumb' ? coloured : plain
}
