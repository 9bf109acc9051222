// Rules and their counts go back with the machine; the functions are those that were given.
import { expect, test } from 'vitest'
import { boot, GFP_KERNEL } from '../../src/index.js'
import { onConnector } from './scene.js'

test('rules, counts and draws are as they were, taps stay', () => {
  const kernel = boot()
  onConnector(kernel, 7, 1)
  const send = () => kernel.cn_netlink_send({ id: { idx: 5, val: 1 } }, 0, 1, GFP_KERNEL)
  const rule = kernel.faults.add({ action: 'drop', skip: 1, times: 2, probability: 0.7 })
  send()
  const snapshot = kernel.snapshot()
  const events: string[] = []
  kernel.tap((event) => event.kind === 'message' && events.push(event.deliveries.map(({ verdict }) => verdict).join()))
  const run = () => {
    events.length = 0
    for (let n = 0; n < 6; n++) send()
    return { events: [...events], hits: rule.hits, hash: kernel.stateHash() }
  }
  const first = run()
  rule.remove()
  kernel.faults.add({ action: 'fail' })
  kernel.rewind(snapshot)
  expect(rule.hits).toBe(0)
  expect(run()).toEqual(first)
  expect([first.hits, first.events.filter((one) => one === 'dropped').length]).toEqual([2, 2])
})
