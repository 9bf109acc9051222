// The table of process-events.mjs: a row for each event, as forkstat prints them. It remembers the processes: what they are
// called, and since when they run.

import * as uapi from 'kernel-connector/uapi'

/** @import { ProcEvent } from 'kernel-connector/uapi' */

/**
 * @typedef {object} Row
 * @property {string} time seconds since the first event
 * @property {string} kind
 * @property {number} pid
 * @property {string} info
 * @property {string} duration of the process or thread, in seconds, if the event ends it and its begin was seen
 * @property {string} name
 */

/** The status that wait(2) gives: an exit code, or a signal and whether core was dumped. @param {number} status */
function ending(status) {
  const signal = status & 0x7f
  if (signal === 0) return `exit ${(status >> 8) & 0xff}`
  return `${uapi.nameOf(uapi.SIGNALS, signal) ?? `signal ${signal}`}${status & 0x80 ? ', core dumped' : ''}`
}

/** A name may be any bytes; what would disturb the table is shown by its number. @param {Uint8Array} comm */
function printable(comm) {
  const text = new TextDecoder().decode(comm)
  const escaped = text.replace(/[\p{Cc}\p{Cf}]/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return escaped || "''"
}

/** Nanoseconds as seconds. @param {bigint} ns */
const seconds = (ns) => (Number(ns) / 1e9).toFixed(6)

/**
 * What an event is, whom it is about, and what else it says.
 *
 * @param {ProcEvent} event
 */
function describe(event) {
  switch (event.what) {
    case uapi.PROC_EVENT_NONE:
      return { kind: 'ack', pid: 0, info: 'a request was acknowledged' }
    case uapi.PROC_EVENT_FORK: {
      const { parent_pid, child_pid, child_tgid } = event.event_data.fork
      if (child_pid !== child_tgid) return { kind: 'clone', pid: child_tgid, info: `thread ${child_pid}` }
      return { kind: 'fork', pid: parent_pid, info: `child ${child_pid}` }
    }
    case uapi.PROC_EVENT_EXEC:
      return { kind: 'exec', pid: event.event_data.exec.process_pid, info: '' }
    case uapi.PROC_EVENT_COMM:
      return { kind: 'comm', pid: event.event_data.comm.process_pid, info: '' }
    case uapi.PROC_EVENT_UID: {
      const { process_pid, r, e } = event.event_data.id
      return { kind: 'uid', pid: process_pid, info: `real ${r.ruid}, effective ${e.euid}` }
    }
    case uapi.PROC_EVENT_GID: {
      const { process_pid, r, e } = event.event_data.id
      return { kind: 'gid', pid: process_pid, info: `real ${r.rgid}, effective ${e.egid}` }
    }
    case uapi.PROC_EVENT_SID:
      return { kind: 'sid', pid: event.event_data.sid.process_pid, info: 'new session' }
    case uapi.PROC_EVENT_PTRACE: {
      const { process_pid, tracer_pid } = event.event_data.ptrace
      return { kind: 'ptrace', pid: process_pid, info: tracer_pid === 0 ? 'released' : `traced by ${tracer_pid}` }
    }
    case uapi.PROC_EVENT_COREDUMP: {
      const { process_pid, parent_pid } = event.event_data.coredump
      return { kind: 'core', pid: process_pid, info: `child of ${parent_pid}` }
    }
    case uapi.PROC_EVENT_EXIT: {
      const { process_pid, exit_code } = event.event_data.exit
      return { kind: 'exit', pid: process_pid, info: ending(exit_code) }
    }
  }
}

/** Turns events into rows. */
export class Forkstat {
  /** @type {bigint | undefined} */
  #began
  /** @type {Map<number, { name: string, born?: bigint }>} */
  #tasks = new Map([[0, { name: 'the kernel' }]])
  #nameOf

  /**
   * @param {(pid: number) => string | undefined} [nameOf] what a process is called now, if that can be found out: events tell
   * neither the names of those that ran before, nor the programs that are executed
   */
  constructor(nameOf = () => undefined) {
    this.#nameOf = nameOf
  }

  /**
   * Takes the next event.
   *
   * @param {ProcEvent} event
   * @returns {Row}
   */
  row(event) {
    const now = event.timestamp_ns
    this.#began ??= now
    const { kind, pid, info } = describe(event)
    const { name, born } = this.#task(pid)
    this.#learn(event)
    const { name: next } = this.#task(pid)
    const executed = event.what === uapi.PROC_EVENT_EXEC && next !== name && !next.startsWith('?')
    const renamed = executed || event.what === uapi.PROC_EVENT_COMM ? `${name} -> ${next}` : name
    const ended = event.what === uapi.PROC_EVENT_EXIT && born !== undefined
    return {
      time: seconds(now - this.#began),
      kind,
      pid,
      info,
      duration: ended ? seconds(now - born) : '',
      name: renamed,
    }
  }

  /** @param {ProcEvent} event */
  #learn(event) {
    switch (event.what) {
      case uapi.PROC_EVENT_FORK: {
        const { parent_pid, child_pid, child_tgid } = event.event_data.fork
        const { name } = this.#task(child_pid === child_tgid ? parent_pid : child_tgid)
        this.#tasks.set(child_pid, { name, born: event.timestamp_ns })
        break
      }
      case uapi.PROC_EVENT_EXEC: {
        // The task is now called as its program, but the event does not tell how.
        const pid = event.event_data.exec.process_pid
        const task = this.#task(pid)
        const name = this.#nameNow(pid) ?? (task.name.startsWith('?') ? task.name : `? (was ${task.name})`)
        this.#tasks.set(pid, { ...task, name })
        break
      }
      case uapi.PROC_EVENT_COMM: {
        const { process_pid, comm } = event.event_data.comm
        this.#tasks.set(process_pid, { ...this.#task(process_pid), name: printable(comm) })
        break
      }
      case uapi.PROC_EVENT_EXIT:
        this.#tasks.delete(event.event_data.exit.process_pid)
    }
  }

  /** @param {number} pid */
  #task(pid) {
    return this.#tasks.get(pid) ?? { name: this.#nameNow(pid) ?? '?' }
  }

  /** @param {number} pid */
  #nameNow(pid) {
    const name = this.#nameOf(pid)
    return name === undefined ? undefined : printable(new TextEncoder().encode(name))
  }
}

/** @type {(time: string, kind: string, pid: string, info: string, duration: string, name: string) => string} */
const columns = (time, kind, pid, info, duration, name) =>
  `${time.padStart(10)} ${kind.padEnd(6)} ${pid.padStart(7)} ${info.padEnd(26)} ${duration.padStart(9)} ${name}`

/** What stands above the rows. */
export const HEADER = columns('Time', 'Event', 'PID', 'Info', 'Duration', 'Process')

/** A row as a line of text. @param {Row} row */
export const line = ({ time, kind, pid, info, duration, name }) =>
  columns(time, kind, String(pid), info, duration, name)
