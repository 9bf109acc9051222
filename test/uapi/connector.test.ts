// The connector's messages (cn_msg, whole datagrams, requests to the connector and to cn_proc), addresses, credentials.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as uapi from '../../src/uapi/index.js'
import * as some from './arbitraries.js'
import { hex, unhex } from './hex.js'

const LISTEN = '28000000030000000000000000000000 0100000001000000000000000000000004000000 01000000'

describe('cn_msg', () => {
  it('has the bytes that Linux has', () => {
    const msg = { id: { idx: 1, val: 2 }, seq: 3, ack: 4, flags: 5, data: Uint8Array.of(6, 7, 8) }
    expect(hex(uapi.encodeCnMsg(msg))).toBe('010000000200000003000000040000000300050006' + '0708')
    expect(hex(uapi.encodeCnMsg({ id: { idx: -1, val: -1 } }))).toBe(`ffffffffffffffff${'00'.repeat(12)}`)
  })

  it('comes back as it went, whatever lies behind', () => {
    const roundTrip = (msg: uapi.CnMsg, rest: Uint8Array) => {
      const array = new Uint8Array([...uapi.encodeCnMsg(msg), ...rest])
      expect(uapi.decodeCnMsg(array)).toEqual(msg)
      expect(uapi.tryDecodeCnMsg(array)).toEqual(msg)
    }
    fc.assert(fc.property(some.cnMsg, some.data, roundTrip))
  })

  it('copies its data', () => {
    const array = Buffer.from(uapi.encodeCnMsg({ id: { idx: 1, val: 1 }, data: Uint8Array.of(1) }))
    const msg = uapi.decodeCnMsg(array)
    array.fill(0xff)
    expect(msg.data).toEqual(Uint8Array.of(1))
    expect(Buffer.isBuffer(msg.data)).toBe(false)
  })

  it('may lie about its length when it is sent, not when it is read', () => {
    const array = uapi.encodeCnMsg({ id: { idx: 1, val: 1 }, len: 4, data: Uint8Array.of(1, 2, 3) })
    expect(array.length).toBe(23)
    expect(() => uapi.decodeCnMsg(array)).toThrow('cn_msg says 4 bytes of data, there are 3')
    expect(uapi.tryDecodeCnMsg(array)).toBeNull()
    expect(uapi.decodeCnMsg(uapi.encodeCnMsg({ id: { idx: 1, val: 1 }, len: 2, data: array })).data).toHaveLength(2)
  })

  it('has 16 bits for its length', () => {
    const id = { idx: 1, val: 1 }
    expect(uapi.decodeCnMsg(uapi.encodeCnMsg({ id, data: new Uint8Array(0xffff) })).len).toBe(0xffff)
    expect(() => uapi.encodeCnMsg({ id, data: new Uint8Array(0x10000) })).toThrow(RangeError)
    expect(uapi.encodeCnMsg({ id, len: 0, data: new Uint8Array(0x10000) })).toHaveLength(20 + 0x10000)
  })

  it('refuses what is no cn_msg', () => {
    const id = { idx: 1, val: 1 }
    expect(() => uapi.encodeCnMsg({ id: { idx: 2 ** 32, val: 1 } })).toThrow('id.idx must be')
    expect(() => uapi.encodeCnMsg({ id, ack: 0.5 })).toThrow('ack must be')
    expect(() => uapi.encodeCnMsg({ id, flags: -1 })).toThrow('flags must be')
    expect(() => uapi.encodeCnMsg({ id, data: 'text' as unknown as Uint8Array })).toThrow('data must be a Uint8Array')
    expect(() => uapi.decodeCnMsg(new Uint8Array(19))).toThrow('cn_msg needs 20 bytes, there are 19')
  })
})

describe('a datagram of the connector', () => {
  it('is what a listener of process events sends', () => {
    const data = uapi.encodeProcInput({ mcast_op: uapi.PROC_CN_MCAST_LISTEN })
    const datagram = uapi.encodeConnectorMessage({ id: { idx: uapi.CN_IDX_PROC, val: uapi.CN_VAL_PROC }, data })
    expect(datagram).toEqual(unhex(LISTEN))
    const { header, msg } = uapi.decodeConnectorMessage(datagram)
    expect(header).toEqual({ nlmsg_len: 40, nlmsg_type: uapi.NLMSG_DONE, nlmsg_flags: 0, nlmsg_seq: 0, nlmsg_pid: 0 })
    expect(uapi.decodeProcInput(msg.data)).toEqual({ mcast_op: 1 })
  })

  it('comes back as it went', () => {
    const roundTrip = (msg: uapi.CnMsg, rest: Uint8Array) => {
      const datagram = uapi.encodeConnectorMessage(msg)
      expect(datagram.length).toBe(uapi.CONNECTOR_HDRLEN + msg.len)
      const header = { nlmsg_len: 36 + msg.len, nlmsg_type: 3, nlmsg_flags: 0, nlmsg_seq: msg.seq, nlmsg_pid: 0 }
      expect(uapi.decodeConnectorMessage(new Uint8Array([...datagram, ...rest]))).toEqual({ header, msg })
      expect(uapi.tryDecodeConnectorMessage(datagram)).toEqual({ header, msg })
    }
    fc.assert(fc.property(some.cnMsg, some.data, roundTrip))
  })

  it('takes single fields of its header from the caller', () => {
    const replace = (msg: uapi.CnMsg, header: uapi.Nlmsghdr) => {
      expect(uapi.decodeNlmsghdr(uapi.encodeConnectorMessage(msg, header))).toEqual(header)
      const { nlmsg_seq } = header
      expect(uapi.decodeNlmsghdr(uapi.encodeConnectorMessage(msg, { nlmsg_seq }))).toMatchObject({
        nlmsg_type: 3,
        nlmsg_seq,
      })
    }
    fc.assert(fc.property(some.cnMsg, some.nlmsghdr, replace))
  })

  it('is refused when a length does not hold', () => {
    const msg = { id: { idx: 1, val: 1 }, data: Uint8Array.of(1, 2, 3, 4) }
    const fails: [Uint8Array, string][] = [
      [new Uint8Array(15), 'nlmsghdr needs 16 bytes, there are 15'],
      [uapi.encodeConnectorMessage(msg, { nlmsg_len: 41 }), 'nlmsg_len is 41, the datagram has 40 bytes'],
      [
        uapi.encodeConnectorMessage(msg, { nlmsg_len: 0xffffffff }),
        'nlmsg_len is 4294967295, the datagram has 40 bytes',
      ],
      [uapi.encodeConnectorMessage(msg, { nlmsg_len: 15 }), 'nlmsg_len is 15, the datagram has 40 bytes'],
      [uapi.encodeConnectorMessage(msg, { nlmsg_len: 35 }), 'cn_msg needs 20 bytes, there are 19'],
      [uapi.encodeConnectorMessage(msg, { nlmsg_len: 39 }), 'cn_msg says 4 bytes of data, there are 3'],
      [uapi.encodeConnectorMessage({ ...msg, len: 5 }), 'cn_msg says 5 bytes of data, there are 4'],
    ]
    for (const [datagram, message] of fails) {
      expect(() => uapi.decodeConnectorMessage(datagram)).toThrow(new RangeError(message))
      expect(uapi.tryDecodeConnectorMessage(datagram)).toBeNull()
    }
  })
})

describe('cn_ctl_msg', () => {
  it('has its counts first, then the idx requests, then the val requests', () => {
    const array = uapi.encodeCnCtlMsg({
      idx: [
        { first: 1, range: 2 },
        { first: 3, range: 4 },
      ],
      val: [{ first: -1, range: 6 }],
      group: 7,
    })
    expect(array).toEqual(
      unhex('02000000 01000000 07000000 18000000  01000000 02000000 03000000 04000000  ffffffff 06000000'),
    )
    expect(uapi.CONNECTOR_ID).toEqual({ idx: uapi.u32(-1, 'idx'), val: uapi.u32(-1, 'val') })
  })

  it('comes back as it went', () => {
    const roundTrip = (ctl: uapi.CnCtlMsg, rest: Uint8Array) => {
      const array = new Uint8Array([...uapi.encodeCnCtlMsg(ctl), ...rest])
      expect(uapi.decodeCnCtlMsg(array)).toEqual(ctl)
      expect(uapi.tryDecodeCnCtlMsg(array)).toEqual(ctl)
    }
    fc.assert(fc.property(some.cnCtlMsg, some.data, roundTrip))
  })

  it('is refused when counts and lengths do not agree', () => {
    const ctl = { idx: [{ first: 1, range: 1 }], val: [{ first: 1, range: 1 }], group: 1 }
    const fails: [Uint8Array, string][] = [
      [new Uint8Array(15), 'cn_ctl_msg needs 16 bytes, there are 15'],
      [uapi.encodeCnCtlMsg({ ...ctl, len: 8 }), 'cn_ctl_msg says 2 requests and 8 bytes of them'],
      // The product is 0 in 32 bits.
      [
        uapi.encodeCnCtlMsg({ ...ctl, idx_notify_num: 0x20000000, val_notify_num: 0, len: 0 }),
        'says 536870912 requests',
      ],
      [uapi.encodeCnCtlMsg({ ...ctl, idx_notify_num: -1, val_notify_num: 1, len: 0 }), 'says 4294967296 requests'],
      [uapi.encodeCnCtlMsg({ ...ctl, val_notify_num: 2, len: 24 }), 'says 24 bytes of requests, there are 16'],
    ]
    for (const [array, message] of fails) {
      expect(() => uapi.decodeCnCtlMsg(array)).toThrow(RangeError)
      expect(() => uapi.decodeCnCtlMsg(array)).toThrow(message)
      expect(uapi.tryDecodeCnCtlMsg(array)).toBeNull()
    }
  })
})

describe('proc_input', () => {
  it('is one word or two', () => {
    const event_type = uapi.PROC_EVENT_FORK | uapi.PROC_EVENT_EXIT
    expect(hex(uapi.encodeProcInput({ mcast_op: 2 }))).toBe('02000000')
    expect(hex(uapi.encodeProcInput({ mcast_op: 1, event_type }))).toBe('0100000001000080')
    fc.assert(
      fc.property(some.procInput, (input) => {
        expect(uapi.decodeProcInput(uapi.encodeProcInput(input))).toEqual(input)
      }),
    )
  })

  it('has no other length', () => {
    for (const length of [0, 3, 5, 7, 9, 12]) {
      expect(() => uapi.decodeProcInput(new Uint8Array(length))).toThrow(
        `proc_input has 4 or 8 bytes, there are ${length}`,
      )
      expect(uapi.tryDecodeProcInput(new Uint8Array(length))).toBeNull()
    }
  })
})

describe('sockaddr_nl', () => {
  it('has the bytes that Linux has', () => {
    expect(hex(uapi.encodeSockaddrNl({ nl_pid: 100, nl_groups: 0x80000001 }))).toBe('100000006400000001000080')
    expect(uapi.decodeSockaddrNl(unhex('100000006400000001000080'))).toEqual({
      nl_family: 16,
      nl_pid: 100,
      nl_groups: 0x80000001,
    })
  })

  it('comes back as it went', () => {
    fc.assert(
      fc.property(some.sockaddrNl, (addr) => {
        expect(uapi.decodeSockaddrNl(uapi.encodeSockaddrNl(addr))).toEqual(addr)
      }),
    )
    expect(() => uapi.decodeSockaddrNl(new Uint8Array(11))).toThrow('sockaddr_nl needs 12 bytes, there are 11')
    expect(uapi.tryDecodeSockaddrNl(new Uint8Array(11))).toBeNull()
    expect(uapi.tryDecodeSockaddrNl(new Uint8Array(13))).not.toBeNull()
  })
})

describe('control messages', () => {
  it('credentials come back as they went', () => {
    fc.assert(
      fc.property(some.ucred, (cred) => {
        expect(uapi.decodeUcred(uapi.encodeUcred(cred))).toEqual(cred)
      }),
    )
    expect(hex(uapi.encodeUcred({ pid: 1, uid: -1, gid: 3 }))).toBe('01000000ffffffff03000000')
    expect(() => uapi.decodeUcred(new Uint8Array(8))).toThrow('ucred needs 12 bytes, there are 8')
  })

  it('the group comes back as it went', () => {
    fc.assert(
      fc.property(some.u32, (group) => {
        expect(uapi.decodeNlPktinfo(uapi.encodeNlPktinfo({ group }))).toEqual({ group })
      }),
    )
    expect(() => uapi.decodeNlPktinfo(new Uint8Array(0))).toThrow('nl_pktinfo needs 4 bytes, there are 0')
  })
})
