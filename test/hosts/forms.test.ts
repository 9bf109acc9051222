// cn_netlink_send() in the document's form and in today's, told apart by how many arguments there are.
import { expect, test } from 'vitest'
import { boot } from '../../src/index.js'
import { encodeConnectorMessage, GFP_ATOMIC, GFP_KERNEL } from '../../src/uapi/index.js'
import { ID, opened, portOf } from './support.js'

function listening() {
  const kernel = boot()
  const [one, two] = [opened(kernel, undefined, 1 << 4), opened(kernel, undefined, 1 << 6)]
  kernel.cn_add_callback(ID, 'x', () => {})
  const got = () =>
    [one, two].map((socket) => {
      const buffer = new Uint8Array(64)
      try {
        const { n, addr } = socket.recvfrom(buffer)
        return [n, addr.nl_groups]
      } catch {
        return []
      }
    })
  return { kernel, one, two, got }
}

test('three: group and gfp_mask', () => {
  const { kernel, got } = listening()
  expect(kernel.cn_netlink_send({ id: ID }, 7, GFP_KERNEL)).toBe(0)
  expect(got()).toEqual([[], [36, 64]])
  expect(kernel.cn_netlink_send({ id: ID }, 0, GFP_KERNEL)).toBe(0)
  expect(got()).toEqual([[36, 16], []])
  expect(kernel.cn_netlink_send({ id: { idx: 8, val: 8 } }, 0, GFP_KERNEL)).toBe(-19)
  expect(kernel.cn_netlink_send({ id: ID }, 9, GFP_KERNEL)).toBe(-3)
})

test('four: portid, group and gfp_mask', () => {
  const { kernel, one, two, got } = listening()
  expect(kernel.cn_netlink_send({ id: ID }, portOf(two), 0, GFP_ATOMIC)).toBe(36)
  expect(got()).toEqual([[], [36, 0]])
  expect(kernel.cn_netlink_send({ id: ID }, 0, 7, GFP_ATOMIC)).toBe(0)
  expect(got()).toEqual([[], [36, 64]])
  expect(kernel.cn_netlink_send({ id: ID }, 0, 0, GFP_ATOMIC)).toBe(0)
  expect(got()).toEqual([[36, 16], []])
  expect(kernel.cn_netlink_send({ id: ID }, portOf(one), 5, GFP_ATOMIC)).toBe(-3)
})

test('a fourth that is undefined is a mistake, not the third form', () => {
  const { kernel, got } = listening()
  const four = kernel.cn_netlink_send.bind(kernel) as (...args: unknown[]) => number
  expect(() => four({ id: ID }, 7, 0, undefined)).toThrow(TypeError)
  expect(() => four({ id: ID }, 7)).toThrow(TypeError)
  expect(got()).toEqual([[], []])
})

test('len is that of data unless it is given; send_mult takes its own', () => {
  const { kernel, one } = listening()
  const buffer = new Uint8Array(64)
  const lengths = () => [one.recv(buffer), new DataView(buffer.buffer).getUint16(32, true), ...buffer.subarray(36, 40)]
  const data = new Uint8Array([1, 2, 3])
  kernel.cn_netlink_send({ id: ID, data }, 5, GFP_KERNEL)
  expect(lengths()).toEqual([40, 3, 1, 2, 3, 0])
  kernel.cn_netlink_send({ id: ID, data, len: 2 }, 5, GFP_KERNEL)
  expect(lengths()).toEqual([40, 2, 1, 2, 0, 0])
  kernel.cn_netlink_send({ id: ID, data, len: 4 }, 5, GFP_KERNEL)
  expect(lengths()).toEqual([40, 4, 1, 2, 3, 0])
  kernel.cn_netlink_send_mult({ id: ID, data, len: 9 }, 2, 0, 5, GFP_KERNEL)
  expect(lengths()).toEqual([40, 9, 1, 2, 0, 0])
})

test('a message without an id is told of as an id without numbers is', () => {
  const kernel = boot()
  const flat = { idx: 8, val: 8 } as never
  expect(() => kernel.cn_netlink_send(flat, 0, GFP_KERNEL)).toThrow(
    /^msg\.id\.idx must be an integer .*, not undefined$/,
  )
  expect(() => encodeConnectorMessage(flat)).toThrow(/^id\.idx must be an integer .*, not undefined$/)
})
