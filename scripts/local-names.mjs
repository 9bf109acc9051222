// Which number each local has in the release build. It means nothing to who runs it, but brotli finds more where functions that do the
// same call the same things by the same numbers.
import { copyModule, LOCALS } from './module-bytes.mjs'

/** What has this many bytes in common with another place is seen as found there. */
const RUN = 5
const HASH_BASE = 16777619
/** After so many rounds hardly any function finds something better. */
const ROUNDS = 4

/**
 * Exchanges numbers of locals of the same type, in place, as long as a function gets more in common with the others.
 * @param {Uint8Array} bytes the module
 * @param {number[]} parameters how many parameters each of its functions has, which keep their numbers
 */
export function nameLocals(bytes, parameters) {
  const functions = findFunctions(bytes).map((one, index) => ({ ...one, pairs: pairsOf(one.types, parameters[index]) }))
  const counts = new Map()
  const count = ({ body }, by) => {
    for (const run of runsOf(body)) counts.set(run, (counts.get(run) ?? 0) + by)
  }
  const known = ({ body }) => runsOf(body).reduce((sum, run) => sum + (counts.get(run) ? 1 : 0), 0)
  for (const one of functions) count(one, 1)
  for (let round = 0; round < ROUNDS; round++) {
    for (const one of functions) {
      count(one, -1)
      while (exchangeOne(one, known)) {}
      count(one, 1)
    }
  }
}

/** Makes the first exchange that is worth it; false if none is. */
function exchangeOne(one, known) {
  const before = known(one)
  for (const [a, b] of one.pairs) {
    exchange(one, a, b)
    if (known(one) > before) return true
    exchange(one, a, b)
  }
  return false
}

function exchange({ body, places }, a, b) {
  for (const place of places) {
    if (body[place] === a) body[place] = b
    else if (body[place] === b) body[place] = a
  }
}

/** The functions of a module: the bytes of each, the types of its locals without the parameters, and where numbers of locals stand. */
function findFunctions(bytes) {
  const functions = []
  let at = 0
  let places = []
  copyModule({
    copy: (kind) => {
      if (kind === LOCALS) places.push(at)
      return bytes[at++]
    },
    skip: () => {
      at++
    },
    sized: (copyBody) => {
      while (bytes[at++] > 127);
      const from = at
      places = []
      copyBody()
      const body = bytes.subarray(from, at)
      functions.push({ body, types: typesOf(body), places: places.map((place) => place - from) })
    },
    ended: () => at === bytes.length,
  })
  return functions
}

// Locals are declared in groups of one type: so many, and which. No function has more than 127 of them.
function typesOf(body) {
  const types = []
  for (let group = 0; group < body[0]; group++) {
    for (let left = body[1 + 2 * group]; left > 0; left--) types.push(body[2 + 2 * group])
  }
  return types
}

/** Any two numbers of locals of the same type. */
function pairsOf(types, parameters) {
  return types.flatMap((type, a) =>
    types.flatMap((other, b) => (a < b && type === other ? [[parameters + a, parameters + b]] : [])),
  )
}

function runsOf(body) {
  const runs = []
  for (let at = 0; at + RUN <= body.length; at++) {
    let hash = 0
    for (let place = at; place < at + RUN; place++) hash = Math.imul(hash, HASH_BASE) ^ body[place]
    runs.push(hash)
  }
  return runs
}
