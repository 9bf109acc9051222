// Programs take turns
// Three programs write to one reader and wait for room. Who is next is the schedule's choice: try the knob, and other seeds.

import { NETLINK_USERSOCK, PF_NETLINK, SOCK_DGRAM } from 'kernel-connector/uapi'

const PORT = 77
const EACH = 4
const bytes = (text) => new TextEncoder().encode(text)
const text = (data) => new TextDecoder().decode(data)

export async function scene({ kernel, step, print, tune }) {
  const reader = kernel.spawn({ comm: 'reader' })
  const inbox = tune(reader.socket(PF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK))
  inbox.bind({ nl_pid: PORT })
  await step('A reader with a port of its own, no kernel in between')

  for (const comm of ['red', 'green', 'blue']) {
    void kernel.run(kernel.spawn({ comm }), async (task) => {
      const socket = task.socket(PF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
      socket.bind({})
      for (let n = 1; n <= EACH; n++) {
        await kernel.clock.sleep(0)
        await kernel.waiting(() => socket.sendto(bytes(`${comm} ${n}`), 0, { nl_pid: PORT }))
      }
    })
  }
  await step(`Three programs have sent ${EACH} messages each, one turn at a time`)

  const order = []
  void kernel.run(reader, async () => {
    for await (const { data } of inbox) order.push(text(data))
  })
  await step('The reader has emptied its queue, and waits')
  print(`in this order: ${order.join(', ')}`)
  const { stuck } = await kernel.schedule.idle()
  for (const line of stuck) print(`waits: ${line}`)
}
