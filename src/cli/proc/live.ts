// Process events of this computer's own kernel.

import { readFileSync } from 'node:fs'
import { HostUnavailableError, hostTask } from '../../host/index.js'
import type { Task } from '../../index.js'
import { SystemError } from '../../user/index.js'
import { InputError } from '../frame/errors.js'
import type { Surroundings } from '../frame/surroundings.js'
import { ProcListener } from './listener.js'
import type { Batch, Heard, Source } from './source.js'

export interface LiveOptions {
  /** When to stop; undefined: when the user interrupts. */
  readonly seconds: number | undefined
  readonly rcvbuf: number | undefined
}

/** How long the kernel may take to acknowledge; it does so inside the request. */
const ACKNOWLEDGED_MS = 1000

const CANNOT = 'cannot listen on this computer'
const SILENT = 'it has no process events (CONFIG_PROC_EVENTS), or this is a container with process ids of its own'
/** By the code of the error. */
const WHY: Readonly<Record<string, string>> = {
  EPERM: 'this kernel tells process events to root only, or to who has CAP_NET_ADMIN',
  EPROTONOSUPPORT: 'its kernel has no connector (CONFIG_CONNECTOR)',
  ECONNREFUSED: 'this network namespace has no connector, only the initial one has',
}

/**
 * @param task opens the socket; by default the running process
 * @throws InputError saying what is missing: Linux, koffi, the right to listen, cn_proc
 */
export function live(
  options: LiveOptions,
  around: Pick<Surroundings, 'onInterrupt'>,
  task: () => Task = hostTask,
): Source {
  const listener = open(options, task)

  async function* batches(): AsyncGenerator<Batch> {
    const end = new AbortController()
    const stop = () => end.abort()
    const forget = around.onInterrupt?.(stop)
    const timer = options.seconds === undefined ? undefined : setTimeout(stop, options.seconds * 1000)
    try {
      yield { heard: await acknowledged(listener) }
      while (!end.signal.aborted) {
        await untilReadable(listener, end.signal)
        const heard = [...listener.heard()]
        if (heard.length > 0) yield { heard }
      }
    } finally {
      clearTimeout(timer)
      forget?.()
      listener.stop()
    }
  }
  return { batches: batches(), live: true, nameOf: nameInProc }
}

function open({ rcvbuf }: LiveOptions, task: () => Task): ProcListener {
  try {
    return new ProcListener(task(), rcvbuf)
  } catch (error) {
    throw explained(error)
  }
}

/** What comes after the request, the acknowledgement among it. */
async function acknowledged(listener: ProcListener): Promise<Heard[]> {
  try {
    listener.ask()
  } catch (error) {
    throw explained(error)
  }
  await untilReadable(listener, AbortSignal.timeout(ACKNOWLEDGED_MS))
  const heard = [...listener.heard()]
  if (heard.length === 0) throw new InputError(`${CANNOT}: the kernel does not answer; ${SILENT}`)
  return heard
}

/** What is missing, for errors that say so; others stay as they are. */
function explained(error: unknown): unknown {
  if (error instanceof HostUnavailableError) return new InputError(`${CANNOT}: ${error.message.replace(/^\S+: /, '')}`)
  if (!(error instanceof SystemError)) return error
  return new InputError(`${CANNOT}: ${WHY[error.code] ?? 'the kernel refuses'} (${error.message})`)
}

async function untilReadable(listener: ProcListener, signal: AbortSignal): Promise<void> {
  try {
    await listener.readable(signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** By the time that the event is read the process may have ended, or have another name. */
function nameInProc(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').replace(/\n$/, '')
  } catch {
    return undefined
  }
}
