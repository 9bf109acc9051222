// How a page tells what it measured.

/** Puts a promise where the side looks for it: of { samples }, or of { failed: reason }. */
export function settle(measure) {
  globalThis.outcome = outcomeOf(measure)
}

async function outcomeOf(measure) {
  // Without it performance.now() counts in steps of 100 µs.
  if (!crossOriginIsolated) return { failed: 'the page is not cross-origin isolated' }
  try {
    return { samples: await measure() }
  } catch (error) {
    return { failed: String(error) }
  }
}
