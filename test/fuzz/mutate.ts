// Good bytes made bad: cut, lengthened, fields overwritten with numbers at the edge, parts moved and mixed.
import type { Random } from './random.js'

function cut(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.slice(0, random.below(bytes.length + 1))
}

function lengthen(bytes: Uint8Array, random: Random): Uint8Array {
  return join(bytes, random.bytes(random.length(400)))
}

function flip(bytes: Uint8Array, random: Random): Uint8Array {
  const out = bytes.slice()
  for (let count = random.between(1, 4); count > 0 && out.length > 0; count--) {
    const at = random.below(out.length)
    out[at] = (out[at] as number) ^ (1 << random.below(8))
  }
  return out
}

/** A field of one, two or four bytes, nearly always where fields are. */
function overwrite(bytes: Uint8Array, random: Random): Uint8Array {
  const out = bytes.slice()
  const size = random.pick([1, 2, 4, 4])
  if (out.length < size) return out
  const view = new DataView(out.buffer)
  const places = Math.min(Math.floor(out.length / size), random.oneIn(4) ? 4096 : 16)
  const at = random.below(places) * size
  const value = random.oneIn(3) ? out.length + random.between(-20, 20) : random.edge()
  if (size === 1) view.setUint8(at, value)
  else if (size === 2) view.setUint16(at, value, true)
  else view.setUint32(at, value, true)
  return out
}

function move(bytes: Uint8Array, random: Random): Uint8Array {
  const out = bytes.slice()
  if (out.length === 0) return out
  const from = random.below(out.length)
  out.copyWithin(random.below(out.length), from, from + random.below(64))
  return out
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

const STEPS = [cut, lengthen, flip, overwrite, overwrite, overwrite, move]

/** Some changes to good bytes; now and then none, or something else altogether. */
export function mutate(good: Uint8Array, random: Random, most = 4000): Uint8Array {
  if (random.oneIn(12)) return random.bytes(random.length(most))
  let bytes = good
  for (let count = random.below(4); count > 0; count--) bytes = random.pick(STEPS)(bytes, random)
  return bytes === good ? good.slice() : bytes.subarray(0, most)
}
