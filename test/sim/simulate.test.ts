// simulate(): many seeds of a scenario, what counts as a failure, and what is told of it.
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  boot,
  type FailedSeed,
  type Kernel,
  replay,
  type SimulateOptions,
  SimulationFailure,
  simulate,
} from '../../src/index.js'
import { giveUpTurn, runSteppers, socketAt } from './programs.js'

/** Two programs that read a counter, and write it back a turn later: an update is lost if they overlap. */
function lostUpdate(kernel: Kernel): void {
  let counter = 0
  const add = async () => {
    await giveUpTurn(kernel)
    const read = counter
    if (kernel.random() % 2 === 0) await giveUpTurn(kernel)
    counter = read + 1
  }
  const programs = ['a', 'b', 'c'].map((comm) => kernel.run(kernel.spawn({ comm }), add))
  void kernel.run(kernel.spawn({ comm: 'judge' }), async () => {
    await Promise.all(programs)
    if (counter !== 3) throw new Error(`counter is ${counter}`)
  })
}

const find = (options: Partial<SimulateOptions>) =>
  simulate({ seeds: 200, scenario: lostUpdate, throws: false, progress: () => {}, ...options })

afterEach(() => vi.restoreAllMocks())

describe('a failure', () => {
  test('is the same each time', async () => {
    const first = await find({})
    expect(first.failure).not.toBeNull()
    expect(await find({})).toEqual(first)
  })

  test('is thrown with all that is needed to run it again', async () => {
    const thrown = await find({ throws: true }).catch((error) => error)
    expect(thrown).toBeInstanceOf(SimulationFailure)
    const { seeds, failure } = thrown as SimulationFailure
    expect(thrown.cause).toBe(failure.error)
    expect(String(failure.error)).toMatch(/^Error: counter is [12]$/)
    const list = `[${failure.decisions.join(', ')}]`
    expect(thrown.message.split('\n  ')).toEqual([
      `seed ${failure.seed} fails, after ${seeds - 1} that did not: ${failure.error}`,
      `decisions: ${list}, shrunk from ${failure.originalDecisions}`,
      `again: simulate({ seeds: [${failure.seed}], decisions: ${list}, ... })`,
    ])
    const again = await find({ seeds: [failure.seed], decisions: failure.decisions })
    expect(again.failure).toMatchObject({ seed: failure.seed, decisions: failure.decisions })
    expect(again.seeds).toBe(1)
    const given = find({ seeds: [failure.seed], decisions: failure.decisions, throws: true })
    await expect(given).rejects.toThrow(`\n  decisions: ${list}, as given\n`)
  })

  test('comes again by hand', async () => {
    const { seed, decisions, error } = (await find({})).failure as FailedSeed
    const kernel = boot({ seed })
    kernel.schedule.policy = { decisions }
    lostUpdate(kernel)
    await expect(kernel.schedule.idle()).rejects.toThrow((error as Error).message)
  })

  test('is shrunk to a schedule of which nothing can be left out', async () => {
    const { failure } = await find({ scenario: orderMatters })
    // c, the third of those that are ready, goes before the others.
    expect(failure?.decisions).toEqual([2])
    expect(failure?.originalDecisions).toBeGreaterThan(2)
    expect((await find({ scenario: orderMatters, trials: 0 })).failure?.decisions.length).toBeGreaterThan(1)
  })
})

/** Fails if the last one begins first. */
function orderMatters(kernel: Kernel): void {
  const notes = runSteppers(kernel, ['a', 'b', 'c', 'd'], 3)
  void kernel.run(kernel.spawn(), async () => {
    for (let n = 0; n < 20; n++) await giveUpTurn(kernel)
    if (notes[0] === 'c0') throw new Error('c was first')
  })
}

describe('what fails', () => {
  const failureOf = async (options: Partial<SimulateOptions>) => (await find({ seeds: 3, ...options })).failure

  test('a scenario that throws, or rejects', async () => {
    const scenario = () => {
      throw new Error('no')
    }
    expect(await failureOf({ scenario })).toMatchObject({ seed: 1, error: new Error('no'), decisions: [], stuck: [] })
    expect(await failureOf({ scenario: async () => scenario() })).toMatchObject({ error: new Error('no') })
  })

  test('a scenario that awaits a program which rejects: once', async () => {
    const scenario = async (kernel: Kernel) => {
      await kernel.run(kernel.spawn(), async () => {
        throw new Error('no')
      })
    }
    expect(await failureOf({ scenario })).toMatchObject({ error: new Error('no') })
  })

  test('a check that throws; it comes when all are at rest', async () => {
    const steps: string[] = []
    const scenario = (kernel: Kernel) => {
      void kernel.run(kernel.spawn(), async () => {
        await giveUpTurn(kernel)
        steps.push('program')
      })
    }
    const check = () => {
      throw new Error(steps.join())
    }
    expect(await failureOf({ scenario, check, trials: 0, journal: false })).toMatchObject({
      error: new Error('program,program'),
    })
  })

  test.each([() => false, async () => false])('a check that gives false: %s', async (check) => {
    expect(await failureOf({ scenario: () => {}, check, trials: 0, journal: false })).toMatchObject({
      error: new Error('check() gave false'),
    })
  })

  test.each([true, undefined, 0])('but not a check that gives %s', async (answer) => {
    const check = (() => answer) as () => boolean
    expect(await failureOf({ scenario: () => {}, check })).toBeNull()
  })

  test('a program that waits for ever, unless that is to be ignored', async () => {
    const scenario = (kernel: Kernel) => {
      void kernel.run(kernel.spawn({ comm: 'reader', pid: 5 }), (task) => socketAt(task, 5).readable())
    }
    expect(await failureOf({ scenario })).toMatchObject({
      error: new Error('a program waits for ever'),
      stuck: ['reader[5] waits for a message at port 5'],
    })
    expect(await failureOf({ scenario, stuck: 'ignore' })).toBeNull()
    const thrown = await find({ scenario, throws: true }).catch((error) => error)
    expect(thrown.message).toContain('\n  reader[5] waits for a message at port 5\n')
  })

  test('but not if the check ends it', async () => {
    const scenario = (kernel: Kernel) => {
      void kernel.run(kernel.spawn({ pid: 5 }), async (task) => {
        for await (const _ of socketAt(task, 5));
      })
    }
    expect(await failureOf({ scenario, check: (kernel) => kernel.tasks()[0]?.exit() })).toBeNull()
  })

  test('a scenario or a check that never ends, whatever is ignored', async () => {
    const never = (kernel: Kernel) => socketAt(kernel.spawn(), 5).readable()
    const stuck = ['scenario waits for a message at port 5']
    expect(await failureOf({ scenario: never, stuck: 'ignore' })).toMatchObject({ stuck })
    expect(await failureOf({ scenario: () => {}, check: () => new Promise(() => {}), stuck: 'ignore' })).toMatchObject({
      stuck: ['check waits for something outside the kernel'],
    })
  })

  test('programs that never rest', async () => {
    const scenario = (kernel: Kernel) => {
      void kernel.run(kernel.spawn(), async () => {
        for (;;) await giveUpTurn(kernel)
      })
    }
    const failure = await failureOf({ scenario, limit: 50, trials: 0, journal: false })
    expect(String(failure?.error)).toBe('Error: the programs did not come to rest within 50 turns')
  })

  test('a shrunk schedule fails in the same way, not in another', async () => {
    const scenario = (kernel: Kernel) => {
      const notes = runSteppers(kernel, ['a', 'b', 'c'], 1)
      void kernel.run(kernel.spawn(), async () => {
        for (let n = 0; n < 9; n++) await giveUpTurn(kernel)
        if (notes[0] === 'c0') throw new RangeError('c')
        if (notes[0] === 'b0') throw new TypeError('b')
      })
    }
    const seen = new Map<string, readonly number[]>()
    for (let seed = 1; seed < 40; seed++) {
      const { failure } = await find({ scenario, seeds: [seed] })
      if (failure !== null) seen.set(String(failure.error), failure.decisions)
    }
    expect(Object.fromEntries(seen)).toEqual({ 'RangeError: c': [2], 'TypeError: b': [1] })
  })
})

describe('what passes', () => {
  test('gives how many were run, each in a kernel of its own seed', async () => {
    const drawn: number[] = []
    const result = await find({ seeds: [3, 4, 3], scenario: (kernel) => void drawn.push(kernel.random()) })
    expect(result).toEqual({ seeds: 3, failure: null })
    expect(drawn).toEqual([3, 4, 3].map((seed) => boot({ seed }).random()))
  })

  test('time moves to timeouts by itself, and the options of boot() are used', async () => {
    const scenario = async (kernel: Kernel) => {
      const socket = socketAt(kernel.spawn(), 5)
      socket.setsockopt(1, 20, new Uint8Array([1, ...new Array(15).fill(0)]))
      await socket.readable().catch(() => {})
    }
    const check = (kernel: Kernel) => {
      expect(kernel.clock.now).toBe(1000)
      kernel.spawn()
      expect(() => kernel.spawn()).toThrow('EAGAIN')
    }
    expect(await find({ seeds: 2, scenario, check, options: { limits: { tasks: 2 } } })).toMatchObject({
      failure: null,
    })
  })
})

describe('progress', () => {
  test('is told after each seed', async () => {
    const calls: number[][] = []
    await find({ seeds: 3, scenario: () => {}, progress: (done, total) => calls.push([done, total]) })
    expect(calls).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ])
  })

  test.each([true, false])('is a line on stderr, where that is a terminal: %s', async (isTTY) => {
    const written: string[] = []
    vi.spyOn(process, 'stderr', 'get').mockReturnValue({
      isTTY,
      write: (text: string) => written.push(text) > 0,
    } as unknown as typeof process.stderr)
    await simulate({ seeds: 300, scenario: () => {} })
    if (!isTTY) expect(written).toEqual([])
    else {
      expect(written).toHaveLength(101)
      expect(written[50]).toBe('\rsimulating: 50 % (150 of 300 seeds)\x1b[K')
      expect(written.at(-1)).toBe('\r\x1b[K')
    }
  })
})

test.each([
  [{ seeds: 0 }, RangeError],
  [{ seeds: [] }, RangeError],
  [{ seeds: [1.5] }, RangeError],
  [{ seeds: null }, TypeError],
  [{ seeds: {} }, TypeError],
  [{ scenario: 7 }, TypeError],
  [{ check: 7 }, TypeError],
  [{ stuck: 'maybe' }, TypeError],
  [{ throws: 1 }, TypeError],
  [{ decisions: [-0.5] }, RangeError],
  [{ limit: 'no' }, TypeError],
  [{ progress: 'no' }, TypeError],
])('simulate(%j) is refused', async (options, error) => {
  await expect(find(options as never)).rejects.toThrow(error)
})

describe('the journal of a failure', () => {
  const lossOf = async (options: Partial<SimulateOptions>) => (await find(options)).failure as FailedSeed

  test('replays to the same state', async () => {
    const hashes: string[] = []
    const scenario = (kernel: Kernel) => {
      lostUpdate(kernel)
      void kernel.run(kernel.spawn(), async () => {
        for (let n = 0; n < 20; n++) await giveUpTurn(kernel)
        hashes.push(kernel.stateHash())
      })
    }
    const { journal } = await lossOf({ scenario })
    const { calls, stateHash, difference } = replay(journal as Uint8Array)
    expect(difference).toBeNull()
    // Five tasks, and a number or more for each program.
    expect(calls).toBeGreaterThan(5)
    expect(stateHash).toBe(hashes.at(-1))
  })

  test('is left out if it is not wanted', async () => {
    expect(await lossOf({ journal: false })).not.toHaveProperty('journal')
  })
})
