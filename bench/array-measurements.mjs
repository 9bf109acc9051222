// send + recv where the caller's arrays or flags are others than in the row against Linux: what the package knows of the arrays of the last
// call does not help there, or has to with flags too. No goal speaks about these; `--filter unicast` measures them beside that row.

function unicast(id, title, params) {
  return {
    id: `unicast-${id}`,
    file: 'unicast-arrays',
    sides: ['node'],
    params: { payload: 64, iterations: 2000, rounds: 300, ...params },
    results: [{ part: 'roundtrip', title: `send + recv of 64 B, ${title}` }],
  }
}

export const arrayMeasurements = [
  unicast('turns', 'two arrays in turns', { arrays: 2 }),
  // So few in a round that all of them stay in the processor's caches.
  unicast('fresh', 'a fresh array for each message', { arrays: 500, iterations: 500, fresh: true }),
  unicast('dontwait', 'with MSG_DONTWAIT', { arrays: 1, flags: 'MSG_DONTWAIT' }),
]
