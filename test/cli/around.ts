// A process that a command can be run on without being one.
import type { Environment, Surroundings } from '../../src/cli/frame/surroundings.js'
import { main } from '../../src/cli/kernel-connector.js'

export interface Outcome {
  readonly status: number
  readonly out: string
  readonly err: string
}

export interface Setting {
  /** Whether stdout and stderr are terminals. */
  readonly terminals?: readonly [stdout: boolean, stderr: boolean]
  readonly env?: Environment
  readonly onInterrupt?: Surroundings['onInterrupt']
}

/** Streams that keep what is written. */
export function makeAround({ terminals = [false, false], env = {}, onInterrupt }: Setting = {}) {
  const written = { out: '', err: '' }
  const stream = (name: 'out' | 'err', isTTY: boolean) => ({
    isTTY,
    // A file on stdout is kept a character a byte: Buffer.from(out, 'latin1').
    write: (data: string | Uint8Array) => {
      written[name] += typeof data === 'string' ? data : Buffer.from(data).toString('latin1')
      return true
    },
  })
  const streams = { stdout: stream('out', terminals[0]), stderr: stream('err', terminals[1]) }
  const around: Surroundings = { ...streams, env, ...(onInterrupt === undefined ? {} : { onInterrupt }) }
  return { around, written }
}

/** Runs a command line of `kernel-connector`. */
export async function run(args: readonly string[], setting: Setting = {}): Promise<Outcome> {
  const { around, written } = makeAround(setting)
  const status = await main(args, around)
  return { status, ...written }
}
