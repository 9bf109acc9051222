// The life of a socket: socket(), bind() to port 0, close().
import { perOperation, takeRounds } from './rounds.mjs'

export function measure({ boot, uapi }, params) {
  const task = boot().spawn()

  return takeRounds(params, () => {
    const start = performance.now()
    for (let i = 0; i < params.iterations; i++) {
      const socket = task.socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK)
      socket.bind({})
      socket.close()
    }
    return { life: perOperation(start, performance.now(), params.iterations) }
  })
}
