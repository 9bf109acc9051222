// The file that a command makes: on disk, or on stdout for whoever reads behind a pipe.

import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { InputError } from '../frame/errors.js'
import { userPath } from '../frame/paths.js'
import type { Surroundings } from '../frame/surroundings.js'
import { PIPE } from './options/shared.js'

/** A file that grows. */
export interface FileOut {
  write(bytes: Uint8Array): Promise<void>
  close(): void
}

/**
 * Begins a file anew.
 *
 * @param path `-` for stdout
 * @param input the file that the command works on, which it must not destroy; `-` for stdin
 * @throws InputError if it is that one, or cannot be written; then write() throws the same
 */
export function openOutput(
  path: string,
  input: string,
  { stdout, env }: Pick<Surroundings, 'stdout' | 'env'>,
): FileOut {
  if (path === PIPE) {
    if (stdout.isTTY) throw new InputError('a terminal cannot show it: name a file, or send it through a pipe')
    return { write: (bytes) => written(stdout, bytes), close: () => {} }
  }
  if (input !== PIPE && isSame(userPath(path, env, 'start'), userPath(input, env, 'start')))
    throw new InputError(`${path} is what is read: name another file to write`)
  const file = sure(path, () => openSync(userPath(path, env, 'start'), 'w'))
  return {
    write: async (bytes) => {
      for (let at = 0; at < bytes.length; ) at += sure(path, () => writeSync(file, bytes, at))
    },
    close: () => closeSync(file),
  }
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => statSync(path, { throwIfNoEntry: false }))
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev
}

async function written(stdout: Surroundings['stdout'], bytes: Uint8Array): Promise<void> {
  if (stdout.write(bytes) !== false || stdout.once === undefined) return
  await new Promise<void>((resolve) => void stdout.once?.('drain', resolve))
}

function sure<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new InputError(`cannot write ${path}: ${(error as Error).message}`)
  }
}
