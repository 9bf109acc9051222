// What calls and their arguments are called. Who records needs none of this, so it stands apart.

import { CALL_NAMES, OPCODES } from '../abi.generated.js'
import type { Call, CallName, Opcode } from './calls.js'

/** The arguments of a call, by the number that abi.ts gives it. Names mean something: see references.ts. */
const ARGUMENTS: Readonly<Record<Opcode, string>> = {
  [OPCODES.NEXT_RANDOM]: '',
  [OPCODES.SET_PRESSURE]: 'level',
  [OPCODES.SET_FAILSLAB]: 'probability interval times space',
  [OPCODES.FAULT_RANDOM]: '',
  [OPCODES.SET_WATCH]: 'watch',
  [OPCODES.MODULE_ADD]: 'length',
  [OPCODES.MODULE_DELETE]: 'length',
  [OPCODES.NAMESPACE_NUMBER]: 'length',
  [OPCODES.TASK_SPAWN]: 'pid netns uid gid capsLow capsHigh comm',
  [OPCODES.TASK_FORK]: 'task pid thread',
  [OPCODES.TASK_EXIT]: 'task status',
  [OPCODES.TASK_KILL]: 'task signal',
  [OPCODES.TASK_EXEC]: 'task length',
  [OPCODES.TASK_UNSHARE]: 'task flags',
  [OPCODES.TASK_ATTACH]: 'task tracee',
  [OPCODES.TASK_DETACH]: 'task tracee',
  [OPCODES.TASK_SET_CPU]: 'task cpu',
  [OPCODES.PROC_REPLAY]: 'length',
  [OPCODES.TASK_SETCAPS]: 'task low high',
  [OPCODES.TASK_SETRESUID]: 'task uid euid suid',
  [OPCODES.TASK_SETRESGID]: 'task gid egid sgid',
  [OPCODES.TASK_SETSID]: 'task',
  [OPCODES.TASK_SETCOMM]: 'task length',
  [OPCODES.SOCKET]: 'task family type protocol',
  [OPCODES.CLOSE]: 'sock',
  [OPCODES.BIND]: 'sock addrlen family pid groups',
  [OPCODES.CONNECT]: 'sock addrlen family pid groups',
  [OPCODES.GETSOCKNAME]: 'sock',
  [OPCODES.GETPEERNAME]: 'sock',
  [OPCODES.SEND]: 'sock length flags',
  [OPCODES.SEND_RESERVED]: 'sock length flags',
  [OPCODES.SENDMSG]: 'sock length flags addrlen family pid groups controllen',
  [OPCODES.SEND_RESERVE]: 'sock length flags addrlen family pid groups controllen',
  [OPCODES.SEND_COMMIT]: 'sock skb',
  [OPCODES.RECV]: 'sock length flags',
  [OPCODES.PEEK]: 'sock',
  [OPCODES.RELEASE]: 'sock',
  [OPCODES.DRAIN_NEXT]: 'drained place most',
  [OPCODES.SETSOCKOPT]: 'sock level name length',
  [OPCODES.GETSOCKOPT]: 'sock level name room',
  [OPCODES.POLL]: 'sock events',
  [OPCODES.ARM_SOCKET]: 'sock arm',
  [OPCODES.READY_NEXT]: '',
  [OPCODES.PUSH_ON]: 'sock',
  [OPCODES.PUSH_OFF]: 'sock',
  [OPCODES.PUSH_NEXT]: '',
  [OPCODES.CN_ADD_CALLBACK]: 'idx val name',
  [OPCODES.CN_ANNOUNCE]: 'idx val registered',
  [OPCODES.CN_DEL_CALLBACK]: 'idx val',
  [OPCODES.CN_SEND]: 'idx val length portid group gfp',
  [OPCODES.CN_RESERVE]: 'idx val length portid group gfp',
  [OPCODES.CN_COMMIT]: 'skb',
  [OPCODES.REQUEST_NOTIFICATION]: 'length wanted',
  [OPCODES.KSOCK_CREATE]: 'number groups flags input hooks',
  [OPCODES.KSOCK_RELEASE]: 'unit',
  [OPCODES.KSOCK_RESERVE]: 'length group gfp',
  [OPCODES.KSOCK_MESSAGE]: 'length group gfp',
  [OPCODES.KSOCK_UNICAST]: 'unit skb portid nonblock',
  [OPCODES.KSOCK_BROADCAST]: 'unit skb portid group',
  [OPCODES.KSOCK_NOTIFY]: 'unit skb portid group report',
  [OPCODES.KSOCK_BROADCAST_ASKING]: 'unit skb portid group slot',
  [OPCODES.KSOCK_ACK]: 'unit request offset error text cookie badOffset more',
  [OPCODES.DUMP_OPEN]: 'unit portid seq minAlloc',
  [OPCODES.DUMP_ABORT]: 'unit portid',
  [OPCODES.DUMP_BEGIN]: 'unit portid',
  [OPCODES.DUMP_CONTINUE]: 'sock',
  [OPCODES.SLOT_TAKE]: '',
  [OPCODES.SLOT_GIVE]: 'slot',
  [OPCODES.KSOCK_HAS_LISTENERS]: 'unit group',
  [OPCODES.KSOCK_CLEAR_GROUP]: 'unit group',
  [OPCODES.KSOCK_SET_ERR]: 'unit portid group errno',
  [OPCODES.NOTIFIER_ON]: '',
  [OPCODES.TIMER_ADD]: 'low high',
  [OPCODES.TIMER_MOVE]: 'timer low high',
  [OPCODES.WORK_RUN]: '',
  [OPCODES.TIMER_DELETE]: 'timer',
  [OPCODES.CLOCK_ADVANCE]: 'milliseconds nanoseconds',
  [OPCODES.LOG_WRITE]: 'length',
  [OPCODES.SOCKET_OVERRUN]: 'sock',
}

const ARGUMENT_NAMES: readonly (readonly string[])[] = /* @__PURE__ */ argumentsByOpcode()

function argumentsByOpcode(): string[][] {
  const names: string[][] = []
  for (const [opcode, text] of Object.entries(ARGUMENTS)) names[Number(opcode)] = text === '' ? [] : text.split(' ')
  return names
}

/** The names of a call's arguments, in their order. */
export function argumentNames({ opcode }: Call): readonly string[] {
  return ARGUMENT_NAMES[opcode] ?? []
}

const NAMES = /* @__PURE__ */ CALL_NAMES.split(' ') as readonly CallName[]

/** A call's name. */
export function callName({ opcode }: Call): CallName {
  return NAMES[opcode - 1] as CallName
}
