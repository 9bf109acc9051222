// Attributes: built, read back, and read from bytes that are none.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as uapi from '../../src/uapi/index.js'
import {
  EMSGSIZE,
  encodeGenlmsg,
  NLA_F_NESTED,
  NLA_F_NET_BYTEORDER,
  NLA_HDRLEN,
  type Nlattr,
  NlattrWriter,
  nlaAlign,
  nlattrAt,
  nlattrs,
} from '../../src/uapi/index.js'
import { hex, unhex } from './hex.js'

const bytes = unhex

/** The first attribute that `put` puts. */
function one(put: (attrs: NlattrWriter) => number): Nlattr {
  const attrs = new NlattrWriter()
  expect(put(attrs)).toBe(0)
  return nlattrAt(attrs.toBytes())!
}

describe('the bytes', () => {
  it.each<[string, (attrs: NlattrWriter) => unknown, string]>([
    ['u8', (a) => a.nla_put_u8(1, 0xab), '0500 0100 ab000000'],
    ['u16', (a) => a.nla_put_u16(2, 0xabcd), '0600 0200 cdab0000'],
    ['u32', (a) => a.nla_put_u32(3, -2), '0800 0300 feffffff'],
    ['u64', (a) => a.nla_put_u64(4, 0x0102030405060708n), '0c00 0400 0807060504030201'],
    ['s8', (a) => a.nla_put_s8(1, -1), '0500 0100 ff000000'],
    ['s16', (a) => a.nla_put_s16(1, -2), '0600 0100 feff0000'],
    ['s32', (a) => a.nla_put_s32(1, -3), '0800 0100 fdffffff'],
    ['s64', (a) => a.nla_put_s64(1, -4), '0c00 0100 fcffffffffffffff'],
    ['be16', (a) => a.nla_put_be16(1 | NLA_F_NET_BYTEORDER, 0x1234), '0600 0140 12340000'],
    ['be32', (a) => a.nla_put_be32(1, 0x12345678), '0800 0100 12345678'],
    ['a small uint', (a) => a.nla_put_uint(1, 0xffffffff), '0800 0100 ffffffff'],
    ['a large uint', (a) => a.nla_put_uint(1, 2 ** 32), '0c00 0100 0000000001000000'],
    ['a small sint', (a) => a.nla_put_sint(1, -(2 ** 31)), '0800 0100 00000080'],
    ['a large sint', (a) => a.nla_put_sint(1, 2 ** 31), '0c00 0100 0000008000000000'],
    ['a string', (a) => a.nla_put_string(2, 'nlctrl'), '0b00 0200 6e6c6374726c00 00'],
    ['an empty string', (a) => a.nla_put_string(2, ''), '0500 0200 00000000'],
    ['a flag', (a) => a.nla_put_flag(5), '0400 0500'],
    ['bytes', (a) => a.nla_put(6, bytes('010203')), '0700 0600 010203 00'],
    ['bitfield32', (a) => a.nla_put_bitfield32(7, { value: 1, selector: 3 }), '0c00 0700 01000000 03000000'],
    ['an empty nest', (a) => a.nla_nest_end(a.nla_nest_start(8)), '0400 0880'],
    ['room for a header', (a) => a.reserve(3)?.fill(9), '09090900'],
  ])('%s', (_, put, expected) => {
    const attrs = new NlattrWriter()
    put(attrs)
    expect(hex(attrs.toBytes())).toBe(expected.replaceAll(' ', ''))
    expect(attrs.length).toBe(attrs.toBytes().length)
  })

  it('nests', () => {
    const attrs = new NlattrWriter()
    const outer = attrs.nla_nest_start(1)
    const inner = attrs.nla_nest_start_noflag(2)
    attrs.nla_put_u8(3, 4)
    expect(attrs.nla_nest_end(inner)).toBe(16)
    attrs.nla_put_flag(5)
    attrs.nla_nest_end(outer)
    expect(hex(attrs.toBytes())).toBe('140001800c000200050003000400000004000500')
    const [read] = nlattrs(attrs.toBytes(), 100)
    expect(read).toMatchObject({ type: 1, nested: true, net_byteorder: false, offset: 100 })
    expect([...nlattrs(read!.payload, read!.offset + NLA_HDRLEN)].map(({ type, offset }) => [type, offset])).toEqual([
      [2, 104],
      [5, 116],
    ])
  })

  it('takes a nest back', () => {
    const attrs = new NlattrWriter()
    attrs.nla_put_u8(1, 1)
    const nest = attrs.nla_nest_start(2)
    attrs.nla_put_u32(3, 0xffffffff)
    attrs.nla_nest_cancel(nest)
    attrs.nla_put(4, new Uint8Array(1))
    expect(hex(attrs.toBytes())).toBe('05000100010000000500040000000000')
    expect(() => attrs.nla_nest_end(12345)).toThrow(RangeError)
  })

  it('a message of generic netlink', () => {
    const attrs = new NlattrWriter()
    attrs.nla_put_u16(uapi.CTRL_ATTR_FAMILY_ID, 16)
    const header = { nlmsg_type: 16, nlmsg_flags: 1, nlmsg_seq: 1 }
    const message = encodeGenlmsg(header, { cmd: 3, version: 1 }, attrs.toBytes())
    expect(hex(message)).toBe('1c000000100001000100000000000000030100000600010010000000')
    const [{ payload }] = [...uapi.nlmsgs(message)] as [uapi.Nlmsg]
    expect(uapi.decodeGenlmsg(payload)).toEqual({ genlhdr: { cmd: 3, version: 1 }, attrs: attrs.toBytes() })
    expect(uapi.tryDecodeGenlmsg(payload.subarray(0, 3))).toBeNull()
    expect(() => uapi.decodeGenlmsg(payload.subarray(0, 3))).toThrow('genlmsghdr needs 4 bytes, there are 3')
    expect(uapi.decodeGenlmsghdr(uapi.encodeGenlmsghdr({ cmd: 255, version: 7, reserved: 9 }))).toEqual({
      cmd: 255,
      version: 7,
      reserved: 9,
    })
    expect(() => uapi.encodeGenlmsghdr({ cmd: 256, version: 1 })).toThrow(RangeError)
    expect(() => uapi.encodeGenlmsghdr({ cmd: 1, version: '1' as unknown as number })).toThrow(TypeError)
  })
})

describe('limits', () => {
  it('an attribute of more than 65535 bytes is -EMSGSIZE', () => {
    const attrs = new NlattrWriter()
    expect(attrs.nla_put(1, new Uint8Array(65532))).toBe(-EMSGSIZE)
    expect(attrs.length).toBe(0)
    expect(attrs.nla_put(1, new Uint8Array(65531))).toBe(0)
    expect(attrs.length).toBe(65536)
    expect(nlattrAt(attrs.toBytes())?.payload.length).toBe(65531)
  })

  it('a nest of more than 65535 bytes is taken back', () => {
    const attrs = new NlattrWriter()
    const nest = attrs.nla_nest_start(1)
    attrs.nla_put(2, new Uint8Array(40000))
    attrs.nla_put(2, new Uint8Array(40000))
    expect(attrs.nla_nest_end(nest)).toBe(-EMSGSIZE)
    expect(attrs.length).toBe(0)
  })

  it('what does not fit into the limit changes nothing', () => {
    const attrs = new NlattrWriter(12)
    expect(attrs.nla_put_u64(1, 1)).toBe(0)
    expect(attrs.nla_put_flag(2)).toBe(-EMSGSIZE)
    expect(attrs.nla_nest_start(2)).toBe(-EMSGSIZE)
    expect(attrs.reserve(1)).toBeNull()
    expect(attrs.length).toBe(12)
  })

  it('wrong values throw, and nothing is written', () => {
    const attrs = new NlattrWriter()
    const wrong: (() => unknown)[] = [
      () => attrs.nla_put_u8(1, 256),
      () => attrs.nla_put_u8(1, -1),
      () => attrs.nla_put_u16(1, 65536),
      () => attrs.nla_put_u32(1, 2 ** 32),
      () => attrs.nla_put_u64(1, -1),
      () => attrs.nla_put_u64(1, 2n ** 64n),
      () => attrs.nla_put_u64(1, 2 ** 53),
      () => attrs.nla_put_s8(1, 128),
      () => attrs.nla_put_s16(1, 1.5),
      () => attrs.nla_put_s64(1, 2n ** 63n),
      () => attrs.nla_put_u8(65536, 1),
      () => attrs.nla_put_bitfield32(1, { value: Number.NaN, selector: 1 }),
    ]
    for (const put of wrong) expect(put).toThrow(RangeError)
    expect(() => attrs.nla_put(1, 'text' as unknown as Uint8Array)).toThrow(TypeError)
    expect(() => attrs.nla_put_string(1, 1 as unknown as string)).toThrow(TypeError)
    expect(() => attrs.nla_put_u8(1, 1n as unknown as number)).toThrow(TypeError)
    expect(() => attrs.nla_put_u64(1, '1' as unknown as bigint)).toThrow(TypeError)
    expect(attrs.length).toBe(0)
  })
})

describe('values', () => {
  it('come back', () => {
    expect(uapi.nla_get_u8(one((a) => a.nla_put_u8(1, 200)))).toBe(200)
    expect(uapi.nla_get_s8(one((a) => a.nla_put_s8(1, -100)))).toBe(-100)
    expect(uapi.nla_get_u16(one((a) => a.nla_put_u16(1, 60000)))).toBe(60000)
    expect(uapi.nla_get_s16(one((a) => a.nla_put_s16(1, -30000)))).toBe(-30000)
    expect(uapi.nla_get_u32(one((a) => a.nla_put_u32(1, 4e9)))).toBe(4e9)
    expect(uapi.nla_get_s32(one((a) => a.nla_put_s32(1, -2e9)))).toBe(-2e9)
    expect(uapi.nla_get_be16(one((a) => a.nla_put_be16(1, 0x1234)))).toBe(0x1234)
    expect(uapi.nla_get_be32(one((a) => a.nla_put_be32(1, 0x12345678)))).toBe(0x12345678)
    expect(uapi.nla_get_bitfield32(one((a) => a.nla_put_bitfield32(1, { value: 5, selector: 7 })))).toEqual({
      value: 5,
      selector: 7,
    })
    expect(uapi.nla_get_string(one((a) => a.nla_put_string(1, 'grün')))).toBe('grün')
    expect(uapi.nla_get_string(one((a) => a.nla_put(1, bytes('6100620063'))))).toBe('a')
    expect(uapi.nla_get_string(one((a) => a.nla_put(1, bytes('6162'))))).toBe('ab')
    expect(uapi.nla_memdup(one((a) => a.nla_put(1, bytes('6162'))))).toEqual(bytes('6162'))
    expect(uapi.nla_get_flag(one((a) => a.nla_put_flag(1)))).toBe(true)
    expect(uapi.nla_get_flag(undefined)).toBe(false)
  })

  it('64 bits', () => {
    const unsigned = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
    const signed = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    fc.assert(
      fc.property(unsigned, signed, (u, s) => {
        expect(uapi.nla_get_u64(one((a) => a.nla_put_u64(1, u)))).toBe(u)
        expect(uapi.nla_get_uint(one((a) => a.nla_put_uint(1, u)))).toBe(u)
        expect(uapi.nla_get_s64(one((a) => a.nla_put_s64(1, s)))).toBe(s)
        expect(uapi.nla_get_sint(one((a) => a.nla_put_sint(1, s)))).toBe(s)
      }),
    )
  })

  it('of a payload that is too short are a RangeError, of one that is too long its start', () => {
    const short = one((a) => a.nla_put_u8(9, 1))
    for (const get of [uapi.nla_get_u16, uapi.nla_get_u32, uapi.nla_get_u64, uapi.nla_get_uint, uapi.nla_get_be32]) {
      expect(() => get(short)).toThrow(/^attribute 9 needs \d bytes, there are 1$/)
    }
    expect(uapi.nla_get_u8(one((a) => a.nla_put_u32(1, 0x01020304)))).toBe(4)
    expect(uapi.nla_get_u16(one((a) => a.nla_put_u64(1, 0x0102030405060708n)))).toBe(0x0708)
  })

  it('nla_find() takes the first', () => {
    const attrs = new NlattrWriter()
    attrs.nla_put_u8(1, 1)
    attrs.nla_put_u8(2 | NLA_F_NESTED, 2)
    attrs.nla_put_u8(2, 3)
    expect(uapi.nla_find(attrs.toBytes(), 2)?.payload[0]).toBe(2)
    expect(uapi.nla_find(attrs.toBytes(), 3)).toBeUndefined()
  })
})

describe('the cursor', () => {
  it.each([
    ['nothing', ''],
    ['less than a header', '040001'],
    ['a length of 0', '00000100'],
    ['a length of 3', '03000100'],
    ['a length beyond the end', '05000100'],
    ['a length of 65535', 'ffff010000000000'],
  ])('%s is no attribute', (_, text) => {
    expect(nlattrAt(bytes(text))).toBeNull()
    expect([...nlattrs(bytes(text))]).toEqual([])
  })

  it('the padding of the last one may be missing', () => {
    expect([...nlattrs(bytes('0500010061 000000 0500020062'))].map(({ type }) => type)).toEqual([1, 2])
  })

  it('refuses a place outside of the array', () => {
    expect(() => nlattrAt(bytes('04000100'), 5)).toThrow(RangeError)
    expect(() => nlattrAt(bytes('04000100'), -1)).toThrow(RangeError)
    expect(() => nlattrAt(bytes('04000100'), 0.5)).toThrow(RangeError)
    expect(() => nlattrAt('text' as unknown as Uint8Array)).toThrow(TypeError)
    expect(() => [...nlattrs(null as unknown as Uint8Array)]).toThrow(TypeError)
    expect(nlattrAt(bytes('04000100'), 4)).toBeNull()
  })

  it('reads nothing but the bytes that it was given', () => {
    const surrounded = (array: Uint8Array, fill: number) => {
      const room = new Uint8Array(array.length + 128).fill(fill)
      room.set(array, 64)
      return room.subarray(64, 64 + array.length)
    }
    const shown = (array: Uint8Array) => [...nlattrs(array)].map((attr) => ({ ...attr, payload: hex(attr.payload) }))
    // Lengths that often lead somewhere, and some that lead outside.
    const lengths = fc.oneof(fc.integer({ min: 0, max: 24 }), fc.integer({ min: 0, max: 65535 }))
    const attribute = fc.tuple(lengths, fc.integer({ min: 0, max: 65535 }), fc.uint8Array({ maxLength: 20 }))
    const some = fc
      .array(attribute, { maxLength: 6 })
      .map((list) =>
        Uint8Array.from(
          list.flatMap(([length, type, data]) => [length & 255, length >> 8, type & 255, type >> 8, ...data]),
        ),
      )
    fc.assert(
      fc.property(fc.oneof(some, fc.uint8Array({ maxLength: 64 })), (array) => {
        const alone = shown(array)
        expect(shown(surrounded(array, 0))).toEqual(alone)
        expect(shown(surrounded(array, 0xff))).toEqual(alone)
        const ends = [...nlattrs(array)].map((attr) => attr.offset + NLA_HDRLEN + attr.payload.length)
        for (const end of ends) expect(end).toBeLessThanOrEqual(array.length)
      }),
      { numRuns: 5000 },
    )
  })

  it('reads what the writer has put', () => {
    interface Tree {
      type: number
      data: Uint8Array
      inside: Tree[]
    }
    const treeOf = (inside: fc.Arbitrary<Tree[]>): fc.Arbitrary<Tree> =>
      fc.record({ type: fc.integer({ min: 0, max: 0x3fff }), data: fc.uint8Array({ maxLength: 40 }), inside })
    let tree = treeOf(fc.constant([]))
    for (let depth = 0; depth < 3; depth++) tree = treeOf(fc.array(tree, { maxLength: 3 }))
    const put = (attrs: NlattrWriter, { type, data, inside }: Tree): void => {
      if (inside.length === 0) {
        attrs.nla_put(type, data)
        return
      }
      const nest = attrs.nla_nest_start(type)
      for (const one of inside) put(attrs, one)
      attrs.nla_nest_end(nest)
    }
    const check = (attr: Nlattr, { type, data, inside }: Tree): void => {
      expect([attr.type, attr.nested]).toEqual([type, inside.length > 0])
      if (inside.length === 0) {
        expect(attr.payload).toEqual(data)
        return
      }
      const read = [...nlattrs(attr.payload, attr.offset + NLA_HDRLEN)]
      expect(read.length).toBe(inside.length)
      for (const [i, one] of inside.entries()) check(read[i]!, one)
    }
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 5 }), (trees) => {
        const attrs = new NlattrWriter()
        for (const one of trees) put(attrs, one)
        const read = [...nlattrs(attrs.toBytes())]
        expect(read.length).toBe(trees.length)
        for (const [i, one] of trees.entries()) check(read[i]!, one)
        for (const { offset } of read) expect(nlaAlign(offset)).toBe(offset)
      }),
    )
  })
})
