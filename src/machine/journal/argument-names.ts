// What the arguments of calls are called. Who records needs none of this, so it stands apart.

import { OPCODES } from '../abi.generated.js'
import type { Call, Opcode } from './calls.js'

/** By the number that abi.ts gives a call. Names mean something: see references.ts. */
const ARGUMENTS: Readonly<Record<Opcode, string>> = {
  [OPCODES.next_random]: '',
  [OPCODES.set_pressure]: 'level',
  [OPCODES.set_failslab]: 'probability interval times space',
  [OPCODES.fault_random]: '',
  [OPCODES.set_watch]: 'watch',
  [OPCODES.module_add]: 'length',
  [OPCODES.module_delete]: 'length',
  [OPCODES.namespace_number]: 'length',
  [OPCODES.task_spawn]: 'pid netns uid gid capsLow capsHigh comm',
  [OPCODES.task_fork]: 'task pid thread',
  [OPCODES.task_exit]: 'task status',
  [OPCODES.task_kill]: 'task signal',
  [OPCODES.task_exec]: 'task length',
  [OPCODES.task_unshare]: 'task flags',
  [OPCODES.task_attach]: 'task tracee',
  [OPCODES.task_detach]: 'task tracee',
  [OPCODES.task_set_cpu]: 'task cpu',
  [OPCODES.proc_replay]: 'length',
  [OPCODES.task_setcaps]: 'task low high',
  [OPCODES.task_setresuid]: 'task uid euid suid',
  [OPCODES.task_setresgid]: 'task gid egid sgid',
  [OPCODES.task_setsid]: 'task',
  [OPCODES.task_setcomm]: 'task length',
  [OPCODES.socket]: 'task family type protocol',
  [OPCODES.close]: 'sock',
  [OPCODES.bind]: 'sock addrlen family pid groups',
  [OPCODES.connect]: 'sock addrlen family pid groups',
  [OPCODES.getsockname]: 'sock',
  [OPCODES.getpeername]: 'sock',
  [OPCODES.send]: 'sock length flags',
  [OPCODES.send_reserved]: 'sock length flags',
  [OPCODES.sendmsg]: 'sock length flags addrlen family pid groups controllen',
  [OPCODES.send_reserve]: 'sock length flags addrlen family pid groups controllen',
  [OPCODES.send_commit]: 'sock skb',
  [OPCODES.recv]: 'sock length flags',
  [OPCODES.recv_done]: '',
  [OPCODES.peek]: 'sock',
  [OPCODES.release]: 'sock',
  [OPCODES.setsockopt]: 'sock level name length',
  [OPCODES.getsockopt]: 'sock level name room',
  [OPCODES.poll]: 'sock events',
  [OPCODES.arm_socket]: 'sock arm',
  [OPCODES.ready_next]: '',
  [OPCODES.push_on]: 'sock',
  [OPCODES.push_off]: 'sock',
  [OPCODES.push_next]: '',
  [OPCODES.cn_add_callback]: 'idx val name',
  [OPCODES.cn_announce]: 'idx val registered',
  [OPCODES.cn_del_callback]: 'idx val',
  [OPCODES.cn_send]: 'idx val length portid group gfp',
  [OPCODES.cn_reserve]: 'idx val length portid group gfp',
  [OPCODES.cn_commit]: 'skb',
  [OPCODES.request_notification]: 'length wanted',
  [OPCODES.ksock_create]: 'number groups flags input hooks',
  [OPCODES.ksock_release]: 'unit',
  [OPCODES.ksock_reserve]: 'length group gfp',
  [OPCODES.ksock_message]: 'length group gfp',
  [OPCODES.ksock_unicast]: 'unit skb portid nonblock',
  [OPCODES.ksock_broadcast]: 'unit skb portid group',
  [OPCODES.ksock_notify]: 'unit skb portid group report',
  [OPCODES.ksock_broadcast_asking]: 'unit skb portid group slot',
  [OPCODES.ksock_ack]: 'unit request offset error text cookie badOffset more',
  [OPCODES.dump_open]: 'unit portid seq minAlloc',
  [OPCODES.dump_abort]: 'unit portid',
  [OPCODES.dump_begin]: 'unit portid',
  [OPCODES.dump_continue]: 'sock',
  [OPCODES.slot_take]: '',
  [OPCODES.slot_give]: 'slot',
  [OPCODES.ksock_has_listeners]: 'unit group',
  [OPCODES.ksock_clear_group]: 'unit group',
  [OPCODES.ksock_set_err]: 'unit portid group errno',
  [OPCODES.notifier_on]: '',
  [OPCODES.timer_add]: 'low high',
  [OPCODES.timer_move]: 'timer low high',
  [OPCODES.work_run]: '',
  [OPCODES.timer_delete]: 'timer',
  [OPCODES.clock_advance]: 'milliseconds nanoseconds',
  [OPCODES.log_write]: 'length',
  [OPCODES.socket_overrun]: 'sock',
}

const NAMES: readonly (readonly string[])[] = /* @__PURE__ */ namesByOpcode()

function namesByOpcode(): string[][] {
  const names: string[][] = []
  for (const [opcode, text] of Object.entries(ARGUMENTS)) names[Number(opcode)] = text === '' ? [] : text.split(' ')
  return names
}

/** The names of a call's arguments, in their order. */
export function argumentNames({ opcode }: Call): readonly string[] {
  return NAMES[opcode] ?? []
}
