// A turn of the host comes when no promise has anything left to do, on hosts with setImmediate and on those without.
import { afterEach, describe, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** The module as a host of that kind loads it. */
async function load(missing: readonly string[]) {
  for (const name of missing) vi.stubGlobal(name, undefined)
  vi.resetModules()
  return import('../../src/sim/host-turn.js')
}

describe.each([
  ['setImmediate', []],
  ['MessageChannel', ['setImmediate']],
])('with %s', (_, missing) => {
  test('promises go first, and turns come in their order', async () => {
    const { afterPromises } = await load(missing)
    const notes: string[] = []
    const promises = async (name: string) => {
      for (let n = 0; n < 1000; n++) await null
      notes.push(`${name} promises`)
    }
    await new Promise<void>((resolve) => {
      afterPromises(() => {
        notes.push('first')
        void promises('its')
      })
      afterPromises(() => {
        notes.push('second')
        resolve()
      })
      void promises('our')
    })
    expect(notes).toEqual(['our promises', 'first', 'its promises', 'second'])
  })
})

test('a host with neither is refused', async () => {
  const { afterPromises } = await load(['setImmediate', 'MessageChannel'])
  expect(() => afterPromises(() => {})).toThrow('neither')
})
