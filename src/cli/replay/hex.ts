// Bytes as scenarios write them: hex digits, `xx*N` for runs, parts joined by `+`, and {{names}} for what a run cannot fix.

/** A piece of a pattern: fixed bytes, four bytes that have a name, cn_proc's running number, or bytes that may be anything. */
export type Piece = Uint8Array | { readonly symbol: string } | { readonly seq: number } | { readonly any: number }

/** No message of a scenario comes near it; a slip of the pen in a count shall not eat the memory. */
const MOST_BYTES = 1 << 26

/** Runs longer than this many bytes get the short form, as in the recordings. */
const LONG_RUN = 65

// A `+` inside braces belongs to a name.
const PARTS = /\+(?![^{]*\}\})/
const RUN = /^((?:[0-9a-f]{2})*)\*(\d+)$/i
const PIECE = /\{\{((?:auto|tid)\.\w+)\}\}|\{\{seq([+-]\d+)\}\}|\{\{any:(\d+)\}\}|((?:[0-9a-f]{2})+)/iy

/** The pieces of a pattern. @throws Error telling what is wrong with the text */
export function parseHex(text: string): Piece[] {
  return text.split(PARTS).flatMap((part) => {
    const run = RUN.exec(part)
    return run ? [repeated(run[1]!, Number(run[2]))] : piecesOf(part)
  })
}

function piecesOf(part: string): Piece[] {
  const pieces: Piece[] = []
  PIECE.lastIndex = 0
  while (PIECE.lastIndex < part.length) {
    const from = PIECE.lastIndex
    const found = PIECE.exec(part)
    if (!found) throw new Error(`not hex: "${part.slice(from, from + 20)}"`)
    const [, symbol, seq, any, digits] = found
    if (symbol !== undefined) pieces.push({ symbol })
    else if (seq !== undefined) pieces.push({ seq: Number(seq) })
    else if (any !== undefined) pieces.push({ any: Number(any) })
    else pieces.push(fromDigits(digits!))
  }
  return pieces
}

function repeated(digits: string, count: number): Uint8Array {
  const once = fromDigits(digits)
  if (once.length * count > MOST_BYTES) throw new Error(`a run of ${count} bytes is too long`)
  const bytes = new Uint8Array(once.length * count)
  for (let at = 0; at < bytes.length; at += once.length) bytes.set(once, at)
  return bytes
}

function fromDigits(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/** The other way, as the recordings write bytes. */
export function toHex(bytes: Uint8Array): string {
  const parts: string[] = []
  let plain = 0
  for (let at = 0; at < bytes.length; ) {
    const end = endOfRun(bytes, at)
    if (end - at >= LONG_RUN) {
      if (at > plain) parts.push(plainHex(bytes.subarray(plain, at)))
      parts.push(`${plainHex(bytes.subarray(at, at + 1))}*${end - at}`)
      plain = end
    }
    at = end
  }
  if (plain < bytes.length || parts.length === 0) parts.push(plainHex(bytes.subarray(plain)))
  return parts.join('+')
}

function endOfRun(bytes: Uint8Array, from: number): number {
  let end = from + 1
  while (end < bytes.length && bytes[end] === bytes[from]) end++
  return end
}

/** Hex without short forms. */
export function plainHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
