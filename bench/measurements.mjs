// What is measured: each entry runs in a process of its own, on each of its sides, in every pass. Its results are rows
// of the table: a part of the samples, the goal it is held against, and the rival (none where the figure is absolute), which
// may call it by another name (`theirPart`). A result or its measurement with a `curve`, { name, x }, is a point of one in the report.
import { arrayMeasurements } from './array-measurements.mjs'
import { curvePoints, listenersPoint, socketsPoint } from './curve-measurements.mjs'
import { goals } from './goals.mjs'
import { rivalMeasurements } from './rival-measurements.mjs'

/** Samples in a round are per operation: ns unless the result says otherwise. */
const inNode = [
  {
    id: 'unicast-64',
    file: 'unicast',
    sides: ['linux', 'node'],
    params: { payload: 64, iterations: 2000, rounds: 300 },
    results: [{ part: 'roundtrip', goal: 'unicast-64', against: 'linux' }],
  },
  {
    id: 'unicast-in-place',
    file: 'unicast-in-place',
    native: 'unicast',
    sides: ['linux', 'node'],
    params: { payload: 64, iterations: 2000, rounds: 300 },
    results: [{ part: 'roundtrip', goal: 'unicast-64-in-place', against: 'linux' }],
  },
  {
    id: 'unicast-4096',
    file: 'unicast',
    sides: ['linux', 'node'],
    params: { payload: 4096, iterations: 1000, rounds: 300 },
    results: [{ part: 'roundtrip', goal: 'unicast-4096', against: 'linux' }],
  },
  {
    id: 'callback',
    file: 'callback',
    sides: ['linux', 'node'],
    params: { payload: 64, iterations: 2000, rounds: 300 },
    results: [{ part: 'send', goal: 'callback', against: 'linux' }],
  },
  {
    id: 'callback-in-place',
    file: 'callback-in-place',
    native: 'callback',
    sides: ['linux', 'node'],
    params: { payload: 64, iterations: 2000, rounds: 300 },
    results: [{ part: 'send', goal: 'callback-in-place', against: 'linux' }],
  },
  multicast(64, 128, 100),
  multicast(512, 32, 60),
  multicast(4096, 8, 40),
  drainInPlace(64, 128, 100),
  drainInPlace(512, 32, 60),
  drainInPlace(4096, 8, 40),
  {
    id: 'drain-one-by-one-64',
    file: 'multicast-in-place',
    sides: ['node'],
    params: { payload: 64, listeners: 64, messages: 128, rounds: 100, oneByOne: true },
    results: [{ part: 'drain', title: 'drain per message by peek() and release(), 64 listeners' }],
  },
  {
    id: 'socket',
    file: 'socket',
    sides: ['linux', 'node'],
    params: { iterations: 500, rounds: 100 },
    results: [{ part: 'life', goal: 'socket', against: 'linux' }],
  },
  {
    id: 'recorded',
    file: 'unicast',
    sides: ['node', 'recording'],
    params: { payload: 64, iterations: 2000, rounds: 300 },
    results: [{ part: 'roundtrip', goal: 'recorded', against: 'node' }],
  },
  {
    id: 'random-20000',
    file: 'random',
    sides: ['linux', 'few', 'node'],
    few: 10,
    params: { payload: 64, sockets: 20_000, iterations: 20_000, rounds: 60 },
    results: [
      { part: 'roundtrip', goal: 'random-20000', against: 'linux', curve: socketsPoint(20_000) },
      { part: 'roundtrip', goal: 'random-slowdown', against: 'few' },
    ],
  },
  million('in-order', { inOrder: true }),
  million('random', {}, { curve: socketsPoint(1_000_000) }),
  snapshot('fresh', { iterations: 100, restores: 10 }),
  snapshot('mebibyte', { iterations: 1, restores: 1, mebibytes: 16 }),
]

/**
 * How many rounds make one sample where Node and Chromium are compared: a page's clock has steps of 5 µs, so the
 * shortest part of a sample takes about 1 ms.
 */
const TOGETHER = {
  'unicast-64': 6,
  'unicast-4096': 4,
  callback: 8,
  'multicast-64': 30,
  'multicast-512': 18,
  'multicast-4096': 8,
  socket: 18,
  'snapshot-fresh': 8,
  'snapshot-mebibyte': 1,
}

/** What Node measures, in Chromium too: the same file and parameters on both sides. */
const inChromium = inNode
  .filter(({ id }) => id in TOGETHER)
  .map(({ id, file, params, results }) => ({
    id: `chromium-${id}`,
    file,
    sides: ['node', 'chromium'],
    params: { ...params, rounds: Math.min(params.rounds, 60), together: TOGETHER[id] },
    // A whole send takes less than the clock of a page can tell.
    results: results.filter(({ part }) => part !== 'whole').map((result) => toNode(result)),
  }))

function toNode({ part, goal, title = goals[goal].title, unit }) {
  return { part, title: `in Chromium: ${title}`, unit, goal: 'chromium-to-node', against: 'node' }
}

/** Everything that can be measured, in the order of the table. */
export const measurements = [
  ...inNode,
  ...arrayMeasurements,
  ...inChromium,
  ...rivalMeasurements,
  ...curvePoints,
  {
    id: 'threads',
    file: 'threads',
    sides: ['node'],
    params: { payload: 64, iterations: 10_000, rounds: 300 },
    results: [{ part: 'message', goal: 'threads' }],
  },
  {
    id: 'boot',
    file: 'boot',
    sides: ['node'],
    processes: 3,
    params: {},
    results: [
      { part: 'boot', goal: 'boot', unit: 'ms' },
      { part: 'import', title: 'importing the package, before that', unit: 'ms' },
    ],
  },
  {
    id: 'page',
    file: 'boot',
    sides: ['chromium'],
    bundled: true,
    processes: 5,
    params: {},
    results: [
      { part: 'script', goal: 'page-first-message', unit: 'ms' },
      { part: 'boot', title: 'of that, boot() and the message', unit: 'ms' },
      { part: 'origin', title: 'the same, from the navigation’s start', unit: 'ms' },
    ],
  },
  {
    id: 'memory',
    file: 'memory',
    sides: ['node'],
    once: true,
    params: { payload: 64 },
    results: [
      { part: 'socket', goal: 'memory-socket', unit: 'B' },
      { part: 'message', goal: 'memory-message', unit: 'B' },
    ],
  },
  {
    id: 'bytes',
    file: 'bytes',
    sides: ['node'],
    once: true,
    params: { count: 100_000, payload: 64 },
    results: [
      ...bytesOf('socket', 'a bound socket'),
      ...bytesOf('message', 'a queued 64 B message'),
      ...bytesOf('membership', 'a socket’s first membership'),
      ...bytesOf('second-membership', 'its second one'),
      ...bytesOf('callback', 'a callback'),
      ...bytesOf('task', 'a task'),
    ],
  },
  {
    id: 'memory-copy',
    file: 'memory-copy',
    sides: ['node'],
    once: true,
    params: { payload: 64, listeners: 512 },
    results: [{ part: 'copy', goal: 'memory-copy', unit: 'B' }],
  },
  {
    id: 'heap',
    file: 'heap',
    sides: ['node'],
    once: true,
    // MiB: what a million messages would leave behind stays below the second.
    flags: ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'],
    params: { payload: 64, messages: 1_000_000 },
    results: [{ part: 'worst', goal: 'heap-per-message', unit: 'B' }],
  },
  {
    id: 'floors',
    file: 'floors',
    sides: ['node'],
    params: { payload: 64, iterations: 5000, rounds: 100 },
    results: [
      { part: 'call', title: 'a floor of the engine: a call into WebAssembly' },
      { part: 'callBack', title: 'a floor of the engine: a call out of it' },
      { part: 'copyIn', title: 'a floor of the engine: 100 B into its memory, by set()' },
      { part: 'copyOut', title: 'a floor of the engine: 100 B out of its memory, by set()' },
    ],
  },
  {
    id: 'size',
    file: 'size',
    sides: ['files'],
    once: true,
    params: {},
    results: [
      { part: 'raw', goal: 'wasm-raw', unit: 'KB' },
      { part: 'brotli', goal: 'wasm-brotli', unit: 'KB' },
    ],
  },
]

function multicast(listeners, messages, rounds) {
  return {
    id: `multicast-${listeners}`,
    file: 'multicast',
    sides: ['linux', 'node'],
    params: { payload: 64, listeners, messages, rounds },
    results: [
      { part: 'enqueue', goal: `multicast-${listeners}`, against: 'linux', curve: listenersPoint(listeners) },
      ...(listeners === 4096 ? [{ part: 'whole', goal: 'multicast-whole', against: 'linux' }] : []),
      { part: 'drain', goal: 'drain', title: `drain per message, ${listeners} listeners`, against: 'linux' },
    ],
  }
}

function drainInPlace(listeners, messages, rounds) {
  const title = `drain per message, in place, ${listeners} listeners`
  return {
    id: `drain-in-place-${listeners}`,
    file: 'multicast-in-place',
    native: 'multicast',
    sides: ['linux', 'node'],
    params: { payload: 64, listeners, messages, rounds },
    results: [{ part: 'drain', goal: 'drain-in-place', title, against: 'linux' }],
  }
}

function bytesOf(part, what) {
  return [
    { part, title: `${what}: linear memory`, unit: 'B' },
    { part: `${part}-heap`, title: `${what}: heap of JavaScript`, unit: 'B' },
  ]
}

function million(pattern, params, point) {
  return {
    id: `million-${pattern}`,
    file: 'random',
    sides: ['few', 'node'],
    few: 100,
    params: { payload: 64, sockets: 1_000_000, iterations: 20_000, rounds: 40, ...params },
    results: [{ part: 'roundtrip', goal: `million-${pattern}`, against: 'few', ...point }],
  }
}

function snapshot(of, params) {
  return {
    id: `snapshot-${of}`,
    file: 'snapshot',
    sides: ['node'],
    params: { ...params, rounds: 40 },
    results: ['snapshot', 'again', 'rewind', 'restore'].map((part) => ({ part, goal: `${part}-${of}`, unit: 'ms' })),
  }
}

/** Those whose id contains the text; all of them without one. */
export const matching = (text = '') => measurements.filter(({ id }) => id.includes(text.toLowerCase()))
