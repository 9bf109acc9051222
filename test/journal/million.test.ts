// A journal of a million calls.
import { expect, test } from 'vitest'
import { boot, replay } from '../../src/index.js'
import * as uapi from '../../src/uapi/index.js'
import { otherBuild } from './support.js'

const CALLS = 1_000_000

test('a million calls replay to the same state, on both builds', () => {
  const kernel = boot({ journal: true })
  const id = { idx: 5, val: 1 }
  kernel.cn_add_callback(id, 'answers', (msg, { portid }) => {
    kernel.cn_netlink_send({ id: msg.id, seq: msg.seq, ack: msg.ack + 1 }, portid, 0, uapi.GFP_ATOMIC)
  })
  const [from, to] = [0, 1].map(() => {
    const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
    socket.bind({})
    return socket
  }) as [ReturnType<ReturnType<typeof kernel.spawn>['socket']>, ReturnType<ReturnType<typeof kernel.spawn>['socket']>]
  const message = uapi.encodeConnectorMessage({ id, data: new Uint8Array(8) })
  const room = new Uint8Array(64)
  for (let n = 0; kernel.journal.calls < CALLS; n++) {
    message[36] = n
    const socket = n % 3 === 0 ? to : from
    socket.send(message)
    socket.recv(room)
    if (n % 100 === 0) kernel.clock.advance(1)
  }
  const { calls } = kernel.journal
  const stateHash = kernel.stateHash()
  const journal = kernel.journal.stop()
  const same = { calls, stateHash, expected: stateHash, difference: null }
  expect(replay(journal)).toEqual(same)
  expect(replay(journal, { module: otherBuild() })).toEqual(same)
}, 120_000)
