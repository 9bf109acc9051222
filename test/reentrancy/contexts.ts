// The places from which the kernel calls: how each is set up and reached, on both sides.
import type { KernelSocket, Socket } from '../../src/api.js'
import { AF_NETLINK, encodeNlmsg, GFP_KERNEL, NLM_F_DUMP, NLM_F_REQUEST, SOCK_RAW } from '../../src/uapi/index.js'
import type { Place } from './acts.js'
import type { Model } from './model.js'
import { NAMES, type Real, UNIT } from './real.js'

export interface Context {
  readonly name: string
  readonly place: Place
  readonly dispatch?: 'workqueue'
  readonly notifier?: true
  /** Sets up the kernel; what it gives back is the call that reaches the place. */
  real(side: Real): () => unknown
  /** The same for the model. */
  model(side: Model): () => unknown
}

/** A socket of a task of its own, of the module's protocol. */
export function moduleSocket(side: Real): Socket {
  return side.kernel.spawn().socket(AF_NETLINK, SOCK_RAW, UNIT)
}

const arrives =
  (place: Place, result: number, detail = '') =>
  (side: Model) =>
  () => {
    side.enter(place, detail)
    return result
  }

function dumping(side: Real, hooks: { dump?: () => void; done?: () => void }): Socket {
  let parts = 0
  const ksock: KernelSocket = side.ksock({
    input: (skb) => {
      side.kernel.netlink_rcv_skb(skb, (_skb, nlh) =>
        side.kernel.netlink_dump_start(ksock, skb, nlh, {
          dump: (part, { portid, seq }) => {
            parts++
            if (parts === 3) return 0
            if (parts === 2) hooks.dump?.()
            part.nlmsg_put(portid, seq, 16, new Uint8Array(4), 0)
            return part.len
          },
          done: () => {
            hooks.done?.()
            return 0
          },
        }),
      )
    },
  })
  const socket = moduleSocket(side)
  socket.send(
    encodeNlmsg(
      { nlmsg_type: 16, nlmsg_flags: NLM_F_REQUEST | NLM_F_DUMP, nlmsg_seq: 1, nlmsg_pid: 0 },
      new Uint8Array(4),
    ),
  )
  return socket
}

const buffer = new Uint8Array(4096)

export const CONTEXTS: readonly Context[] = [
  {
    name: 'a callback, inside send()',
    place: 'main',
    real: (side) => () => side.sendAsS(),
    model: (side) => () => side.send(),
  },
  {
    name: 'a callback, from the work queue',
    place: 'main',
    dispatch: 'workqueue',
    real: (side) => {
      side.sendAsS()
      return () => side.kernel.clock.runUntilIdle()
    },
    model: (side) => {
      side.send()
      return () => side.idle()
    },
  },
  {
    name: 'a notification',
    place: 'notice',
    real: (side) => {
      side.ask('own')
      side.ask('late')
      return () => side.kernel.cn_add_callback(NAMES.ninth as never, 'ninth', () => {})
    },
    model: (side) => {
      side.asked.push({ kind: 'own' }, { kind: 'late' })
      return () => {
        side.announce('ninth', false)
        return 0
      }
    },
  },
  {
    name: 'a timer',
    place: 'tick',
    real: (side) => {
      side.kernel.mod_timer(
        side.kernel.timer_setup(() => side.enter('tick')),
        1,
      )
      return () => side.kernel.clock.advance(1)
    },
    model: arrives('tick', 0),
  },
  {
    name: 'an input function',
    place: 'input',
    real: (side) => {
      side.ksock({ input: () => side.enter('input') })
      const u = moduleSocket(side)
      return () => u.send(new Uint8Array(3))
    },
    model: arrives('input', 3),
  },
  {
    name: 'a bind hook',
    place: 'bind',
    real: (side) => {
      side.ksock({
        bind: (group) => {
          side.enter('bind', `:${group}`)
          return 0
        },
      })
      const u = moduleSocket(side)
      return () => u.bind({ nl_groups: 1 })
    },
    model: arrives('bind', 0, ':1'),
  },
  {
    name: 'an unbind hook',
    place: 'unbind',
    real: (side) => {
      side.ksock({ unbind: (group) => side.enter('unbind', `:${group}`) })
      const u = moduleSocket(side)
      u.bind({ nl_groups: 1 })
      return () => u.close()
    },
    model: arrives('unbind', 0, ':1'),
  },
  {
    name: 'a release notifier',
    place: 'release',
    notifier: true,
    real: (side) => {
      side.ksock({})
      const u = moduleSocket(side)
      u.bind({})
      return () => u.close()
    },
    model: arrives('release', 0),
  },
  {
    name: 'the filter of a broadcast',
    place: 'filter',
    real: (side) => {
      const ksock = side.ksock({})
      moduleSocket(side).bind({ nl_groups: 1 })
      const filter = () => {
        side.enter('filter')
        return false
      }
      return () => side.kernel.netlink_broadcast_filtered(ksock, new Uint8Array(8), 0, 1, GFP_KERNEL, filter)
    },
    model: arrives('filter', 0),
  },
  {
    name: 'a dump',
    place: 'dump',
    real: (side) => {
      const u = dumping(side, { dump: () => side.enter('dump') })
      return () => u.recv(buffer)
    },
    model: arrives('dump', 20),
  },
  {
    name: "a dump's done",
    place: 'done',
    real: (side) => {
      const u = dumping(side, { done: () => side.enter('done') })
      return () => u.close()
    },
    model: arrives('done', 0),
  },
]
