// Groups against a plain model: who is served, and in which order. The order shows on the ready list: armed sockets get onto it as
// they are served.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LAYOUT } from '../../src/machine/index.js'
import { NETLINK_ADD_MEMBERSHIP, NETLINK_CONNECTOR, NETLINK_DROP_MEMBERSHIP } from '../../src/uapi/index.js'
import { type Core, core, withCore } from './core.js'

/** Newest first; newest is who last went from no group of the protocol to one. */
interface Member {
  sock: number
  id: number
  moment: number
  readonly groups: Set<number>
}

class World {
  readonly one: Core
  readonly members: Member[]
  readonly #task: number
  #moment = 0

  constructor(one: Core, count: number) {
    this.one = one
    this.#task = one.task()
    this.members = Array.from({ length: count }, () => this.#open())
  }

  #open(): Member {
    const sock = this.one.socket(this.#task, NETLINK_CONNECTOR)
    return { sock, id: this.one.machine.listWord(0), moment: 0, groups: new Set() }
  }

  join(member: Member, group: number): void {
    if (member.groups.size === 0) member.moment = ++this.#moment
    member.groups.add(group)
    expect(this.one.netlinkOption(member.sock, NETLINK_ADD_MEMBERSHIP, group)).toBe(0)
  }

  leave(member: Member, group: number): void {
    member.groups.delete(group)
    expect(this.one.netlinkOption(member.sock, NETLINK_DROP_MEMBERSHIP, group)).toBe(0)
  }

  /** bind() sets the groups 1 to 32 at once: first it joins, then it leaves. */
  bindMask(member: Member, mask: number): void {
    const asked = Array.from({ length: 32 }, (_, bit) => bit + 1).filter((group) => ((mask >>> (group - 1)) & 1) === 1)
    if (member.groups.size === 0 && asked.length > 0) member.moment = ++this.#moment
    for (const group of [...member.groups]) if (group <= 32) member.groups.delete(group)
    for (const group of asked) member.groups.add(group)
    this.one.abi.getsockname(member.sock)
    const port = this.one.machine.word(LAYOUT.WORD_ADDR_PID)
    expect(this.one.bind(member.sock, port, mask)).toBe(0)
  }

  reopen(member: Member): void {
    this.one.abi.close(member.sock)
    Object.assign(member, this.#open(), { groups: member.groups })
    member.groups.clear()
  }

  expected(group: number): number[] {
    const inside = this.members.filter(({ groups }) => groups.has(group))
    return inside.sort((a, b) => b.moment - a.moment).map(({ id }) => id)
  }

  /** Sends to the group: the ids of the sockets that got it, in the order in which they did. */
  served(group: number): number[] {
    const { abi } = this.one
    while (abi.ready_next() !== 0) {}
    for (const { sock } of this.members) abi.arm_socket(sock, LAYOUT.ARM_READ)
    abi.ksock_broadcast(NETLINK_CONNECTOR, abi.ksock_message(8, group, 0), 0xffff_ffff, group)
    const order: number[] = []
    for (let id = abi.ready_next(); id !== 0; id = abi.ready_next()) order.push(id)
    for (const { sock } of this.members) abi.recv(sock, 0, 0)
    return order
  }

  check(...groups: number[]): void {
    for (const group of groups) expect(this.served(group)).toEqual(this.expected(group))
  }
}

const GROUPS = [1, 2, 3, 4, 5, 32, 33, 70_000, 0xffff_ffff]
const SOCKETS = 24
const kinds = fc.constantFrom('join', 'join', 'join', 'leave', 'leave', 'mask', 'reopen', 'check')
const step = fc.tuple(kinds, fc.nat(SOCKETS - 1), fc.constantFrom(...GROUPS), fc.integer({ min: 0, max: 31 }))

function run(world: World, kind: string, member: Member, group: number, mask: number): void {
  if (kind === 'join') world.join(member, group)
  else if (kind === 'leave') world.leave(member, group)
  else if (kind === 'mask') world.bindMask(member, mask)
  else if (kind === 'reopen') world.reopen(member)
  else world.check(group)
}

describe('the order of service', () => {
  test('is newest first, whatever joined, left, was bound or closed before', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 250 }), (steps) =>
        withCore({}, (one) => {
          const world = new World(one, SOCKETS)
          for (const [kind, which, group, mask] of steps) run(world, kind, world.members[which]!, group, mask)
          world.check(...GROUPS)
        }),
      ),
      { numRuns: 80 },
    )
  })

  test('a member of another group keeps its place when it joins this one late', () => {
    const world = new World(core(), 3)
    const [a, b, c] = world.members as [Member, Member, Member]
    world.join(a, 2)
    world.join(b, 1)
    world.join(c, 1)
    world.join(a, 1)
    expect(world.served(1)).toEqual([c.id, b.id, a.id])
  })

  test('a socket that left its last group is the newest when it comes back', () => {
    const world = new World(core(), 3)
    const [a, b, c] = world.members as [Member, Member, Member]
    for (const one of [a, b, c]) world.join(one, 1)
    world.leave(a, 1)
    world.join(a, 1)
    expect(world.served(1)).toEqual([a.id, c.id, b.id])
  })
})

describe('thousands of members', () => {
  const MANY = 3000

  test.each([2, 3, 10])('those that stay when all but every %ith leave keep their order', (every) => {
    const world = new World(core(), MANY)
    for (const member of world.members) world.join(member, 1)
    world.check(1)
    for (const [index, member] of world.members.entries()) if (index % every !== 0) world.leave(member, 1)
    world.check(1)
    for (const member of world.members.slice(0, 500)) if (!member.groups.has(1)) world.join(member, 1)
    world.check(1)
  })

  test('holes do not pile up: the same member coming and going takes no memory', () => {
    const world = new World(core(), 20)
    for (const member of world.members) world.join(member, 1)
    const before = world.one.inUse
    for (let i = 0; i < 5000; i++) {
      const member = world.members[i % 20]!
      world.leave(member, 1)
      world.join(member, 1)
    }
    expect(world.one.inUse).toBe(before)
    world.check(1)
  })

  test('old members of another group, joining one after the other, each find their place', () => {
    const world = new World(core(), 400)
    for (const member of world.members) world.join(member, 2)
    const shuffled = world.members
      .map((member, index) => ({ member, key: (index * 7919) % 401 }))
      .sort((a, b) => a.key - b.key)
    for (const { member } of shuffled) world.join(member, 1)
    world.check(1)
    for (const { member } of shuffled.slice(0, 350)) world.leave(member, 1)
    world.check(1, 2)
  })
})
