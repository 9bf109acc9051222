// What the functions of a family are called with, and what becomes of what they return.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CAP_NET_ADMIN,
  CTRL_CMD_GETFAMILY,
  EBUSY,
  EINVAL,
  ENOENT,
  EOPNOTSUPP,
  EPERM,
  ESRCH,
  GENL_ADMIN_PERM,
  GENL_ID_CTRL,
  GENL_REQ_ATTR_CHECK,
  GENL_UNS_ADMIN_PERM,
  type GenlFamily,
  type GenlInfo,
  genlmsg_put,
  genlmsg_put_reply,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_DROP_MEMBERSHIP,
  NL_SET_ERR_MSG,
  NLA_U32,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_MULTI,
  NLMSG_DONE,
  nla_get_u32,
  nlmsgs,
  SOL_NETLINK,
  SystemError,
} from '../../src/index.js'
import { hex } from '../uapi/hex.js'
import { answers, ask, drain, makeWorld, send } from './world.js'

const policy = { 1: { type: NLA_U32 } }

/** A family with one command, registered. */
function withDo(doit: (info: GenlInfo) => number, more: Partial<GenlFamily> = {}, flags = 0) {
  const world = makeWorld()
  const family: GenlFamily = { name: 'test', version: 7, policy, ops: [{ cmd: 5, doit, flags }], ...more }
  expect(world.genl.genl_register_family(family)).toBe(0)
  return { ...world, family }
}

describe('a do', () => {
  it('sees the request', () => {
    const seen: unknown[] = []
    const { family, open } = withDo((info) => {
      const { snd_seq, snd_portid, nlhdr, genlhdr, userhdr, attrs } = info
      seen.push({ snd_seq, snd_portid, type: nlhdr.nlmsg_type, genlhdr, userhdr: [...userhdr] })
      seen.push(nla_get_u32(attrs[1]!), info.family === family, info.skb?.creds.uid)
      return 0
    })
    const socket = open({ pid: 77, uid: 1000 })
    expect(ask(socket, family, 5, { seq: 9, flags: NLM_F_ACK, attrs: (a) => a.nla_put_u32(1, 42) })).toEqual([0])
    expect(seen).toEqual([
      { snd_seq: 9, snd_portid: 77, type: family.id, genlhdr: { cmd: 5, version: 1 }, userhdr: [] },
      42,
      true,
      1000,
    ])
  })

  it('replies to who asked', () => {
    const { genl, family, open } = withDo((info) => {
      const msg = genlmsg_put_reply(info, 0, 6)
      msg.nla_put_u32(1, nla_get_u32(info.attrs[1]!) + 1)
      return genl.genlmsg_reply(msg, info)
    })
    const socket = open({ pid: 77 })
    send(socket, family, 5, { seq: 3, attrs: (a) => a.nla_put_u32(1, 41) })
    const [datagram] = drain(socket)
    expect(hex(datagram!)).toBe('1c0000001300000003000000' + '4d000000' + '06070000' + '080001002a000000')
  })

  it('an error is answered; a text, a cookie and the blame go with it', () => {
    const { family, open } = withDo(({ extack, attrs }) => {
      NL_SET_ERR_MSG(extack, 'no')
      extack.bad_attr = attrs[1]!.offset
      return -ENOENT
    })
    const socket = open()
    send(socket, family, 5, { attrs: (a) => a.nla_put_u32(1, 1) })
    const [datagram] = drain(socket)
    expect(hex(datagram!.subarray(48))).toBe('070001006e6f0000' + '0800020014000000')
    const { family: other, open: openOther } = withDo(({ extack }) => {
      extack.cookie = Uint8Array.of(1, 2, 3, 4)
      return 0
    })
    const second = openOther()
    send(second, other, 5, { flags: NLM_F_ACK })
    expect(hex(drain(second)[0]!.subarray(36))).toBe('0800030001020304')
  })

  it('what is missing is named', () => {
    const { family, open } = withDo((info) => (GENL_REQ_ATTR_CHECK(info, 1) ? -EINVAL : 0))
    const socket = open()
    send(socket, family, 5)
    // Recorded: netdev, ethtool and mptcp_pm of Linux 6.18 say so to a request without attributes.
    expect(hex(drain(socket)[0]!.subarray(40))).toBe('0800050001000000')
    expect(ask(socket, family, 5, { flags: NLM_F_ACK, attrs: (a) => a.nla_put_u32(1, 1) })).toEqual([0])
  })

  it.each([GENL_ADMIN_PERM, GENL_UNS_ADMIN_PERM])('with flag %i needs CAP_NET_ADMIN', (flag) => {
    const { family, open } = withDo(() => 0, {}, flag)
    expect(ask(open({ uid: 1000 }), family, 5, { flags: NLM_F_ACK })).toEqual([-EPERM])
    expect(ask(open({ uid: 1000, caps: ['CAP_NET_ADMIN'] }), family, 5, { flags: NLM_F_ACK })).toEqual([0])
  })

  it('may ask for other capabilities itself', () => {
    const world = withDo((info) => (world.kernel.netlink_capable(info.skb!, CAP_NET_ADMIN) ? 0 : -EPERM))
    expect(ask(world.open({ uid: 1000 }), world.family, 5, { flags: NLM_F_ACK })).toEqual([-EPERM])
    expect(ask(world.open(), world.family, 5, { flags: NLM_F_ACK })).toEqual([0])
  })

  it('stands between pre_doit and post_doit', () => {
    const calls: string[] = []
    const { family, open } = withDo(
      (info) => {
        calls.push(`doit ${info.user_ptr}`)
        return -EBUSY
      },
      {
        pre_doit: ({ cmd }, info) => {
          info.user_ptr = `from pre_doit ${cmd}`
          return info.attrs[1] ? -ENOENT : 0
        },
        post_doit: (_, info) => calls.push(`post_doit ${info.user_ptr}`),
      },
    )
    const socket = open()
    expect(ask(socket, family, 5)).toEqual([-EBUSY])
    expect(ask(socket, family, 5, { attrs: (a) => a.nla_put_u32(1, 1) })).toEqual([-ENOENT])
    expect(calls).toEqual(['doit from pre_doit 5', 'post_doit from pre_doit 5'])
  })

  it('that throws surfaces at the send, once, and the kernel goes on', () => {
    let bad = true
    const { family, open } = withDo(() => {
      if (!bad) return 0
      bad = false
      throw new Error('a bug')
    })
    const socket = open()
    expect(() => send(socket, family, 5)).toThrow('a bug')
    expect(ask(socket, family, 5, { flags: NLM_F_ACK })).toEqual([0])
  })

  it('has the header of its family before the attributes', () => {
    let seen: number[] = []
    const { genl, family, open } = withDo(
      (info) => {
        seen = [...info.userhdr, nla_get_u32(info.attrs[1]!)]
        return genl.genlmsg_reply(genlmsg_put_reply(info, 0, 6), info)
      },
      { hdrsize: 6 },
    )
    const socket = open()
    const userhdr = Uint8Array.of(1, 2, 3, 4, 5, 6)
    expect(ask(socket, family, 5, { userhdr, attrs: (a) => a.nla_put_u32(1, 9) })).toEqual([
      { cmd: 6, attrs: '0000000000000000' },
    ])
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 9])
    expect(ask(socket, family, 5, { userhdr: userhdr.subarray(0, 4) })).toEqual([-EINVAL])
  })

  it('without a policy gets no attributes', () => {
    let seen: unknown
    const { genl, open } = makeWorld()
    const doit = (info: GenlInfo) => {
      seen = info.attrs
      return 0
    }
    const family: GenlFamily = { name: 'plain', ops: [{ cmd: 1, doit }] }
    genl.genl_register_family(family)
    expect(ask(open(), family, 1, { flags: NLM_F_ACK, attrs: (a) => a.nla_put_u32(1, 1) })).toEqual([0])
    expect(seen).toEqual([])
  })
})

describe('a dump', () => {
  /** A family that dumps the numbers below attribute 1; what its functions were called with. */
  function withDump(start?: (count: number) => number) {
    const world = makeWorld()
    const calls: string[] = []
    const family: GenlFamily = {
      name: 'numbers',
      policy,
      ops: [
        {
          cmd: 1,
          start: (cb) => {
            cb.data = nla_get_u32(cb.info.attrs[1]!)
            calls.push(`start ${cb.info.skb !== null}`)
            return start?.(cb.data as number) ?? 0
          },
          dumpit: (skb, cb) => {
            calls.push(`dump ${cb.args[0]} ${cb.info.skb !== null}`)
            for (; cb.args[0]! < (cb.data as number); cb.args[0]!++) {
              const msg = genlmsg_put(cb.portid, cb.seq, cb.info.family, NLM_F_MULTI, 2)
              msg.nla_put_u32(1, cb.args[0]!)
              if (!msg.putInto(skb)) return skb.len
            }
            return 0
          },
          done: () => calls.push('done') * 0,
        },
      ],
    }
    expect(world.genl.genl_register_family(family)).toBe(0)
    return { ...world, family, calls }
  }
  const count = (n: number) => ({
    flags: NLM_F_DUMP,
    attrs: (a: { nla_put_u32(t: number, v: number): void }) => a.nla_put_u32(1, n),
  })

  it('ends with ENOENT when its family is unregistered in the middle, which hears no more', () => {
    const { family, calls, genl, kernel, open } = withDump()
    const socket = open()
    send(socket, family, 1, count(5000))
    socket.recv(new Uint8Array(8192))
    const before = calls.length
    expect(genl.genl_unregister_family(family)).toBe(0)
    const rest = drain(socket, 8192).flatMap((datagram) => [...nlmsgs(datagram)])
    const last = rest.at(-1)!
    expect(last.header.nlmsg_type).toBe(NLMSG_DONE)
    expect(new DataView(last.payload.buffer, last.payload.byteOffset).getInt32(0, true)).toBe(-ENOENT)
    expect(calls.length).toBe(before)
    expect(drain(socket)).toEqual([])
    socket.close()
    expect(kernel.halt()).toBe(0)
  })

  it('comes in parts, each as large as the receiver has shown to take', () => {
    const { family, calls, open } = withDump()
    const socket = open()
    send(socket, family, 1, count(500))
    const datagrams = drain(socket, 8192)
    const numbers = datagrams.flatMap((datagram) =>
      [...nlmsgs(datagram)].flatMap(({ header, payload }) =>
        header.nlmsg_type === NLMSG_DONE ? [] : new DataView(payload.buffer, payload.byteOffset + 8).getUint32(0, true),
      ),
    )
    expect(numbers).toEqual(Array.from({ length: 500 }, (_, i) => i))
    expect(datagrams.length).toBeGreaterThan(2)
    expect(calls[0]).toBe('start true')
    expect(calls.at(-1)).toBe('done')
    expect(calls.filter((call) => call.startsWith('dump'))).toEqual(calls.slice(1, -1))
    expect(calls.slice(1, -1).every((call) => call.endsWith('false'))).toBe(true)
  })

  it('that cannot start is an error, and done is not called', () => {
    const { family, calls, open } = withDump((n) => (n === 3 ? -EBUSY : 0))
    const socket = open()
    expect(ask(socket, family, 1, count(3))).toEqual([-EBUSY])
    expect(calls).toEqual(['start true'])
    expect(ask(socket, family, 1, { flags: NLM_F_DUMP, attrs: (a) => a.nla_put_u8(1, 1) })).toEqual([-EINVAL])
    expect(calls).toHaveLength(1)
  })

  it('ends with its socket', () => {
    const { kernel, family, calls, open } = withDump()
    const socket = open()
    send(socket, family, 1, count(5000))
    expect(calls).not.toContain('done')
    socket.close()
    expect(calls.at(-1)).toBe('done')
    expect(kernel.halt()).toBe(0)
  })

  it('is not a do, and a do is not a dump', () => {
    const { family, open } = withDump()
    expect(ask(open(), family, 1)).toEqual([-EOPNOTSUPP])
    const { family: other, open: openOther } = withDo(() => 0)
    expect(ask(openOther(), other, 5, { flags: NLM_F_DUMP })).toEqual([-EOPNOTSUPP])
  })
})

describe('a group', () => {
  function withGroups() {
    const hooks: string[] = []
    const world = withDo(() => 0, {
      mcgrps: [{ name: 'news' }, { name: 'secrets' }],
      bind: (group) => {
        hooks.push(`bind ${group}`)
        return group === 1 ? -EPERM : 0
      },
      unbind: (group) => hooks.push(`unbind ${group}`),
    })
    const first = world.family.mcgrp_offset!
    return { ...world, first, hooks }
  }

  it('gets what is sent to it, but not the one who caused it', () => {
    const { genl, family, first, open } = withGroups()
    const [a, b] = [open({ pid: 50 }), open({ pid: 60 })]
    const news = () => genlmsg_put(0, 0, family, 0, 9)
    expect(genl.genlmsg_multicast(family, news(), 0, 0)).toBe(-ESRCH)
    expect(genl.genl_has_listeners(family, 0)).toBe(false)
    for (const socket of [a, b]) socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, first)
    expect(genl.genl_has_listeners(family, 0)).toBe(true)
    expect(genl.genlmsg_multicast(family, news(), 0, 0)).toBe(0)
    expect(genl.genlmsg_multicast(family, news(), 50, 0)).toBe(0)
    expect([answers(a).length, answers(b).length]).toEqual([1, 2])
    expect(genl.genlmsg_multicast(family, news(), 0, 2)).toBe(-EINVAL)
    expect(genl.genl_has_listeners(family, 2)).toBe(false)
  })

  it('may refuse who joins', () => {
    const { family, first, hooks, open } = withGroups()
    const socket = open()
    socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, first)
    expect(() => socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, first + 1)).toThrow(
      expect.objectContaining({ code: 'EPERM' }),
    )
    socket.setsockopt(SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, first)
    expect(hooks).toEqual(['bind 0', 'bind 1', 'unbind 0'])
    expect(family.mcgrp_offset).toBe(first)
  })

  it('hears of a loss that the kernel tells', () => {
    const { genl, family, first, open } = withGroups()
    const socket = open()
    socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, first)
    expect(genl.genl_set_err(family, 0, 0, -105)).toBe(0)
    expect(() => drain(socket)).toThrow(expect.objectContaining({ code: 'ENOBUFS' }))
    expect(genl.genl_set_err(family, 0, 7, -105)).toBe(-EINVAL)
  })
})

describe('messages', () => {
  it('need a registered family', () => {
    expect(() => genlmsg_put(0, 0, { name: 'nobody' }, 0, 1)).toThrow(TypeError)
    const { genl, family } = withDo(() => 0)
    expect(genl.genlmsg_unicast(genlmsg_put(0, 0, family, 0, 1), 12345)).toBeLessThan(0)
  })
})

describe('any bytes to any family', () => {
  it('are answered or ignored; nothing throws, nothing leaks', () => {
    const { kernel, genl, family, open } = withDo(() => 0)
    const socket = open({ uid: 1000 })
    const attribute = fc
      .tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom(0, 0x8000, 0x4000), fc.uint8Array({ maxLength: 20 }))
      .map(([type, flags, data]) => [
        data.length + 4,
        0,
        type,
        flags >> 8,
        ...data,
        ...new Uint8Array(-data.length & 3),
      ])
    const message = fc
      .record({
        type: fc.constantFrom(GENL_ID_CTRL, GENL_ID_CTRL, family.id!, 99, 3),
        flags: fc.constantFrom(1, 1, 5, 0x301, 0x305, 4),
        cmd: fc.constantFrom(CTRL_CMD_GETFAMILY, 10, 5, 1, 200),
        reserved: fc.constantFrom(0, 0, 0, 1),
        attrs: fc.array(attribute, { maxLength: 3 }),
        tail: fc.uint8Array({ maxLength: 5 }),
      })
      .map(({ type, flags, cmd, reserved, attrs, tail }) => {
        const payload = [cmd, 1, reserved, 0, ...attrs.flat(), ...tail]
        return [
          payload.length + 16,
          0,
          0,
          0,
          type & 255,
          type >> 8,
          flags & 255,
          flags >> 8,
          1,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          ...payload,
        ]
      })
    const datagram = fc
      .array(message, { minLength: 1, maxLength: 3 })
      .map((list) => Uint8Array.from(list.flatMap((one) => [...one, ...new Uint8Array(-one.length & 3)])))
    const damaged = fc
      .tuple(datagram, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }))
      .map(([bytes, changes]) => {
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        return bytes
      })
    fc.assert(
      fc.property(fc.oneof(datagram, damaged, fc.uint8Array({ minLength: 1, maxLength: 80 })), (bytes) => {
        expect(socket.send(bytes)).toBe(bytes.length)
        try {
          drain(socket)
        } catch (error) {
          expect(error).toBeInstanceOf(SystemError)
        }
      }),
      { numRuns: 3000 },
    )
    expect(ask(socket, family, 5, { flags: NLM_F_ACK })).toEqual([0])
    expect(genl.all().map(({ family }) => family.name)).toEqual(['nlctrl', 'test'])
    socket.close()
    expect(kernel.halt()).toBe(0)
  })
})
