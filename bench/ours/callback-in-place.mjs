// From a task into the kernel, built and read where it lies: reserve(), every word written, commit(), which returns when the callback of
// the id has looked at the message.
import { ID, MESSAGE_HEADERS, PAYLOAD, writeMessage } from './message.mjs'
import { check, perOperation, takeRounds } from './rounds.mjs'

export function measure({ boot, uapi }, params) {
  const kernel = boot()
  const { iterations, payload } = params
  check(payload === PAYLOAD, 'another payload')
  const length = MESSAGE_HEADERS + PAYLOAD
  let sum = 0
  const result = kernel.cn_add_callback(ID, 'bench', (msg) => {
    const { words } = msg
    sum = (sum + msg.seq + msg.len + words[0] + words[15]) | 0
  })
  check(result === 0, 'cn_add_callback')
  const sender = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
  sender.bind({})
  sender.connect({})
  const built = new Uint32Array(length >>> 2)
  let expected = 0
  for (let seq = 0; seq < iterations; seq++) {
    writeMessage(built, seq)
    expected = (expected + seq + built[8] + built[9] + built[24]) | 0
  }

  return takeRounds(params, () => {
    sum = 0
    const start = performance.now()
    for (let seq = 0; seq < iterations; seq++) {
      writeMessage(sender.reserve(length).words, seq)
      if (sender.commit() !== length) check(false, 'commit')
    }
    const end = performance.now()
    check(sum === expected, 'the callback did not see each message')
    return { send: perOperation(start, end, iterations) }
  })
}
