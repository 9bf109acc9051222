// Constants that are numbers from 2^31 up: positive here, and no i32, so that they cannot stand in
// assembly/uapi/constants.ts.

/** A process or thread has ended (linux/cn_proc.h). */
export const PROC_EVENT_EXIT = 0x80000000

/** All kinds that a listener can ask cn_proc for: the mask that cn_proc keeps where a request names none. */
export const PROC_EVENT_ALL = 0xe00003c7
