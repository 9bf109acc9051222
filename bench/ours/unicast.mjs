// One message at a time from one task's socket to another's: send() and recv(), the caller's own Uint8Arrays.
import { buildMessage, sameBytes } from './message.mjs'
import { check, perOperation, takeRounds } from './rounds.mjs'

export function measure({ boot, uapi }, params) {
  const kernel = boot({ journal: params.journal ?? false })
  const receiver = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK)
  receiver.bind({})
  const sender = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK)
  sender.connect({ nl_pid: receiver.getsockname().nl_pid })
  const message = buildMessage(uapi, params.payload)
  const buffer = new Uint8Array(message.length)
  const { length } = message

  return takeRounds(params, () => {
    const start = performance.now()
    for (let i = 0; i < params.iterations; i++) {
      if (sender.send(message) !== length) check(false, 'send')
      if (receiver.recv(buffer) !== length) check(false, 'recv')
    }
    const end = performance.now()
    check(sameBytes(message, buffer), 'another message came')
    buffer.fill(0)
    return { roundtrip: perOperation(start, end, params.iterations) }
  })
}
