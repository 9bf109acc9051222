// nla_parse(): what the recordings of real families do not show, and what holds for any bytes.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  EINVAL,
  ERANGE,
  NL_SET_ERR_MSG_ATTR,
  NLA_BINARY,
  NLA_BITFIELD32,
  NLA_F_NESTED,
  NLA_FLAG,
  NLA_MSECS,
  NLA_NESTED,
  NLA_NESTED_ARRAY,
  NLA_NUL_STRING,
  NLA_REJECT,
  NLA_S8,
  NLA_S64,
  NLA_SINT,
  NLA_STRING,
  NLA_U8,
  NLA_U16,
  NLA_U32,
  NLA_U64,
  NLA_UINT,
  NLA_UNSPEC,
  type NlaPolicies,
  type NlattrTable,
  NlattrWriter,
  type NlExtAck,
  type NlValidate,
  nla_get_u8,
  nla_parse,
  nla_parse_nested,
} from '../../src/index.js'
import { hex, unhex } from '../uapi/hex.js'

const FAILED = 'Attribute failed policy validation'

function parse(policy: NlaPolicies | null, head: Uint8Array, validate: NlValidate = 'strict', maxtype = 10) {
  const attrs: NlattrTable = []
  const extack: NlExtAck = {}
  const error = nla_parse(attrs, maxtype, head, policy, extack, { validate, base: 20 })
  const { policy: expected, ...said } = extack
  return { error, attrs, ...said, ...(expected ? { policy: hex(expected) } : {}) }
}

const put = (fill: (attrs: NlattrWriter) => unknown) => {
  const attrs = new NlattrWriter()
  fill(attrs)
  return attrs.toBytes()
}

describe('as the recordings of NETLINK_ROUTE say', () => {
  const policy: NlaPolicies = { 2: { type: NLA_BITFIELD32, mask: 3 } }
  const told = { _msg: FAILED, bad_attr: 20, policy: '08000a0003000000080001000f000000' }
  it.each([
    ['0100000001000000', 0],
    ['0000000000000000', 0],
    ['0200000003000000', 0],
    ['0100000000000000', -EINVAL],
    ['0000000000010000', -EINVAL],
    ['0001000000010000', -EINVAL],
    ['01000000', -ERANGE],
    ['010000000100000001000000', -ERANGE],
  ])('a bitfield32 of %s is %i', (payload, error) => {
    const answer = parse(
      policy,
      put((a) => a.nla_put(2, unhex(payload))),
    )
    expect(answer).toMatchObject({ error, ...(error === 0 ? {} : told) })
  })
})

describe('policies', () => {
  it('a rejected attribute is told with the words of the policy, and without a type', () => {
    const head = put((a) => a.nla_put_flag(1))
    expect(parse({ 1: { type: NLA_REJECT, reject_message: 'read only' } }, head)).toMatchObject({
      error: -EINVAL,
      _msg: 'read only',
      bad_attr: 20,
    })
    expect(parse({ 1: { type: NLA_REJECT } }, head)).not.toHaveProperty('policy')
  })

  it('a function has the last word', () => {
    const odd = (attr: Parameters<typeof nla_get_u8>[0], extack: NlExtAck) => {
      if (nla_get_u8(attr) % 2 === 0) return 0
      NL_SET_ERR_MSG_ATTR(extack, attr, 'odd')
      return -EINVAL
    }
    const policy: NlaPolicies = { 1: { type: NLA_U8, max: 10, validate: odd } }
    expect(
      parse(
        policy,
        put((a) => a.nla_put_u8(1, 4)),
      ).error,
    ).toBe(0)
    expect(
      parse(
        policy,
        put((a) => a.nla_put_u8(1, 5)),
      ),
    ).toMatchObject({ error: -EINVAL, _msg: 'odd', bad_attr: 20 })
    expect(
      parse(
        policy,
        put((a) => a.nla_put_u8(1, 11)),
      )._msg,
    ).toBe('integer out of range')
  })

  it.each<[NlaPolicies[1], (attrs: NlattrWriter) => unknown, number]>([
    [{ type: NLA_S8, min: -5, max: 5 }, (a) => a.nla_put_s8(1, -5), 0],
    [{ type: NLA_S8, min: -5, max: 5 }, (a) => a.nla_put_s8(1, -6), -ERANGE],
    [{ type: NLA_S64, max: -1 }, (a) => a.nla_put_s64(1, -1), 0],
    [{ type: NLA_S64, max: -1 }, (a) => a.nla_put_s64(1, 0), -ERANGE],
    [{ type: NLA_U64, min: 2n ** 63n }, (a) => a.nla_put_u64(1, 2n ** 63n), 0],
    [{ type: NLA_U64, min: 2n ** 63n }, (a) => a.nla_put_u64(1, 2n ** 63n - 1n), -ERANGE],
    [{ type: NLA_SINT, min: -1 }, (a) => a.nla_put_s32(1, -2), -ERANGE],
    [{ type: NLA_SINT, min: -1 }, (a) => a.nla_put_s64(1, -2), -ERANGE],
    [{ type: NLA_UINT, max: 7 }, (a) => a.nla_put_u64(1, 2 ** 40), -ERANGE],
    [{ type: NLA_MSECS }, (a) => a.nla_put_u32(1, 1), -ERANGE],
    [{ type: NLA_MSECS }, (a) => a.nla_put_u64(1, 1), 0],
    [{ type: NLA_BINARY, len: 2 }, (a) => a.nla_put(1, new Uint8Array(3)), -ERANGE],
    [{ type: NLA_BINARY }, (a) => a.nla_put(1, new Uint8Array(300)), 0],
    [{ type: NLA_BINARY, min: 2 }, (a) => a.nla_put(1, new Uint8Array(1)), -ERANGE],
    [{ type: NLA_STRING, len: 3 }, (a) => a.nla_put(1, unhex('616263')), 0],
    [{ type: NLA_STRING, len: 3 }, (a) => a.nla_put(1, unhex('61626300')), 0],
    [{ type: NLA_STRING, len: 3 }, (a) => a.nla_put(1, unhex('61626364')), -ERANGE],
    [{ type: NLA_STRING }, (a) => a.nla_put_flag(1), -ERANGE],
    [{ type: NLA_NUL_STRING }, (a) => a.nla_put(1, unhex('616263')), -EINVAL],
    [{ type: NLA_NUL_STRING }, (a) => a.nla_put_string(1, 'abc'), 0],
    [{ type: NLA_FLAG }, (a) => a.nla_put_flag(1), 0],
    [{ type: NLA_FLAG }, (a) => a.nla_put_u8(1, 0), -ERANGE],
  ])('%o', (policy, fill, error) => {
    expect(parse({ 1: policy! }, put(fill)).error).toBe(error)
  })

  it('an array of nested attributes is held against the policy entry by entry', () => {
    const policy: NlaPolicies = { 1: { type: NLA_NESTED_ARRAY, policy: { 1: { type: NLA_U16 } } } }
    const entries = (fill: (attrs: NlattrWriter) => unknown) =>
      put((attrs) => {
        const nest = attrs.nla_nest_start(1)
        fill(attrs)
        attrs.nla_nest_end(nest)
      })
    const good = new NlattrWriter()
    good.nla_put_u16(1, 7)
    expect(
      parse(
        policy,
        entries((a) => a.nla_put(77 | NLA_F_NESTED, good.toBytes())),
      ).error,
    ).toBe(0)
    expect(
      parse(
        policy,
        entries((a) => a.nla_put_flag(0)),
      ).error,
    ).toBe(0)
    expect(
      parse(
        policy,
        entries((a) => a.nla_put_u8(5, 1)),
      ),
    ).toMatchObject({ error: -ERANGE, bad_attr: 24 })
    const bad = new NlattrWriter()
    bad.nla_put_u8(1, 7)
    expect(
      parse(
        policy,
        entries((a) => a.nla_put(5, bad.toBytes())),
      ),
    ).toMatchObject({ error: -EINVAL, bad_attr: 28 })
  })

  it('end after ten of them inside each other', () => {
    const policy: Record<number, NlaPolicies[1]> = {}
    policy[1] = { type: NLA_NESTED, policy: policy as NlaPolicies }
    const deep = (levels: number) =>
      put((attrs) => {
        const nests = Array.from({ length: levels }, () => attrs.nla_nest_start(1))
        for (const nest of nests.reverse()) attrs.nla_nest_end(nest)
      })
    expect(parse(policy as NlaPolicies, deep(10)).error).toBe(0)
    expect(parse(policy as NlaPolicies, deep(11))).toMatchObject({
      error: -EINVAL,
      _msg: 'allowed policy recursion depth exceeded',
    })
  })
})

describe('the table', () => {
  it('has the last of each type, and begins anew', () => {
    const attrs: NlattrTable = [undefined, undefined, { type: 2 } as NlattrTable[0]]
    const head = put((a) => {
      a.nla_put_u8(1, 1)
      a.nla_put_u8(1, 2)
      a.nla_put_u8(3, 3)
    })
    expect(nla_parse(attrs, 3, head, null)).toBe(0)
    expect(attrs.map((attr) => attr?.payload[0])).toEqual([undefined, 2, undefined, 3])
    expect(attrs).toHaveLength(4)
    expect(attrs[2]).toBeUndefined()
  })

  it('nested ones are counted from the message', () => {
    const head = put((a) => {
      const nest = a.nla_nest_start(1)
      a.nla_put_u8(2, 9)
      a.nla_nest_end(nest)
    })
    const { attrs } = parse(null, head)
    const inside: NlattrTable = []
    const extack: NlExtAck = {}
    expect(nla_parse_nested(inside, 2, attrs[1]!, { 2: { type: NLA_U32 } }, extack)).toBe(-EINVAL)
    expect(extack.bad_attr).toBe(24)
    expect(nla_parse_nested(inside, 2, attrs[1]!, { 2: { type: NLA_U8 } })).toBe(0)
    expect(inside[2]?.offset).toBe(24)
  })
})

describe('any bytes', () => {
  const inner: NlaPolicies = { 1: { type: NLA_U8, max: 3 }, 2: { type: NLA_NUL_STRING, len: 4 }, 3: { type: NLA_UINT } }
  const policy: NlaPolicies = {
    1: { type: NLA_U8, min: 1 },
    2: { type: NLA_U32, mask: 0xff },
    3: { type: NLA_STRING, len: 5 },
    4: { type: NLA_NESTED, policy: inner },
    5: { type: NLA_NESTED_ARRAY, policy: inner },
    6: { type: NLA_BINARY, min: 2, max: 6 },
    7: { type: NLA_BITFIELD32, mask: 7 },
    8: { type: NLA_FLAG },
    9: { type: NLA_UNSPEC, len: 3 },
    10: { type: NLA_SINT, min: -3 },
  }
  const small = fc.integer({ min: 0, max: 12 })
  const attribute = fc
    .tuple(small, fc.constantFrom(0, NLA_F_NESTED), fc.integer({ min: -2, max: 2 }), fc.uint8Array({ maxLength: 24 }))
    .map(([type, flags, lie, data]) => {
      const length = Math.max(0, data.length + 4 + (lie === 2 ? 1 : 0))
      const whole = type | flags
      return [length & 255, length >> 8, whole & 255, whole >> 8, ...data, ...new Uint8Array(-data.length & 3)]
    })
  const some = fc.oneof(
    fc.array(attribute, { maxLength: 4 }).map((list) => Uint8Array.from(list.flat())),
    fc.uint8Array({ maxLength: 48 }),
  )

  it('are read or refused; what is blamed lies inside; what is read fits; strict takes nothing that lenient refuses', () => {
    fc.assert(
      fc.property(some, (head) => {
        const strict = parse(policy, head)
        const lenient = parse(policy, head, 'liberal')
        for (const { error, attrs, bad_attr, _msg } of [strict, lenient]) {
          expect([0, -EINVAL, -ERANGE]).toContain(error)
          if (error !== 0) expect(_msg).toBeTypeOf('string')
          if (bad_attr !== undefined) {
            expect(bad_attr).toBeGreaterThanOrEqual(20)
            expect(bad_attr).toBeLessThanOrEqual(20 + head.length - 4)
          }
          expect(attrs.length).toBe(11)
          for (const attr of attrs) {
            if (attr) expect(attr.offset - 20 + 4 + attr.payload.length).toBeLessThanOrEqual(head.length)
          }
        }
        if (strict.error === 0) expect(lenient.error).toBe(0)
      }),
      { numRuns: 10_000 },
    )
  })
})
