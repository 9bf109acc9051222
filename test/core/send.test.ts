// sendmsg() by its export: what the host hands over beside the bytes.
import { expect, test } from 'vitest'
import { ECONNREFUSED } from '../../src/uapi/index.js'
import { core, payload } from './core.js'

test('an address of no bytes is none, whatever its fields say', () => {
  const one = core()
  const task = one.task({ uid: 1000 })
  const to = one.bound(task, 7)
  const from = one.bound(task, 8)
  one.machine.transmit(payload(20, 1))
  for (const groups of [0, 1]) expect(one.abi.sendmsg(from, 20, 0, 0, 16, 7, groups, 0)).toBe(-ECONNREFUSED)
  expect(one.abi.poll(to, 1)).toBe(0)
})
