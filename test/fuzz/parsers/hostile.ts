// Every public method with arguments of any type: numbers that are none, objects whose fields are functions that throw or call the
// kernel again, proxies, subclasses that lie, arrays of other realms, shared, resized and detached buffers. A TypeError or a
// RangeError has to come before anything has happened.
import type { Kernel, KernelSocket, Socket, Task, Timer } from '../../../src/api.js'
import { SystemError } from '../../../src/index.js'
import * as uapi from '../../../src/uapi/index.js'
import { attempt, Failure, Hostile } from '../failure.js'
import type { Parser, Round } from '../round.js'
import { Values } from '../values.js'

const PROTOCOL = 22
const PROTOCOLS = [uapi.NETLINK_USERSOCK, uapi.NETLINK_CONNECTOR, PROTOCOL]
const MOST_OBJECTS = 12

interface World {
  readonly kernel: Kernel
  readonly tasks: Task[]
  readonly sockets: Socket[]
  readonly timers: Timer[]
  ksock: KernelSocket | null
}

type Call = (world: World, value: Values) => unknown

const onKernel: readonly Call[] = [
  ({ kernel }, v) => kernel.cn_add_callback(v.record(['idx', 'val']), v.any(), v.callback()),
  ({ kernel }, v) => kernel.cn_del_callback(v.record(['idx', 'val'])),
  ({ kernel }, v) => kernel.cn_netlink_send(v.message(), v.any(), v.any(), v.any()),
  ({ kernel }, v) => kernel.cn_netlink_send(v.message(), v.any(), v.any()),
  ({ kernel }, v) => kernel.cn_netlink_send_mult(v.message(), v.any(), v.any(), v.any(), v.any()),
  ({ kernel }, v) => kernel.requestNotification(v.record(['idx', 'val', 'group']), v.callback()),
  ({ kernel }, v) => kernel.netlink_kernel_create(v.any(), v.record(['groups', 'flags', 'input', 'bind', 'unbind'])),
  (world, v) => world.kernel.netlink_unicast(v.ksock(world.ksock), v.bytes(), v.any(), v.any()),
  (world, v) => world.kernel.netlink_broadcast(v.ksock(world.ksock), v.bytes(), v.any(), v.any(), v.any()),
  (world, v) =>
    world.kernel.netlink_broadcast_filtered(v.ksock(world.ksock), v.bytes(), v.any(), v.any(), v.any(), v.callback()),
  (world, v) => world.kernel.nlmsg_unicast(v.ksock(world.ksock), v.bytes(), v.any()),
  (world, v) => world.kernel.nlmsg_multicast(v.ksock(world.ksock), v.bytes(), v.any(), v.any(), v.any()),
  (world, v) => world.kernel.nlmsg_notify(v.ksock(world.ksock), v.bytes(), v.any(), v.any(), v.any(), v.any()),
  (world, v) => world.kernel.netlink_has_listeners(v.ksock(world.ksock), v.any()),
  (world, v) => world.kernel.netlink_set_err(v.ksock(world.ksock), v.any(), v.any(), v.any()),
  (world, v) => world.kernel.netlink_rcv_skb(v.any(), v.callback()),
  (world, v) => world.kernel.netlink_ack(v.any(), v.any(), v.any(), v.any()),
  (world, v) => world.kernel.netlink_dump_start(v.ksock(world.ksock), v.any(), v.any(), v.any()),
  ({ kernel }, v) => kernel.netlink_capable(v.any(), v.any()),
  ({ kernel }, v) => kernel.netlink_register_notifier(v.any()),
  ({ kernel }, v) => kernel.insmod(v.record(['name', 'init', 'exit']), v.any()),
  ({ kernel }, v) => kernel.rmmod(v.any()),
  ({ kernel }, v) => kernel.printk(v.any()),
  (world, v) => void keep(world.timers, world.kernel.timer_setup(v.callback())),
  ({ kernel, timers }, v) => kernel.mod_timer(v.among(timers), v.any()),
  ({ kernel, timers }, v) => kernel.del_timer(v.among(timers)),
  (world, v) => void keep(world.tasks, world.kernel.spawn(v.record(['pid', 'uid', 'gid', 'caps', 'comm', 'netns']))),
  ({ kernel }, v) => kernel.procfs.read(v.any()),
  ({ kernel }, v) => kernel.clock.advance(v.time()),
  ({ kernel }, v) => kernel.loadProcEvents(v.bytes()),
  ({ kernel }, v) => {
    kernel.memoryPressure = v.any()
    kernel.memoryPressure = 'none'
  },
]

const onTask: readonly Call[] = [
  (world, v) => void keep(world.sockets, v.pick(world.tasks).socket(v.any(), v.any(), v.any())),
  (world, v) => void keep(world.sockets, v.pick(world.tasks).socket(16, 3, v.pick([2, 11, PROTOCOL]))),
  ({ tasks }, v) => v.pick(tasks).socketpair(v.any(), v.any(), v.any()),
  (world, v) => void keep(world.tasks, v.pick(world.tasks).fork(v.record(['pid']))),
  (world, v) => void keep(world.tasks, v.pick(world.tasks).thread()),
  ({ tasks }, v) => v.pick(tasks).unshare(v.any()),
  ({ tasks }, v) => v.pick(tasks).ptrace(v.pick(['attach', 'detach', v.any()]), v.among(tasks)),
  ({ tasks }, v) => v.pick(tasks).sched_setaffinity(v.any()),
  ({ tasks }, v) => v.pick(tasks).exec(v.any()),
  ({ tasks }, v) => v.pick(tasks).setcomm(v.any()),
  ({ tasks }, v) => v.pick(tasks).kill(v.any()),
  ({ tasks }, v) => v.pick(tasks).exit(v.any()),
  ({ tasks }, v) => v.pick(tasks).setresuid(v.any(), v.any(), v.any()),
  ({ tasks }, v) => v.pick(tasks).setresgid(v.any(), v.any(), v.any()),
  ({ tasks }, v) => v.pick(tasks).setsid(),
  ({ tasks }, v) => v.pick(tasks).setcaps(v.any()),
]

const ignore = () => {}

const onSocket: readonly Call[] = [
  ({ sockets }, v) => v.pick(sockets).bind(v.address(), v.any()),
  ({ sockets }, v) => v.pick(sockets).connect(v.address(), v.any()),
  ({ sockets }, v) => v.pick(sockets).getsockname(v.bytes(), v.any()),
  ({ sockets }, v) => v.pick(sockets).getpeername(v.bytes(), v.any()),
  ({ sockets }, v) => v.pick(sockets).send(v.bytes(), v.any()),
  ({ sockets }, v) => v.pick(sockets).write(v.bytes()),
  ({ sockets }, v) => v.pick(sockets).sendto(v.bytes(), v.any(), v.address(), v.any()),
  ({ sockets }, v) => v.pick(sockets).sendmsg(v.msghdr(), v.any()),
  ({ sockets }, v) => v.pick(sockets).recv(v.bytes(), v.any()),
  ({ sockets }, v) => v.pick(sockets).read(v.bytes()),
  ({ sockets }, v) => v.pick(sockets).recvfrom(v.bytes(), v.any(), v.any()),
  ({ sockets }, v) => v.pick(sockets).recvmsg(v.msghdr(), v.any()),
  ({ sockets }, v) => v.pick(sockets).setsockopt(v.level(), v.small(), v.option(), v.any()),
  ({ sockets }, v) => v.pick(sockets).getsockopt(v.level(), v.small(), v.bytes(), v.any()),
  ({ sockets }, v) => v.pick(sockets).getsockopt(v.level(), v.small(), v.any()),
  ({ sockets }, v) => v.pick(sockets).poll(v.any()),
  ({ sockets }, v) => v.pick(sockets).ioctl(v.any(), v.any()),
  ({ sockets }, v) => v.pick(sockets).shutdown(v.any()),
  ({ sockets }, v) => v.pick(sockets).listen(v.any()),
  ({ sockets }, v) => v.pick(sockets).accept(),
  ({ sockets }, v) => v.pick(sockets).close(),
  // Nobody waits for these: the kernel halts while they are pending.
  ({ sockets }, v) =>
    void v
      .pick(sockets)
      .readable(v.record(['signal']))
      .catch(ignore),
  ({ kernel }, v) => void kernel.waiting(v.callback(), v.record(['signal'])).catch(ignore),
]

const CALLS = [onKernel, onTask, onSocket, onSocket]

function keep<T>(list: T[], one: T): void {
  list.push(one)
  if (list.length > MOST_OBJECTS) list.shift()
}

/** Sockets and tasks may have ended: there are always some that have not. */
function refresh(world: World, round: Round): void {
  if (!world.tasks.some(({ alive }) => alive)) keep(world.tasks, world.kernel.spawn())
  for (const one of world.sockets) if (one.closed) world.sockets.splice(world.sockets.indexOf(one), 1)
  world.ksock ??= world.kernel.netlink_kernel_create(PROTOCOL, { groups: 64, input: () => {} })
  while (world.sockets.length < 3) keep(world.sockets, round.socket(PROTOCOLS[world.sockets.length] as number))
}

/** What hostile fields and functions do when they are asked: an ordinary call, or an error. */
function interfere(world: World, value: Values): void {
  const { random } = value
  const what = random.below(9)
  if (what === 0) throw new Hostile('asked')
  if (what === 1 && random.oneIn(4)) value.pick(world.sockets).close()
  else if (what === 2) value.pick(world.sockets).send(new Uint8Array(300).fill(3))
  else if (what === 3) world.kernel.cn_del_callback({ idx: random.below(4), val: random.below(4) })
  else if (what === 4) world.kernel.printk('asked')
  else if (what === 5) value.pick(world.sockets).recv(new Uint8Array(40))
  else if (what === 6 && random.oneIn(8)) value.pick(world.tasks).exit()
  else if (what === 7) value.pick(world.sockets).setsockopt(uapi.SOL_SOCKET, uapi.SO_PASSCRED, 1)
  else if (what === 8) value.spoilBuffers()
}

export const hostile: Parser = {
  name: 'hostile',
  about: 'every public method with arguments of any type',
  begin(round) {
    const { kernel, random } = round
    const world: World = { kernel, tasks: [round.kernel.spawn()], sockets: [], timers: [], ksock: null }
    const value = new Values(random, () => interfere(world, value))
    return () => {
      refresh(world, round)
      value.begin()
      const call = random.pick(random.pick(CALLS))
      const before = kernel.stateHash()
      const outcome = attempt(() => call(world, value))
      value.end()
      if ('error' in outcome) {
        const wrongType = !(outcome.error instanceof SystemError || outcome.error instanceof Hostile)
        if (wrongType && !value.ran && kernel.stateHash() !== before) {
          throw new Failure(
            `${outcome.error.name} (${outcome.error.message}) after something had happened: ${String(call)}`,
          )
        }
      }
      round.note('value' in outcome && typeof outcome.value === 'number' ? outcome.value : 'error' in outcome ? 1 : 2)
      for (const bytes of value.given) {
        // V8 of Node 20 may believe that a detached array still has its length.
        if (bytes.buffer.byteLength > 0) round.observe(bytes, 'an argument')
      }
    }
  },
}
