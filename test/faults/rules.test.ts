// Fault rules: where each action can act, in which order rules are asked, and what is counted.
import { describe, expect, test } from 'vitest'
import type { FaultMessage, FaultRuleInit } from '../../src/api.js'
import {
  boot,
  GFP_ATOMIC,
  GFP_KERNEL,
  NETLINK_BROADCAST_ERROR,
  NETLINK_CONNECTOR,
  NETLINK_NO_ENOBUFS,
  NETLINK_USERSOCK,
  SO_RCVBUF,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../../src/index.js'
import { answer, bound, message, onConnector, received } from './scene.js'

const ID = { idx: 5, val: 1 }

describe('drop: only where Linux could lose the message', () => {
  test('a multicast of the kernel is lost once: ENOBUFS, then nothing until the queue has been read empty', () => {
    const kernel = boot()
    const [loses, hears] = [onConnector(kernel, 7, 1), onConnector(kernel, 8, 1)]
    const rule = kernel.faults.add({ action: 'drop', when: { to: 7 }, times: 1 })
    const send = () => kernel.cn_netlink_send({ id: ID, data: Uint8Array.of(1) }, 0, 1, GFP_KERNEL)
    expect([send(), send()]).toEqual([0, 0])
    expect(received(loses)).toEqual(['ENOBUFS'])
    expect(received(hears)).toEqual([37, 37])
    expect([send(), received(loses).length, rule.hits]).toEqual([0, 1, 1])
    expect(kernel.inspect().sockets.map(({ drops }) => drops)).toEqual([2, 0])
  })

  test('a member that asked for NETLINK_NO_ENOBUFS does not notice', () => {
    const kernel = boot()
    const member = onConnector(kernel, 7, 1)
    member.setsockopt(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1)
    kernel.faults.add({ action: 'drop', times: 1 })
    kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)
    kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)
    expect(received(member)).toEqual([36])
  })

  test('NETLINK_BROADCAST_ERROR tells the sender, and only then', () => {
    const kernel = boot()
    const [member] = [onConnector(kernel, 7, 1), onConnector(kernel, 8, 1)]
    kernel.faults.add({ action: 'drop', when: { to: 7 } })
    const send = () => kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)
    expect(send()).toBe(0)
    member.setsockopt(SOL_NETLINK, NETLINK_BROADCAST_ERROR, 1)
    expect(send()).toBe(-105)
  })

  test('a unicast of the kernel is lost if it must not wait: "may silently fail under strong memory pressure"', () => {
    const kernel = boot()
    const asker = onConnector(kernel, 7)
    kernel.cn_add_callback(ID, 'driver', (msg, { portid }) => {
      kernel.cn_netlink_send({ id: ID, ack: msg.seq + 1 }, portid, 0, GFP_ATOMIC)
    })
    const rule = kernel.faults.add({ action: 'drop', when: { protocol: NETLINK_CONNECTOR, to: 7 }, times: 1 })
    asker.send(message(5, 1))
    expect(received(asker)).toEqual(['ENOBUFS'])
    asker.send(message(5, 1))
    expect([received(asker), rule.hits]).toEqual([[36], 1])
  })

  test('not where somebody would be told: a task, a kernel that could wait, a callback inside send()', () => {
    const kernel = boot()
    const [from, to] = [bound(kernel, 7), bound(kernel, 8)]
    const asker = onConnector(kernel, 7)
    const heard: number[] = []
    kernel.cn_add_callback(ID, 'driver', ({ seq }) => heard.push(seq))
    const rule = kernel.faults.add({ action: 'drop' })
    expect(from.sendto(Uint8Array.of(9), 0, { nl_pid: 8 })).toBe(1)
    expect(kernel.cn_netlink_send({ id: ID }, 7, 0, GFP_KERNEL)).toBe(36)
    asker.send(message(5, 1))
    expect([received(to), received(asker), heard, rule.hits]).toEqual([[9], [36], [0], 0])
  })

  test('a queued callback can be lost: the sender has its answer', () => {
    const kernel = boot({ profile: 'LINUX_2_6_14' })
    const heard: number[] = []
    kernel.cn_add_callback(ID, 'driver', (msg) => heard.push(msg.data[0] as number))
    const asker = onConnector(kernel, 7)
    kernel.faults.add({ action: 'drop', when: { id: ID }, skip: 1, times: 1 })
    for (const n of [1, 2, 3]) expect(asker.send(message(5, 1, [n]))).toBe(37)
    kernel.clock.runUntilIdle()
    expect(heard).toEqual([1, 3])
  })
})

describe('fail: the allocation of the message', () => {
  test('a task meets ENOBUFS, the kernel -ENOMEM, and nobody gets it', () => {
    const kernel = boot()
    const [from, to] = [bound(kernel, 7, 2), bound(kernel, 8, 2)]
    const member = onConnector(kernel, 9, 1)
    const rule = kernel.faults.add({ action: 'fail' })
    expect(answer(() => from.sendto(Uint8Array.of(1), 0, { nl_pid: 8, nl_groups: 2 }))).toBe('ENOBUFS')
    expect(kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)).toBe(-12)
    expect(kernel.cn_netlink_send({ id: ID }, 9, 0, GFP_KERNEL)).toBe(-12)
    expect([received(to), received(member), rule.hits]).toEqual([[], [], 3])
    rule.remove()
    expect(from.sendto(Uint8Array.of(1), 0, { nl_pid: 8 })).toBe(1)
  })

  test('it is asked before anybody is chosen: a rule that names a receiver never agrees', () => {
    const kernel = boot()
    const [from, to] = [bound(kernel, 7), bound(kernel, 8)]
    const seen: (number | null)[] = []
    const rule = kernel.faults.add({ action: 'fail', when: { to: 8 } })
    kernel.faults.add({ action: 'fail', when: ({ to: receiver }) => seen.push(receiver) > 99 })
    from.sendto(Uint8Array.of(1), 0, { nl_pid: 8 })
    expect([received(to), rule.hits, seen]).toEqual([[1], 0, [null]])
  })
})

describe('which rule decides', () => {
  test('the first that matches and acts: "pass" keeps those behind it from being asked', () => {
    const kernel = boot()
    const [one, other] = [onConnector(kernel, 7, 1), onConnector(kernel, 8, 1)]
    const pass = kernel.faults.add({ action: 'pass', when: { to: 7 } })
    const drop = kernel.faults.add({ action: 'drop' })
    kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)
    expect([received(one), received(other), pass.hits, drop.hits]).toEqual([[36], ['ENOBUFS'], 1, 1])
  })

  test('"pass" keeps a message from failing too', () => {
    const kernel = boot()
    const to = onConnector(kernel, 7)
    const pass = kernel.faults.add({ action: 'pass', when: { id: { idx: 5 } }, times: 2 })
    kernel.faults.add({ action: 'fail' })
    const send = () => kernel.cn_netlink_send({ id: ID }, 7, 0, GFP_KERNEL)
    expect([send(), send(), send(), pass.hits]).toEqual([36, 36, -12, 2])
    expect(received(to)).toEqual([36, 36])
  })

  test('skip, then times; a rule that has acted often enough leaves the rest to others', () => {
    const kernel = boot()
    const member = onConnector(kernel, 7, 1)
    member.setsockopt(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1)
    const first = kernel.faults.add({ action: 'drop', skip: 1, times: 2 })
    const second = kernel.faults.add({ action: 'drop', skip: 2, times: 1 })
    for (let n = 0; n < 6; n++) kernel.cn_netlink_send({ id: ID, data: new Uint8Array(n * 4) }, 0, 1, GFP_KERNEL)
    // Lost: the second and third by the first rule; the fifth by the second one, which is asked about the first, fourth, fifth.
    expect([received(member), first.hits, second.hits]).toEqual([[36, 48, 56], 2, 1])
  })

  test('a guard switches a rule on and off, and what it does not let through is not counted', () => {
    const kernel = boot()
    const member = onConnector(kernel, 7, 1)
    member.setsockopt(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1)
    let raining = false
    const rule = kernel.faults.add({ action: 'drop', skip: 1, guard: () => raining })
    const send = () => kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)
    for (let n = 0; n < 3; n++) send()
    raining = true
    for (let n = 0; n < 3; n++) send()
    expect([received(member).length, rule.hits]).toEqual([4, 2])
  })

  test('a probability draws from the generator of faults: the same again with the same seed, and the other is left alone', () => {
    const run = (seed: number) => {
      const kernel = boot({ seed })
      const member = onConnector(kernel, 7, 1)
      member.setsockopt(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1)
      const rule = kernel.faults.add({ action: 'drop', probability: 0.5 })
      const lost = Array.from({ length: 200 }, () => {
        const before = rule.hits
        kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)
        return rule.hits - before
      })
      return { lost: lost.join(''), hits: rule.hits, drawn: kernel.random() }
    }
    expect(run(3)).toEqual(run(3))
    expect(run(3).lost).not.toBe(run(4).lost)
    expect(run(3).hits).toBeGreaterThan(60)
    expect(run(3).hits).toBeLessThan(140)
    expect(run(3).drawn).toBe(boot({ seed: 3 }).random())
  })

  test('probabilities 0 and 1 are never and always', () => {
    const kernel = boot()
    onConnector(kernel, 7, 1)
    const never = kernel.faults.add({ action: 'drop', probability: 0 })
    const always = kernel.faults.add({ action: 'drop', probability: 1 })
    for (let n = 0; n < 50; n++) kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)
    expect([never.hits, always.hits]).toEqual([0, 50])
  })
})

describe('what a rule sees', () => {
  test('protocol, ports, group, id, bytes', () => {
    const kernel = boot()
    const from = onConnector(kernel, 7)
    onConnector(kernel, 8, 2)
    const seen: object[] = []
    const when = ({ data, ...rest }: FaultMessage) => seen.push({ ...rest, length: data.length, last: data.at(-1) }) < 0
    kernel.faults.add({ action: 'delay', ms: 1, when })
    from.sendto(message(5, 1, [42]), 0, { nl_pid: 8 })
    from.sendto(message(5, 1, [43]), 0, { nl_groups: 2 })
    from.sendto(Uint8Array.of(44), 0, { nl_pid: 8 })
    const common = { protocol: NETLINK_CONNECTOR, portid: 7 }
    expect(seen).toEqual([
      { ...common, group: 0, to: 8, id: ID, length: 37, last: 42 },
      { ...common, group: 2, to: 8, id: ID, length: 37, last: 43 },
      { ...common, group: 0, to: 0, id: ID, length: 37, last: 43 },
      { ...common, group: 0, to: 8, id: null, length: 1, last: 44 },
    ])
  })

  test.each<[FaultRuleInit['when'], number]>([
    [undefined, 2],
    [{}, 2],
    [{ protocol: NETLINK_CONNECTOR }, 2],
    [{ protocol: NETLINK_USERSOCK }, 0],
    [{ portid: 0 }, 2],
    [{ portid: 7 }, 0],
    [{ group: 1 }, 2],
    [{ group: 2 }, 0],
    [{ to: 8 }, 1],
    [{ id: { idx: 5 } }, 2],
    [{ id: { val: 2 } }, 0],
    [{ id: {} }, 2],
    [{ id: { idx: 5, val: 1 }, to: 7, group: 1 }, 1],
  ])('%j agrees with %i of two receivers of a multicast', (when, hits) => {
    const kernel = boot()
    onConnector(kernel, 7, 1)
    onConnector(kernel, 8, 1)
    const rule = kernel.faults.add({ action: 'drop', ...(when && { when }) })
    kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)
    expect(rule.hits).toBe(hits)
  })

  test('what a predicate throws surfaces at the call, and the message passes', () => {
    const kernel = boot()
    const member = onConnector(kernel, 7, 1)
    const rule = kernel.faults.add({
      action: 'drop',
      when: () => {
        throw new Error('out of luck')
      },
    })
    expect(() => kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)).toThrow('out of luck')
    expect([received(member), rule.hits]).toEqual([[36], 0])
  })

  test('a predicate must not call the kernel', () => {
    const kernel = boot()
    onConnector(kernel, 7, 1)
    kernel.faults.add({ action: 'drop', when: () => kernel.random() > 0 })
    expect(() => kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)).toThrow('must not call the kernel')
  })
})

describe('rules come and go', () => {
  test('remove(), clear() and Symbol.dispose; twice is harmless', () => {
    const kernel = boot()
    const member = onConnector(kernel, 7, 1)
    member.setsockopt(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1)
    const send = () => kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)
    const rules = [0, 1, 2].map(() => kernel.faults.add({ action: 'drop', times: 1 }))
    rules[0]?.remove()
    rules[0]?.remove()
    send()
    expect(rules.map(({ hits }) => hits)).toEqual([0, 1, 0])
    rules[1]?.[Symbol.dispose]()
    kernel.faults.clear()
    send()
    expect([received(member).length, rules.map(({ hits }) => hits)]).toEqual([1, [0, 1, 0]])
  })

  test('a rule may remove itself where it is asked, and others may follow', () => {
    const kernel = boot()
    const member = onConnector(kernel, 7, 1)
    const rule = kernel.faults.add({
      action: 'drop',
      when: () => {
        rule.remove()
        return false
      },
    })
    const send = () => kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)
    expect([send(), send(), received(member).length]).toEqual([0, 0, 2])
    const later = kernel.faults.add({ action: 'drop' })
    send()
    later.remove()
    expect([received(member), later.hits]).toEqual([['ENOBUFS'], 1])
  })

  test('a rule may be removed after the machine is gone', () => {
    const kernel = boot()
    const rule = kernel.faults.add({ action: 'drop' })
    expect(kernel.halt()).toBe(0)
    expect(() => rule.remove()).not.toThrow()
  })

  test('rules that never act change nothing: same answers, same digest', () => {
    const run = (rule?: FaultRuleInit) => {
      const kernel = boot()
      if (rule !== undefined) kernel.faults.add(rule)
      const members = [onConnector(kernel, 7, 1), onConnector(kernel, 8, 1)]
      members[0]?.setsockopt(SOL_SOCKET, SO_RCVBUF, 0)
      const told = Array.from({ length: 9 }, () => kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL))
      return { told, got: members.map(received), hash: kernel.stateHash() }
    }
    expect(run({ action: 'drop', when: () => false })).toEqual(run())
    expect(run({ action: 'fail', times: 0 })).toEqual(run())
  })
})

describe('a rule that makes no sense is refused by name', () => {
  const bad = (rule: unknown) => () => boot().faults.add(rule as FaultRuleInit)

  test.each([
    [null, /rule/],
    [{}, /action/],
    [{ action: 3 }, /action/],
    [{ action: 'delay' }, /ms/],
    [{ action: 'delay', ms: '3' }, /ms/],
    [{ action: 'drop', ms: 3 }, /ms/],
    [{ action: 'drop', skip: '1' }, /skip/],
    [{ action: 'drop', times: null }, /times/],
    [{ action: 'drop', probability: '1' }, /probability/],
    [{ action: 'drop', guard: true }, /guard/],
    [{ action: 'drop', when: 3 }, /when/],
    [{ action: 'drop', when: { colour: 1 } }, /when\.colour/],
    [{ action: 'drop', when: { to: 'me' } }, /when\.to/],
    [{ action: 'drop', when: { id: 3 } }, /when\.id/],
  ])('%j: TypeError', (rule, name) => {
    expect(bad(rule)).toThrow(TypeError)
    expect(bad(rule)).toThrow(name)
  })

  test.each([
    [{ action: 'lose' }, /action/],
    [{ action: 'delay', ms: -1 }, /ms/],
    [{ action: 'delay', ms: Number.NaN }, /ms/],
    [{ action: 'delay', ms: 2 ** 32 }, /ms/],
    [{ action: 'drop', skip: 1.5 }, /skip/],
    [{ action: 'drop', times: -1 }, /times/],
    [{ action: 'drop', probability: 1.01 }, /probability/],
    [{ action: 'drop', when: { portid: 2 ** 33 } }, /when\.portid/],
    [{ action: 'drop', when: { id: { idx: 0.5 } } }, /when\.id\.idx/],
  ])('%j: RangeError', (rule, name) => {
    expect(bad(rule)).toThrow(RangeError)
    expect(bad(rule)).toThrow(name)
  })
})
