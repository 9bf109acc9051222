// Control messages of sendmsg(): chains whose lengths lie. Credentials arrive exactly if the whole chain is in order.
import type { Cmsg, Task } from '../../../src/api.js'
import * as uapi from '../../../src/uapi/index.js'
import { errnoOf, same } from '../failure.js'
import { mutate } from '../mutate.js'
import type { Random } from '../random.js'
import type { Parser, Round } from '../round.js'

const HEADER = 16
const PORT = 700

function ucredOf(random: Random, task: Task): Uint8Array {
  const pid = random.pick([task.pid, task.pid, 100, 200, 0, 1, random.edge()])
  return uapi.encodeUcred({
    pid: pid | 0,
    uid: random.pick([0, 1000, 1000, random.edge()]),
    gid: random.pick([0, 1001, 1001, random.edge()]),
  })
}

function cmsgOf(random: Random, task: Task): Cmsg {
  const credentials = random.oneIn(2)
  const good = credentials ? ucredOf(random, task) : random.bytes(random.length(200))
  const data = random.oneIn(4) ? mutate(good, random, 400) : good
  const level = random.oneIn(8) ? random.edge() : credentials ? uapi.SOL_SOCKET : uapi.SOL_NETLINK
  const type = random.oneIn(8) ? random.edge() : uapi.SCM_CREDENTIALS
  if (!random.oneIn(3)) return { level, type, data }
  const lie = random.pick([
    random.below(64),
    HEADER + data.length + random.between(-20, 20),
    random.edge(),
    2 ** 32 + 28,
    -1,
    2 ** 53 - 1,
  ])
  return { level, type, data, cmsg_len: lie }
}

/** The chain as it lies in memory. */
function encode(items: readonly Cmsg[]): Uint8Array {
  const parts = items.map(({ level, type, data, cmsg_len }) => {
    const part = new Uint8Array(HEADER + ((data.length + 7) & ~7))
    const view = new DataView(part.buffer)
    view.setBigUint64(0, BigInt.asUintN(64, BigInt(cmsg_len ?? HEADER + data.length)), true)
    view.setUint32(8, level, true)
    view.setUint32(12, type, true)
    part.set(data, HEADER)
    return part
  })
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

interface Verdict {
  readonly error: number
  readonly creds?: uapi.Ucred
}

function judge(creds: uapi.Ucred, task: Task, root: boolean, living: (pid: number) => boolean): number {
  if (creds.uid === 0xffffffff || creds.gid === 0xffffffff) return -uapi.EINVAL
  if (!root && creds.pid !== task.pid) return -uapi.EPERM
  if (!root && creds.uid !== 1000) return -uapi.EPERM
  if (!root && creds.gid !== 1001) return -uapi.EPERM
  return creds.pid === task.pid || creds.pid === 1 || living(creds.pid >>> 0) ? 0 : -uapi.ESRCH
}

/** What cmsg(3) says about a chain, read by a cursor that throws outside of it. */
function walk(chain: Uint8Array, check: (creds: uapi.Ucred) => number): Verdict {
  const view = new DataView(chain.buffer)
  let creds: uapi.Ucred | undefined
  for (let at = 0; at + HEADER <= chain.length; ) {
    const length = view.getBigUint64(at, true)
    if (length < BigInt(HEADER) || length > BigInt(chain.length - at)) return { error: -uapi.EINVAL }
    if (view.getUint32(at + 8, true) === uapi.SOL_SOCKET) {
      if (view.getUint32(at + 12, true) !== uapi.SCM_CREDENTIALS || length !== 28n) return { error: -uapi.EINVAL }
      creds = uapi.decodeUcred(chain.subarray(at + HEADER, at + 28))
      const error = check(creds)
      if (error !== 0) return { error }
    }
    at += (Number(length) + 7) & ~7
  }
  return creds === undefined ? { error: 0 } : { error: 0, creds }
}

export const control: Parser = {
  name: 'control',
  about: 'control messages of sendmsg() with lying lengths',
  begin(round: Round) {
    const { random, root, user } = round
    const receiver = round.socket(uapi.NETLINK_USERSOCK)
    receiver.bind({ nl_pid: PORT })
    receiver.setsockopt(uapi.SOL_SOCKET, uapi.SO_PASSCRED, 1)
    const senders = [root, user].map((task) => ({ task, socket: round.socket(uapi.NETLINK_USERSOCK, task) }))
    const living = (pid: number) => pid === root.pid || pid === user.pid
    return () => {
      const { task, socket } = random.pick(senders)
      const items = Array.from({ length: random.between(1, 4) }, () => cmsgOf(random, task))
      const data = random.bytes(random.between(1, random.oneIn(20) ? 20_000 : 60))
      const result = errnoOf(() => socket.sendmsg({ iov: [data], name: { nl_pid: PORT }, control: items }))
      const wanted = walk(encode(items), (creds) => judge(creds, task, task === root, living))
      same(result, wanted.error === 0 ? data.length : wanted.error, 'what sendmsg() says')
      if (wanted.error !== 0) return
      const buffer = new Uint8Array(data.length)
      const got = receiver.recvmsg({ iov: [buffer] })
      round.observe(buffer, 'a message')
      const creds = uapi.decodeUcred(got.control[0]?.data ?? new Uint8Array(0))
      const own = task === root ? { pid: 100, uid: 0, gid: 0 } : { pid: 200, uid: 1000, gid: 1001 }
      const expected = wanted.creds ?? own
      for (const field of ['pid', 'uid', 'gid'] as const)
        same(creds[field], expected[field], `the ${field} that arrives`)
    }
  },
}
