// The numbers that a run cannot choose, and the names that stand for them: random ports, thread ids, cn_proc's running number.

import type { Piece } from './hex.js'

/** A number of a scenario: itself, or the name of one. */
export type NumberRef = number | { readonly symbol: string }

/** A step uses a name whose number is not known: the scenario cannot be played on. */
export class Unbound extends Error {
  override readonly name = 'Unbound'
}

/** Linux draws random ports below this (as 32 signed bits), so that they never meet a process id. */
const RANDOM_PORTS_BELOW = -4096

export function isRandomPort(port: number): boolean {
  return (port | 0) < RANDOM_PORTS_BELOW
}

export class Symbols {
  readonly #values = new Map<string, number>()

  has(symbol: string): boolean {
    return this.#values.has(symbol)
  }

  /** Gives the name its number; false if no such number can have that name. */
  bind(symbol: string, value: number): boolean {
    const unsigned = value >>> 0
    if (symbol.startsWith('auto.') && (!isRandomPort(value) || this.nameOf(value) !== undefined)) return false
    this.#values.set(symbol, unsigned)
    return true
  }

  /** The name that was given to this number. */
  nameOf(value: number): string | undefined {
    for (const [symbol, known] of this.#values) if (symbol !== 'seq' && known === value >>> 0) return symbol
    return undefined
  }

  number(ref: NumberRef): number {
    if (typeof ref === 'number') return ref
    const value = this.#values.get(ref.symbol)
    if (value === undefined) throw new Unbound(`the number called ${ref.symbol} is not known yet`)
    return value
  }

  bytes(pieces: readonly Piece[]): Uint8Array {
    const parts = pieces.map((piece) => this.#fill(piece))
    if (parts.length === 1) return parts[0]!
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      bytes.set(part, at)
      at += part.length
    }
    return bytes
  }

  #fill(piece: Piece): Uint8Array {
    if (piece instanceof Uint8Array) return piece
    if ('any' in piece) return new Uint8Array(piece.any)
    const number = 'seq' in piece ? this.number({ symbol: 'seq' }) + piece.seq : this.number(piece)
    const word = new Uint8Array(4)
    new DataView(word.buffer).setUint32(0, number, true)
    return word
  }

  /** Whether `value` is the number of that name; a name that is met for the first time gets it. */
  matchNumber(symbol: string, value: number): boolean {
    const known = this.#values.get(symbol)
    return known === undefined ? this.bind(symbol, value) : known === value >>> 0
  }

  matchBytes(pieces: readonly Piece[], bytes: Uint8Array): boolean {
    let at = 0
    for (const piece of pieces) {
      const size = sizeOf(piece)
      if (at + size > bytes.length || !this.#matchPiece(piece, bytes.subarray(at, at + size))) return false
      at += size
    }
    return at === bytes.length
  }

  #matchPiece(piece: Piece, bytes: Uint8Array): boolean {
    if (piece instanceof Uint8Array) return piece.every((byte, i) => byte === bytes[i])
    if ('any' in piece) return true
    const word = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true)
    return 'seq' in piece ? this.matchNumber('seq', word - piece.seq) : this.matchNumber(piece.symbol, word)
  }
}

function sizeOf(piece: Piece): number {
  if (piece instanceof Uint8Array) return piece.length
  return 'any' in piece ? piece.any : 4
}
