// struct proc_event as types: one kind of event each, told apart by `what`, with the names of linux/cn_proc.h. Process
// and thread ids are signed (pid_t), `tgid` is what getpid() gives; user and group ids, codes and signals are unsigned.

import type {
  PROC_EVENT_COMM,
  PROC_EVENT_COREDUMP,
  PROC_EVENT_EXEC,
  PROC_EVENT_FORK,
  PROC_EVENT_GID,
  PROC_EVENT_NONE,
  PROC_EVENT_PTRACE,
  PROC_EVENT_SID,
  PROC_EVENT_UID,
} from '../../assembly/uapi/constants.js'
import type { PROC_EVENT_EXIT } from './u32-constants.js'

interface Kind<What extends number, Data> {
  /** The kind. */
  readonly what: What
  /** The CPU that it happened on; each counts its messages (cn_msg.seq) for itself. */
  readonly cpu: number
  /** Nanoseconds since boot, 64 bits, unsigned. */
  readonly timestamp_ns: bigint
  /** What happened: the one member of C's union that this kind uses. */
  readonly event_data: Data
}

/** The process or thread that an event is about. */
export interface ProcEventProcess {
  readonly process_pid: number
  readonly process_tgid: number
}

interface WithParent extends ProcEventProcess {
  readonly parent_pid: number
  readonly parent_tgid: number
}

/** The acknowledgement of a request: err is 0 or a positive error number. */
export type ProcEventAck = Kind<typeof PROC_EVENT_NONE, { readonly ack: { readonly err: number } }>

/** A new process, or a new thread: then child_tgid is not child_pid. */
export type ProcEventFork = Kind<
  typeof PROC_EVENT_FORK,
  {
    readonly fork: {
      readonly parent_pid: number
      readonly parent_tgid: number
      readonly child_pid: number
      readonly child_tgid: number
    }
  }
>

/** A process runs another program. */
export type ProcEventExec = Kind<typeof PROC_EVENT_EXEC, { readonly exec: ProcEventProcess }>

/** Real, effective or saved user id changed: the real and the effective one. */
export type ProcEventUid = Kind<
  typeof PROC_EVENT_UID,
  { readonly id: ProcEventProcess & { readonly r: { readonly ruid: number }; readonly e: { readonly euid: number } } }
>

/** Real, effective or saved group id changed: the real and the effective one. */
export type ProcEventGid = Kind<
  typeof PROC_EVENT_GID,
  { readonly id: ProcEventProcess & { readonly r: { readonly rgid: number }; readonly e: { readonly egid: number } } }
>

/** A process became the leader of a new session. */
export type ProcEventSid = Kind<typeof PROC_EVENT_SID, { readonly sid: ProcEventProcess }>

/** A tracer was attached, or detached: then both its numbers are 0. */
export type ProcEventPtrace = Kind<
  typeof PROC_EVENT_PTRACE,
  { readonly ptrace: ProcEventProcess & { readonly tracer_pid: number; readonly tracer_tgid: number } }
>

/**
 * A task has a new name: its bytes, without the zeros behind them, at most 16 (Linux: 15). Not always UTF-8:
 * new TextDecoder().decode(comm) makes a text of them.
 */
export type ProcEventComm = Kind<
  typeof PROC_EVENT_COMM,
  { readonly comm: ProcEventProcess & { readonly comm: Uint8Array } }
>

/** A process dies by a signal that dumps core. */
export type ProcEventCoredump = Kind<typeof PROC_EVENT_COREDUMP, { readonly coredump: WithParent }>

/**
 * A process or thread ended. exit_code is the status that wait(2) knows; exit_signal is 4294967295 (-1) for threads.
 */
export type ProcEventExit = Kind<
  typeof PROC_EVENT_EXIT,
  { readonly exit: WithParent & { readonly exit_code: number; readonly exit_signal: number } }
>

/** Any event of cn_proc: switch on `what`. */
export type ProcEvent =
  | ProcEventAck
  | ProcEventFork
  | ProcEventExec
  | ProcEventUid
  | ProcEventGid
  | ProcEventSid
  | ProcEventPtrace
  | ProcEventComm
  | ProcEventCoredump
  | ProcEventExit
