// A checksum of words that finds every change of one word: each step is a bijection of the sum so far, and of the word.

const FIRST = 0x9e3779b9
const SECOND = 0x85ebca6b
const ODD = 0xc2b2ae35
const OTHER = 0x27d4eb2f

/** The checksum of words `from` (included) to `to` (left out), two words of 32 bits. */
export function checksum(words: Uint32Array, from = 0, to = words.length): readonly [low: number, high: number] {
  let low = FIRST
  let high = SECOND
  for (let at = from; at < to; at++) {
    const word = words[at] as number
    low = Math.imul(low ^ word, ODD)
    low = (low << 13) | (low >>> 19)
    high = Math.imul(high ^ word, OTHER)
    high = (high << 17) | (high >>> 15)
  }
  return [low >>> 0, high >>> 0]
}
