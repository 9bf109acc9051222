// kernel-connector record: runs a program on a kernel that records, and writes the journal.

import { Console } from 'node:console'
import process from 'node:process'
import { Writable } from 'node:stream'
import { boot, type Kernel } from '../../index.js'
import { readJournal } from '../../machine/journal/read.js'
import { EXIT_FINE, EXIT_WRONG } from '../frame/exit.js'
import type { Stream, Surroundings } from '../frame/surroundings.js'
import { counted } from '../frame/table.js'
import { openOutput } from './file-out.js'
import type { Options } from './options/record.js'
import { PIPE } from './options/shared.js'
import { type End, errorText, loadProgram, runProgram } from './program.js'

/** Runs it. @returns the exit status: EXIT_WRONG if the program did not end well */
export async function record(options: Options, around: Surroundings): Promise<number> {
  const { program: path, args, output, seed, profile } = options
  const restoreConsole = output === PIPE ? consoleTo(around.stderr) : () => {}
  try {
    const program = await loadProgram(path, around)
    // Before the program runs: it may run for long.
    const file = openOutput(output, path, around)
    const kernel = boot({ journal: true, seed, ...(profile === 'default' ? {} : { profile }) })
    // A program that ends the process leaves its journal all the same: a file is written before anything is awaited.
    const atExit = () => void save(kernel, file, output, around)
    process.once('exit', atExit)
    const end = await runProgram(program, kernel, args, around)
    process.off('exit', atExit)
    const said = telling(path, end)
    if (said !== undefined) around.stderr.write(`kernel-connector record: ${said}\n`)
    const complete = await save(kernel, file, output, around)
    return complete && end.how === 'done' ? EXIT_FINE : EXIT_WRONG
  } finally {
    restoreConsole()
  }
}

/** What is to be said of an end that is not as it should be. */
function telling(path: string, end: End): string | undefined {
  switch (end.how) {
    case 'done':
      return undefined
    case 'interrupted':
      return `${path} was interrupted`
    case 'stuck':
      return `${path} waits for something that will not happen: nobody sends it, and the clock moves only when it is told`
    case 'error':
      return `${path} failed: ${errorText(end.error)}`
  }
}

// The program's output is on stdout: what there is to say goes elsewhere.
async function save(
  kernel: Kernel,
  file: ReturnType<typeof openOutput>,
  output: string,
  { stderr }: Surroundings,
): Promise<boolean> {
  const { journal } = kernel
  if (!journal.recording) {
    stderr.write('kernel-connector record: the program has ended the recording itself: there is no journal\n')
    return false
  }
  const { calls } = journal
  const bytes = journal.stop()
  await file.write(bytes)
  file.close()
  const name = output === PIPE ? 'stdout' : output
  stderr.write(
    `${name}: ${counted(calls, 'call')}, ${counted(bytes.length, 'byte')}, state ${readJournal(bytes).stateHash}\n`,
  )
  return true
}

/** Has everything that is logged written to a stream. @returns takes it back */
function consoleTo(stream: Stream): () => void {
  const before = globalThis.console
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      stream.write(chunk)
      done()
    },
  })
  globalThis.console = new Console(sink)
  return () => {
    globalThis.console = before
  }
}
