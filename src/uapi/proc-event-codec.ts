// struct proc_event as bytes: the data of every cn_msg that cn_proc (id {1, 1}) sends.

import {
  PROC_EVENT_COMM,
  PROC_EVENT_COREDUMP,
  PROC_EVENT_EXEC,
  PROC_EVENT_FORK,
  PROC_EVENT_GID,
  PROC_EVENT_NONE,
  PROC_EVENT_PTRACE,
  PROC_EVENT_SID,
  PROC_EVENT_UID,
  TASK_COMM_LEN,
} from '../../assembly/uapi/constants.js'
import { asObject, bytes, u32 } from './args.js'
import { copyOf, getI32, getU32, setU32, viewOf } from './bytes.js'
import { PROC_EVENT_DATA as DATA, PROC_EVENT } from './layout.js'
import type { ProcEvent, ProcEventProcess } from './proc-event.js'
import { procEventFault as faultIn, procEventHead, unknownKind } from './proc-event-head.js'
import { PROC_EVENT_EXIT } from './u32-constants.js'

/** Writes the fields that `offsets` names. */
function put<Name extends string>(
  view: DataView,
  offsets: Readonly<Record<Name, number>>,
  fields: Readonly<Record<NoInfer<Name>, number>>,
): void {
  for (const name in offsets) setU32(view, offsets[name], u32(fields?.[name], name))
}

function putComm(view: DataView, comm: Uint8Array): void {
  if (bytes(comm, 'comm').length > TASK_COMM_LEN) {
    throw new RangeError(`comm has at most ${TASK_COMM_LEN} bytes, not ${comm.length}`)
  }
  comm.forEach((byte, i) => {
    view.setUint8(DATA.comm.comm + i, byte)
  })
}

function putData(view: DataView, event: ProcEvent): void {
  switch (event.what) {
    case PROC_EVENT_NONE:
      put(view, DATA.ack, event.event_data.ack)
      break
    case PROC_EVENT_FORK:
      put(view, DATA.fork, event.event_data.fork)
      break
    case PROC_EVENT_EXEC:
      put(view, DATA.exec, event.event_data.exec)
      break
    case PROC_EVENT_UID: {
      const { id } = event.event_data
      put(view, DATA.exec, id)
      put(view, { ruid: DATA.id.r, euid: DATA.id.e }, { ...id.r, ...id.e })
      break
    }
    case PROC_EVENT_GID: {
      const { id } = event.event_data
      put(view, DATA.exec, id)
      put(view, { rgid: DATA.id.r, egid: DATA.id.e }, { ...id.r, ...id.e })
      break
    }
    case PROC_EVENT_SID:
      put(view, DATA.sid, event.event_data.sid)
      break
    case PROC_EVENT_PTRACE:
      put(view, DATA.ptrace, event.event_data.ptrace)
      break
    case PROC_EVENT_COMM:
      put(view, DATA.exec, event.event_data.comm)
      putComm(view, event.event_data.comm.comm)
      break
    case PROC_EVENT_COREDUMP:
      put(view, DATA.coredump, event.event_data.coredump)
      break
    case PROC_EVENT_EXIT:
      put(view, DATA.exit, event.event_data.exit)
      break
    default:
      throw new RangeError(unknownKind((event as { what: number }).what))
  }
}

/**
 * The 40 bytes of an event.
 *
 * @throws TypeError, RangeError for fields that are no numbers of their width, an unknown `what`, a comm over 16 bytes
 */
export function encodeProcEvent(event: ProcEvent): Uint8Array {
  const { timestamp_ns, event_data } = asObject(event, 'event')
  asObject(event_data, 'event_data')
  if (typeof timestamp_ns !== 'bigint') throw new TypeError('timestamp_ns must be a bigint')
  if (BigInt.asUintN(64, timestamp_ns) !== timestamp_ns) throw new RangeError('timestamp_ns must fit 64 bits, unsigned')
  const array = new Uint8Array(PROC_EVENT.size)
  const view = viewOf(array)
  setU32(view, PROC_EVENT.what, u32(event.what, 'what'))
  setU32(view, PROC_EVENT.cpu, u32(event.cpu, 'cpu'))
  view.setBigUint64(PROC_EVENT.timestamp_ns, timestamp_ns, true)
  putData(view, event)
  return array
}

/** The process's two ids lie at the same place in every kind that has them. */
function processOf(view: DataView): ProcEventProcess {
  return {
    process_pid: getI32(view, DATA.exec.process_pid),
    process_tgid: getI32(view, DATA.exec.process_tgid),
  }
}

function commOf(array: Uint8Array): Uint8Array {
  const start = DATA.comm.comm
  let end = start
  while (end < start + TASK_COMM_LEN && array[end] !== 0) end++
  return copyOf(array, start, end)
}

/** `array` has no fault. */
function read(array: Uint8Array): ProcEvent {
  const view = viewOf(array)
  const { what, timestamp_ns } = procEventHead(view)
  const cpu = getU32(view, PROC_EVENT.cpu)
  switch (what) {
    case PROC_EVENT_NONE:
      return { what, cpu, timestamp_ns, event_data: { ack: { err: getU32(view, DATA.ack.err) } } }
    case PROC_EVENT_FORK: {
      const fork = {
        parent_pid: getI32(view, DATA.fork.parent_pid),
        parent_tgid: getI32(view, DATA.fork.parent_tgid),
        child_pid: getI32(view, DATA.fork.child_pid),
        child_tgid: getI32(view, DATA.fork.child_tgid),
      }
      return { what, cpu, timestamp_ns, event_data: { fork } }
    }
    case PROC_EVENT_EXEC:
      return { what, cpu, timestamp_ns, event_data: { exec: processOf(view) } }
    case PROC_EVENT_UID: {
      const id = { ...processOf(view), r: { ruid: getU32(view, DATA.id.r) }, e: { euid: getU32(view, DATA.id.e) } }
      return { what, cpu, timestamp_ns, event_data: { id } }
    }
    case PROC_EVENT_GID: {
      const id = { ...processOf(view), r: { rgid: getU32(view, DATA.id.r) }, e: { egid: getU32(view, DATA.id.e) } }
      return { what, cpu, timestamp_ns, event_data: { id } }
    }
    case PROC_EVENT_SID:
      return { what, cpu, timestamp_ns, event_data: { sid: processOf(view) } }
    case PROC_EVENT_PTRACE: {
      const tracer_pid = getI32(view, DATA.ptrace.tracer_pid)
      const tracer_tgid = getI32(view, DATA.ptrace.tracer_tgid)
      return { what, cpu, timestamp_ns, event_data: { ptrace: { ...processOf(view), tracer_pid, tracer_tgid } } }
    }
    case PROC_EVENT_COMM:
      return { what, cpu, timestamp_ns, event_data: { comm: { ...processOf(view), comm: commOf(array) } } }
    case PROC_EVENT_COREDUMP: {
      const parent_pid = getI32(view, DATA.coredump.parent_pid)
      const parent_tgid = getI32(view, DATA.coredump.parent_tgid)
      return { what, cpu, timestamp_ns, event_data: { coredump: { ...processOf(view), parent_pid, parent_tgid } } }
    }
    case PROC_EVENT_EXIT: {
      const exit = {
        ...processOf(view),
        exit_code: getU32(view, DATA.exit.exit_code),
        exit_signal: getU32(view, DATA.exit.exit_signal),
        parent_pid: getI32(view, DATA.exit.parent_pid),
        parent_tgid: getI32(view, DATA.exit.parent_tgid),
      }
      return { what, cpu, timestamp_ns, event_data: { exit } }
    }
  }
}

/**
 * The event in the first 40 bytes, as a cn_msg of cn_proc carries it; bytes behind are not looked at.
 *
 * @throws RangeError if there are fewer than 40 bytes, or `what` is a kind that this package does not know
 * @example
 * for await (const { data } of socket) {
 *   const event = decodeProcEvent(decodeConnectorMessage(data).msg.data)
 *   if (event.what === PROC_EVENT_EXIT) console.log(event.event_data.exit.process_pid)
 * }
 */
export function decodeProcEvent(array: Uint8Array): ProcEvent {
  const fault = faultIn(array)
  if (fault !== null) throw new RangeError(fault)
  return read(array)
}

/** The same as {@link decodeProcEvent}; null where that throws RangeError. */
export function tryDecodeProcEvent(array: Uint8Array): ProcEvent | null {
  return faultIn(array) === null ? read(array) : null
}
