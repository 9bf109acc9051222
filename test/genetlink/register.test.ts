// Families come and go: ids, groups, and the notices of the controller's group.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  AF_NETLINK,
  boot,
  CTRL_CMD_GETFAMILY,
  createGenetlink,
  EEXIST,
  EINVAL,
  ENOENT,
  ENOMEM,
  ENOSPC,
  GENL_ADMIN_PERM,
  GENL_DONT_VALIDATE_DUMP,
  GENL_ID_CTRL,
  type Genetlink,
  type GenlFamily,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_GENERIC,
  NETLINK_LIST_MEMBERSHIPS,
  NLA_U32,
  SOL_NETLINK,
} from '../../src/index.js'
import { hex } from '../uapi/hex.js'
import { ask, drain, makeWorld } from './world.js'

const ops = [{ cmd: 1, doit: () => 0 }]
const groups = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `group${i}` }))
const NOTIFY = 16

function add(genl: Genetlink, name: string, more: Partial<GenlFamily> = {}): GenlFamily {
  const family: GenlFamily = { name, ...more }
  expect(genl.genl_register_family(family)).toBe(0)
  return family
}

describe('createGenetlink()', () => {
  it('gives one for each kernel', () => {
    const kernel = boot()
    expect(createGenetlink(kernel)).toBe(createGenetlink(kernel))
    expect(createGenetlink(kernel)).not.toBe(createGenetlink(boot()))
  })

  it('throws if somebody else has the protocol', () => {
    const kernel = boot()
    kernel.netlink_kernel_create(NETLINK_GENERIC)
    expect(() => createGenetlink(kernel)).toThrow('NETLINK_GENERIC has a kernel socket already')
  })

  it('without it the protocol does not exist', () => {
    expect(() => boot().spawn().socket(AF_NETLINK, 3, NETLINK_GENERIC)).toThrow(
      expect.objectContaining({ code: 'EPROTONOSUPPORT' }),
    )
  })
})

describe('genl_register_family()', () => {
  it.each<[string, GenlFamily]>([
    ['no name', { name: '' }],
    ['a name of 16 bytes', { name: '0123456789abcdef' }],
    ['a name with a NUL', { name: 'a\0b' }],
    ['a group without a name', { name: 'a', mcgrps: [{ name: '' }] }],
    ['a command without a function', { name: 'a', ops: [{ cmd: 1 }] }],
    ['a command of more than 8 bits', { name: 'a', ops: [{ cmd: 256, doit: () => 0 }] }],
    ['two commands with one number', { name: 'a', ops: [...ops, ...ops] }],
  ])('%s is -EINVAL', (_, family) => {
    const { genl } = makeWorld()
    expect(genl.genl_register_family(family)).toBe(-EINVAL)
    expect(family.id).toBeUndefined()
  })

  it('a name that is there is -EEXIST, the controller among them', () => {
    const { genl } = makeWorld()
    add(genl, 'a')
    expect(genl.genl_register_family({ name: 'a' })).toBe(-EEXIST)
    expect(genl.genl_register_family({ name: 'nlctrl' })).toBe(-EEXIST)
    const again = add(genl, 'b')
    expect(genl.genl_register_family(again)).toBe(-EEXIST)
  })

  it('ids go round; the old families have theirs', () => {
    const { genl } = makeWorld()
    const [a, b] = [add(genl, 'a'), add(genl, 'b')]
    expect([a.id, b.id]).toEqual([19, 20])
    expect(genl.genl_unregister_family(a)).toBe(0)
    expect(genl.genl_unregister_family(a)).toBe(-ENOENT)
    expect(add(genl, 'c').id).toBe(21)
    expect(add(genl, 'VFS_DQUOT', { mcgrps: groups(1) })).toMatchObject({ id: 17, mcgrp_offset: 17 })
    expect(add(genl, 'pmcraid', { mcgrps: groups(1) })).toMatchObject({ id: 18, mcgrp_offset: 18 })
    expect(add(genl, 'NET_DM', { mcgrps: groups(1) })).toMatchObject({ id: 22, mcgrp_offset: 1 })
  })

  it('until all are taken: -ENOSPC, and what becomes free is found', () => {
    const { genl } = makeWorld()
    const all = Array.from({ length: 1023 - 18 }, (_, i) => add(genl, `family ${i}`))
    expect(all.at(-1)?.id).toBe(1023)
    expect(genl.genl_register_family({ name: 'one more' })).toBe(-ENOSPC)
    genl.genl_unregister_family(all[500]!)
    expect(add(genl, 'one more').id).toBe(all[500]!.id)
  })

  it('groups are a row each, and not those that are set aside', () => {
    const { genl } = makeWorld()
    const first = add(genl, 'a', { mcgrps: groups(12) })
    expect(first.mcgrp_offset).toBe(2)
    expect(add(genl, 'b', { mcgrps: groups(3) }).mcgrp_offset).toBe(19)
    expect(add(genl, 'c', { mcgrps: groups(2) }).mcgrp_offset).toBe(14)
    expect(add(genl, 'none').mcgrp_offset).toBe(0)
    expect(genl.genl_register_family({ name: 'd', mcgrps: groups(44) })).toBe(-ENOMEM)
    expect(add(genl, 'd', { mcgrps: groups(43) }).mcgrp_offset).toBe(22)
    expect(genl.genl_register_family({ name: 'e', mcgrps: groups(1) })).toBe(-ENOMEM)
    genl.genl_unregister_family(first)
    expect(add(genl, 'e', { mcgrps: groups(1) }).mcgrp_offset).toBe(2)
  })

  it('a family that has gone is ENOENT', () => {
    const { genl, open } = makeWorld()
    const family = add(genl, 'a', { ops })
    const socket = open()
    expect(ask(socket, family, 1, { flags: 4 })).toEqual([0])
    genl.genl_unregister_family(family)
    expect(ask(socket, family, 1, { flags: 4 })).toEqual([-ENOENT])
    expect(genl.genlmsg_multicast(family, null as never, 0, 0)).toBe(-EINVAL)
  })

  it('the controller cannot be taken away', () => {
    const { genl, open } = makeWorld()
    expect(genl.genl_unregister_family(genl.byId(GENL_ID_CTRL)!.family)).toBe(-ENOENT)
    const answer = ask(open(), GENL_ID_CTRL, CTRL_CMD_GETFAMILY, { attrs: (a) => a.nla_put_u16(1, 16) })
    expect(answer).toMatchObject([{ cmd: 1 }])
  })
})

interface Notices {
  readonly events: readonly { load?: string; unload?: string; datagram?: string; members?: string }[]
}

describe('notices, as Linux 6.1 sent them when modules came and went', () => {
  const { events } = JSON.parse(
    readFileSync(new URL('data/notices.json', import.meta.url), 'utf8'),
  ) as unknown as Notices
  const policy = { 1: { type: NLA_U32 } }
  const dump = { dumpit: () => 0 }
  const families: Readonly<Record<string, GenlFamily>> = {
    psample: {
      name: 'psample',
      version: 1,
      maxattr: 14,
      resv_start_op: 2,
      mcgrps: [{ name: 'config' }, { name: 'packets' }],
      ops: [{ cmd: 1, validate: GENL_DONT_VALIDATE_DUMP, ...dump }],
    },
    team: {
      name: 'team',
      version: 1,
      maxattr: 3,
      policy,
      mcgrps: [{ name: 'change_event' }],
      ops: [0, 1, 2, 3].map((cmd) => ({ cmd, doit: () => 0, flags: cmd === 0 ? 0 : GENL_ADMIN_PERM })),
    },
  }

  it('are the same, message for message', () => {
    const { genl, open } = makeWorld()
    // What was there before in that kernel.
    for (let i = 19; i < 26; i++) add(genl, `family ${i}`, i === 19 ? { mcgrps: groups(1) } : {})
    const listener = open({ pid: 50 })
    listener.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NOTIFY)
    const heard: string[] = []
    const member = open({ pid: 60 })
    let joined = false
    for (const { load, unload, members } of events) {
      if (load) expect(genl.genl_register_family(families[load]!)).toBe(0)
      if (unload) expect(genl.genl_unregister_family(families[unload]!)).toBe(0)
      heard.push(...drain(listener).map(hex))
      if (members === undefined) continue
      if (!joined)
        for (let group = 1; group <= 11; group++) member.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
      joined = true
      const list = new Uint8Array(64)
      const length = member.getsockopt(SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, list)
      expect(hex(list.subarray(0, length))).toBe(members)
    }
    expect(heard).toEqual(events.flatMap(({ datagram }) => datagram ?? []))
    expect(heard.length).toBeGreaterThan(10)
  })

  it('come from port 0 to group 16', () => {
    const { genl, open } = makeWorld()
    const listener = open()
    listener.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NOTIFY)
    add(genl, 'a')
    const { addr } = listener.recvfrom(new Uint8Array(4096))
    expect(addr).toMatchObject({ nl_family: AF_NETLINK, nl_pid: 0, nl_groups: 1 << (NOTIFY - 1) })
  })
})
