// kernel.inject(): a message of the kernel without a kernel socket to name, for whoever plays a recording.

import type { Machine } from '../machine/index.js'
import { ENOMEM, GFP_KERNEL } from '../uapi/index.js'
import { asBytes } from '../user/index.js'
import { kernelMessage } from './message.js'

/** Sends as the kernel of a protocol would: to a group without `portid`, or to `portid`. What it says is what the kernel is told. */
export function inject(machine: Machine, unit: number, data: Uint8Array, portid: number, group: number): number {
  const message = kernelMessage(machine, asBytes(data, 'data'), group, GFP_KERNEL)
  if (message === 0) return -ENOMEM
  const { abi } = machine
  const result =
    group === 0 ? abi.ksock_unicast(unit, message, portid, 1) : abi.ksock_broadcast(unit, message, portid, group)
  machine.settle()
  return result
}
