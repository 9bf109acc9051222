// Answers of two kernels that draw different random ports: each such number is shown by its name, so that they can be compared
// and written into a scenario.

import { isList, isObject, type Json } from '../replay/json.js'
import { isRandomPort, type Symbols } from '../replay/symbols.js'

/** Texts that are bytes of addresses. */
const BYTES: ReadonlySet<string> = new Set(['raw', 'value'])
const WORD_DIGITS = 8

export function withNames(answer: Json, symbols: Symbols, field = ''): Json {
  if (typeof answer === 'number') return field === 'pid' ? named(answer, symbols) : answer
  if (typeof answer === 'string') return BYTES.has(field) ? wordsNamed(answer, symbols) : answer
  if (isList(answer)) return answer.map((one) => withNames(one, symbols, field))
  if (!isObject(answer)) return answer
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, withNames(value, symbols, name)]))
}

function named(port: number, symbols: Symbols): Json {
  const symbol = isRandomPort(port) ? symbols.nameOf(port) : undefined
  return symbol === undefined ? port : `$${symbol}`
}

/** In bytes they stand at multiples of four. */
function wordsNamed(hex: string, symbols: Symbols): string {
  if (!/^[0-9a-f]*$/.test(hex)) return hex
  const words = hex.match(new RegExp(`.{1,${WORD_DIGITS}}`, 'g')) ?? []
  return words.map((word) => nameOfWord(word, symbols)).join('')
}

function nameOfWord(word: string, symbols: Symbols): string {
  if (word.length !== WORD_DIGITS) return word
  const bytes = word.match(/../g) ?? []
  const number = Number.parseInt(bytes.reverse().join(''), 16)
  const symbol = isRandomPort(number) ? symbols.nameOf(number) : undefined
  return symbol === undefined ? word : `{{${symbol}}}`
}
