// From a task into the kernel: send() on NETLINK_CONNECTOR, which returns when the callback of the id has run.
import { buildMessage, ID } from './message.mjs'
import { check, perOperation, takeRounds } from './rounds.mjs'

export function measure({ boot, uapi }, params) {
  const kernel = boot()
  let bytes = 0
  const result = kernel.cn_add_callback(ID, 'bench', (msg) => {
    bytes += msg.len
  })
  check(result === 0, 'cn_add_callback')
  const sender = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
  sender.bind({})
  sender.connect({})
  const message = buildMessage(uapi, params.payload)
  const { length } = message

  return takeRounds(params, () => {
    bytes = 0
    const start = performance.now()
    for (let i = 0; i < params.iterations; i++) {
      if (sender.send(message) !== length) check(false, 'send')
    }
    const end = performance.now()
    check(bytes === params.payload * params.iterations, 'the callback did not run for each message')
    return { send: perOperation(start, end, params.iterations) }
  })
}
