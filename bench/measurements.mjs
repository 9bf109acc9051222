// What is measured: each entry runs in a process of its own, on each of its sides, in every pass. Its results are rows
// of the table: a part of the samples, the goal it is held against, and the rival (none where the figure is absolute).

/** Samples in a round are per operation: ns unless the result says otherwise. */
export const measurements = [
  {
    id: 'unicast-64',
    file: 'unicast',
    sides: ['linux', 'node'],
    params: { payload: 64, iterations: 2000, rounds: 300 },
    results: [{ part: 'roundtrip', goal: 'unicast-64', against: 'linux' }],
  },
  {
    id: 'unicast-64-recorded',
    file: 'unicast',
    sides: ['node'],
    params: { payload: 64, iterations: 2000, rounds: 300, journal: true },
    results: [{ part: 'roundtrip', title: 'send + recv 64 B while a journal records' }],
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
  multicast(64, 128, 100),
  multicast(512, 32, 60),
  multicast(4096, 8, 40),
  {
    id: 'socket',
    file: 'socket',
    sides: ['linux', 'node'],
    params: { iterations: 500, rounds: 100 },
    results: [{ part: 'life', goal: 'socket', against: 'linux' }],
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
      { part: 'enqueue', goal: `multicast-${listeners}`, against: 'linux' },
      { part: 'drain', goal: 'drain', title: `drain per message, ${listeners} listeners`, against: 'linux' },
    ],
  }
}

/** Those whose id contains the text; all of them without one. */
export const matching = (text = '') => measurements.filter(({ id }) => id.includes(text.toLowerCase()))
