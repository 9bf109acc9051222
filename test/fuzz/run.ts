// Runs a parser: round after round, each with a seed of its own that names it again.
import type { Corpus } from './corpus.js'
import { describe, Failure, same } from './failure.js'
import { type Parser, Round } from './round.js'

/** Inputs of one round. */
export const ROUND = 250
/** Every so many rounds one is played twice. */
const AGAIN = 8

export interface Run {
  readonly inputs: number
  readonly rounds: number
  readonly repeated: number
}

/** The seed of a round, which reproduces it alone. */
export function seedOf(seed: number, round: number): number {
  return (Math.imul(seed, 0x85ebca6b) + Math.imul(round, 0xc2b2ae35)) >>> 0
}

function playRound(parser: Parser, seed: number, inputs: number, corpus: Corpus): string {
  const round = new Round(seed, corpus, parser.memory === undefined ? {} : { memory: parser.memory })
  const input = parser.begin(round)
  for (let index = 0; index < inputs; index++) {
    try {
      round.plant()
      input()
      round.ordinary()
    } catch (error) {
      const place = `parser ${parser.name}, round seed ${seed}, input ${index}`
      const reason = error instanceof Failure ? error.message : describe(error)
      throw new Failure(`${place}: ${reason}`, { cause: error })
    }
  }
  const digest = round.digest()
  const left = round.kernel.halt()
  if (left !== 0) throw new Failure(`parser ${parser.name}, round seed ${seed}: ${left} bytes are left at the end`)
  return digest
}

/** Gives `count` inputs to a parser. Throws a Failure that names the round. */
export function run(
  parser: Parser,
  seed: number,
  count: number,
  corpus: Corpus,
  told: (inputs: number) => void = () => {},
): Run {
  let inputs = 0
  let rounds = 0
  let repeated = 0
  while (inputs < count) {
    const part = Math.min(ROUND, count - inputs)
    const own = seedOf(seed, rounds)
    const digest = playRound(parser, own, part, corpus)
    if (rounds % AGAIN === 0) {
      same(
        playRound(parser, own, part, corpus),
        digest,
        `parser ${parser.name}, round seed ${own}: the digest of the second time`,
      )
      repeated++
    }
    inputs += part
    rounds++
    told(inputs)
  }
  return { inputs, rounds, repeated }
}
