// The order of the functions in the release build. It means nothing to who runs them, but brotli looks
// back for what it has seen, and what lies near costs less than what lies far.

/** Bytes that two functions must have in common at one place to count as alike there. */
const RUN = 4
const HASH_BASE = 257
const CODE_SECTION = 10
const FIRST_SECTION_AT = 8
/** A large function has something in common with all others: sizes count from here on. */
const SMALL = 16

/**
 * Puts functions of the same type together, those with few parameters first: the list of their types compresses better, and the same
 * parameters and locals mean the same things. Of those each is followed by the one that is most like it.
 */
export function orderFunctions(binaryen, module) {
  const byType = ownFunctions(binaryen, module)
  byType.sort((a, b) => a.parameters - b.parameters || compare(a.signature, b.signature))
  replaceFunctions(module, byType)
  const runs = functionBodies(module.emitBinary()).map(runsOf)
  const counts = new Map()
  for (const run of runs.flatMap((some) => [...some])) counts.set(run, (counts.get(run) ?? 0) + 1)
  const left = ownFunctions(binaryen, module).map((one, index) => ({ ...one, runs: runs[index] }))
  const ordered = left.splice(0, 1)
  while (left.length) {
    const last = ordered.at(-1)
    const { signature } = left.find((one) => one.signature === last.signature) ?? left[0]
    const candidates = left.filter((one) => one.signature === signature)
    const next = mostAlike(candidates, last, counts)
    left.splice(left.indexOf(next), 1)
    ordered.push(next)
  }
  replaceFunctions(module, ordered)
}

/** What binaryen knows of the functions of a module that are not imported, in their order; `parameters` is how many each has. */
export function ownFunctions(binaryen, module) {
  const functions = Array.from({ length: module.getNumFunctions() }, (_, index) => {
    const info = binaryen.getFunctionInfo(module.getFunctionByIndex(index))
    const params = binaryen.expandType(info.params)
    return { ...info, parameters: params.length, signature: `${params}:${binaryen.expandType(info.results)}` }
  })
  return functions.filter(({ base }) => !base)
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0
}

function replaceFunctions(module, functions) {
  for (const { name, params, results, vars, body } of functions) {
    const copy = module.copyExpression(body)
    module.removeFunction(name)
    module.addFunction(name, params, results, vars, copy)
  }
}

function mostAlike(candidates, last, counts) {
  const likeness = (one) => {
    let sum = 0
    // What every function has says little.
    for (const run of one.runs) if (last.runs.has(run)) sum += 1 / counts.get(run)
    return sum / Math.sqrt(one.runs.size + SMALL)
  }
  return candidates.map((one) => [likeness(one), one]).reduce((best, one) => (one[0] > best[0] ? one : best))[1]
}

// The numbers of all runs of bytes in a function.
function runsOf(body) {
  const runs = new Set()
  for (let at = 0; at + RUN <= body.length; at++) {
    runs.add(body.subarray(at, at + RUN).reduce((hash, byte) => (Math.imul(hash, HASH_BASE) + byte) | 0, 0))
  }
  return runs
}

// The bodies of the functions that a module has, in its order.
function functionBodies(bytes) {
  const reader = { bytes, at: FIRST_SECTION_AT }
  while (bytes[reader.at] !== CODE_SECTION) {
    reader.at++
    const length = readNumber(reader)
    reader.at += length
  }
  reader.at++
  readNumber(reader)
  return Array.from({ length: readNumber(reader) }, () => {
    const length = readNumber(reader)
    reader.at += length
    return bytes.subarray(reader.at - length, reader.at)
  })
}

// LEB128, unsigned.
function readNumber(reader) {
  let number = 0
  for (let shift = 0; ; shift += 7) {
    const byte = reader.bytes[reader.at++]
    number |= (byte & 127) << shift
    if (byte < 128) return number
  }
}
