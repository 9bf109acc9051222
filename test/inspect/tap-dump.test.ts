// What the tap tells of the parts of a dump.
import { expect, test } from 'vitest'
import type { Kernel, KernelSocket, NetlinkDumpControl, TapVerdict } from '../../src/api.js'
import { boot } from '../../src/index.js'
import {
  AF_NETLINK,
  encodeNlmsg,
  GFP_KERNEL,
  NETLINK_ADD_MEMBERSHIP,
  NLM_F_REQUEST,
  SOCK_RAW,
  SOL_NETLINK,
} from '../../src/uapi/index.js'

const PROTOCOL = 20
const GROUP = 1
const LOGS = [{ groupLog: 0 }, { groupLog: 1 }]

test.each(LOGS)('a part of a dump is told as queued, however full the queue: %o', (options) => {
  const seen: (TapVerdict | undefined)[][] = [0, 1, 15, 16, 17].map((before) =>
    [14, 15, 16, 17].map((queued) => verdictOfPart(boot(options), before, queued)),
  )
  expect(new Set(seen.flat())).toEqual(new Set(['queued']))
})

// What the tap says of a dump's first part to a member that has read so many messages, and has so many to read.
function verdictOfPart(kernel: Kernel, read: number, queued: number): TapVerdict | undefined {
  const control: NetlinkDumpControl = { dump: () => 0 }
  const ksock = kernel.netlink_kernel_create(PROTOCOL, {
    input: (skb) => void kernel.netlink_rcv_skb(skb, (_, nlh) => kernel.netlink_dump_start(ksock, skb, nlh, control)),
  }) as KernelSocket
  const member = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, PROTOCOL)
  member.bind({})
  member.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, GROUP)
  const send = (count: number) => {
    for (let i = 0; i < count; i++) kernel.netlink_broadcast(ksock, new Uint8Array(8), 0, GROUP, GFP_KERNEL)
  }
  send(read)
  for (let i = 0; i < read; i++) member.recv(new Uint8Array(8))
  send(queued)
  let verdict: TapVerdict | undefined
  kernel.tap((event) => {
    if (event.kind === 'message' && event.portid === 0) verdict = event.deliveries[0]?.verdict
  })
  member.send(encodeNlmsg({ nlmsg_type: 20, nlmsg_flags: NLM_F_REQUEST }, new Uint8Array(4)))
  return verdict
}
