// What is measured for the report's curves alone: no goal speaks about these numbers of listeners and sockets. Where Linux would need
// more descriptors than many machines allow, the package is measured alone.

/** A point of the curve of what a multicast costs, told for one of so many listeners. */
export const listenersPoint = (x) => ({ name: 'listeners', x })

/** A point of the curve of what send + recv cost among so many sockets, at random. */
export const socketsPoint = (x) => ({ name: 'sockets', x })

function multicast(listeners, messages, sides) {
  const title = `multicast enqueue per listener, ${listeners} listener${listeners > 1 ? 's' : ''}`
  return {
    id: `multicast-${listeners}`,
    file: 'multicast',
    sides,
    params: { payload: 64, listeners, messages, rounds: 30 },
    results: [{ part: 'enqueue', title, ...rivalOf(sides), curve: listenersPoint(listeners) }],
  }
}

function random(sockets, sides) {
  return {
    id: `random-${sockets}`,
    file: 'random',
    sides,
    params: { payload: 64, sockets, iterations: 20_000, rounds: 30 },
    results: [
      {
        part: 'roundtrip',
        title: `random send + recv among ${sockets.toLocaleString('en-US')} sockets`,
        ...rivalOf(sides),
        curve: socketsPoint(sockets),
      },
    ],
  }
}

const rivalOf = (sides) => (sides.includes('linux') ? { against: 'linux' } : {})

export const curvePoints = [
  multicast(1, 256, ['linux', 'node']),
  multicast(8, 256, ['linux', 'node']),
  multicast(16_384, 2, ['node']),
  random(10, ['linux', 'node']),
  random(100, ['linux', 'node']),
  random(1000, ['linux', 'node']),
  random(100_000, ['node']),
]
