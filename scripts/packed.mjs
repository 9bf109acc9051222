// The kernel as text in a source file. base64 hides from gzip what repeats, for it cuts bytes up; here a byte is always the same letters:
// one for the small or frequent bytes, two for the others. And bytes of one kind stand together, operators with operators and constants
// with constants, so that gzip finds more of the same: of the kernel it makes 16 KB, of its bytes as they are 17 KB, of base64 22.2 KB.
import { CONSTANTS, copyModule, KINDS, NAMES, OPERATORS } from './module-bytes.mjs'

/** ASCII that needs no escape in any kind of string literal, and ends no script element. */
function usableLetters() {
  let letters = ''
  for (let code = 32; code < 127; code++) {
    const letter = String.fromCharCode(code)
    if (!'"\'`\\$<'.includes(letter)) letters += letter
  }
  return letters
}

/** More exports than these have their names written down. */
const MOST_NUMBERED = 256

/** The names of the release build's exports, one behind another: numbers. A module that has these needs no text for them. */
const exportNumbers = () => Array.from({ length: MOST_NUMBERED }, (_, index) => (index + 1).toString(36)).join('')

/** Letters that stand before another one. */
const PAGES = 2

/** In constants, calls and the rest bytes from here on are rarer than those from FREQUENT on: they change places. */
const RARE = 40
const FREQUENT = 124

/** The place of such a byte, or the byte at a place. */
function exchanged(byte, alone) {
  const count = alone - RARE
  if (byte >= RARE && byte < alone) return byte - RARE + FREQUENT
  return byte >= FREQUENT && byte < FREQUENT + count ? byte - FREQUENT + RARE : byte
}

/**
 * The texts of a module, one for each kind of bytes, and its operators in the order of their letters, which is that of how often they
 * come. The names of exports stand there as they are, if they are no numbers; locals and offsets are their own place in the order of
 * letters.
 * @param {Uint8Array} module
 * @returns {{ texts: string[], order: number[] }}
 * @throws RangeError for a module that has what module-bytes.mjs does not know, or that a compiler writes otherwise
 */
export function pack(module) {
  const kinds = sort(module)
  const counts = new Array(256).fill(0)
  for (const byte of kinds[OPERATORS]) counts[byte]++
  const letters = usableLetters()
  const alone = letters.length - PAGES
  const order = [...new Set(kinds[OPERATORS])].sort((a, b) => counts[b] - counts[a] || a - b)
  const placeOf = (byte, kind) =>
    kind === OPERATORS ? order.indexOf(byte) : kind >= CONSTANTS ? exchanged(byte, alone) : byte
  const texts = kinds.map((bytes, kind) => bytes.map((byte) => lettersOf(placeOf(byte, kind), letters)).join(''))
  texts[NAMES] = String.fromCharCode(...kinds[NAMES])
  if (/\W/.test(texts[NAMES]))
    throw new RangeError('an export of the module has a name of other than letters, digits and _')
  if (exportNumbers().startsWith(texts[NAMES])) texts[NAMES] = ''
  return { texts, order }
}

function lettersOf(place, letters) {
  const behind = place - (letters.length - PAGES)
  if (behind < 0) return letters[place]
  return letters.at(Math.floor(behind / letters.length) - PAGES) + letters[behind % letters.length]
}

/** The bytes of a module by kind. What unpack() can tell by itself is left out: the sizes of functions, and alignments. */
function sort(module) {
  const kinds = Array.from({ length: KINDS }, () => [])
  let at = 0
  const take = () => {
    if (at === module.length) throw new RangeError('the module ends too early, or has an operator that is not known')
    return module[at++]
  }
  const copy = (kind) => {
    const byte = take()
    kinds[kind].push(byte)
    return byte
  }
  const skip = (expected) => {
    if (take() !== expected) throw new RangeError(`byte ${at - 1} of the module must be ${expected}`)
  }
  const sized = (body) => {
    const sizeAt = at
    while (take() > 127);
    const from = at
    body()
    if (sizeOf(at - from).join() !== module.slice(sizeAt, from).join())
      throw new RangeError(`the function at ${sizeAt} of the module has an operator that is not known`)
  }
  copyModule({ copy, skip, sized, ended: () => at === module.length })
  return kinds
}

/** A size in LEB128, as short as can be. */
function sizeOf(size) {
  return size > 127 ? [(size & 127) | 128, ...sizeOf(size >>> 7)] : [size]
}

/**
 * The module that pack() has made texts of. It runs whenever the package is loaded, so it makes no string for a byte.
 * @param {string[]} texts
 * @param {number[]} order
 * @param {number} size bytes of the module
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function unpack(texts, order, size) {
  const letters = usableLetters()
  const alone = letters.length - PAGES
  const all = [texts[NAMES] || exportNumbers(), ...texts.slice(NAMES + 1)]
  const bytes = new Uint8Array(size)
  const cursors = all.map(() => 0)
  const places = new Uint8Array(128)
  for (let place = 0; place < letters.length; place++) places[letters.charCodeAt(place)] = place
  let at = 0
  const copy = (kind) => {
    const text = all[kind]
    const letter = text.charCodeAt(cursors[kind]++)
    let place = places[letter]
    if (place >= alone) {
      place = alone + (place - alone) * letters.length + places[text.charCodeAt(cursors[kind]++)]
    }
    const byte =
      kind === OPERATORS ? order[place] : kind >= CONSTANTS ? exchanged(place, alone) : kind === NAMES ? letter : place
    bytes[at++] = byte
    return byte
  }
  const skip = (byte) => {
    bytes[at++] = byte
  }
  const sized = (body) => {
    const from = at
    body()
    const before = sizeOf(at - from)
    bytes.copyWithin(from + before.length, from, at)
    bytes.set(before, from)
    at += before.length
  }
  copyModule({ copy, skip, sized, ended: () => at === size })
  return bytes
}
