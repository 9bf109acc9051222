// A machine without its API: the calls of assembly/abi.ts with short names and numbers for answers. Sockets are references.

import { expect } from 'vitest'
import type { BootOptions } from '../../src/api.js'
import { configWords, resolveGroupLog, resolveLimits, resolveProfile } from '../../src/kernel/profiles.js'
import { LAYOUT, Machine } from '../../src/machine/index.js'
import { AF_NETLINK, NETLINK_USERSOCK, SOCK_RAW, SOL_NETLINK, SOL_SOCKET } from '../../src/uapi/index.js'
import { bootOptions } from '../support/boot-options.js'
import { watch } from '../support/kernels.js'

export const ADDRESS_BYTES = 12

/** Bytes that the allocator really takes for a block. */
export function roomOf(size: number): number {
  return size <= 1024 ? Math.ceil(size / 64) * 64 : Math.ceil(size / 4096) * 4096
}

/** The same for a message of `length` bytes: header, payload, guard. */
export const messageRoom = (length: number) => roomOf(64 + length + 4)

export interface TaskOptions {
  readonly pid?: number
  readonly netns?: number
  readonly uid?: number
}

export class Core {
  readonly machine: Machine
  readonly abi: Machine['abi']

  constructor(options: BootOptions = {}) {
    const limits = resolveLimits(options.limits)
    const { profile, groupLog } = bootOptions(options)
    const words = configWords(resolveProfile(profile), limits, resolveGroupLog(groupLog))
    this.machine = new Machine({ memory: limits.memory, seed: options.seed ?? 0, words })
    this.abi = this.machine.abi
  }

  halt(): number {
    return this.abi.halt()
  }

  get inUse(): number {
    return this.abi.bytes_in_use()
  }

  hash(): string {
    this.abi.state_hash()
    return [this.machine.listWord(1), this.machine.listWord(0)].map((word) => word.toString(16)).join(':')
  }

  netns(name: string): number {
    return this.abi.namespace_number(this.machine.transmitText(name, 255))
  }

  task({ pid = 0, netns = 0, uid = 0 }: TaskOptions = {}): number {
    const caps = uid === 0 ? -1 : 0
    return this.abi.task_spawn(pid, netns, uid, uid, caps, caps, this.machine.transmitText('core', 15))
  }

  socket(task: number, protocol = NETLINK_USERSOCK): number {
    return this.abi.socket(task, AF_NETLINK, SOCK_RAW, protocol)
  }

  /** A socket that is bound to a port; fails the test if it cannot be had. */
  bound(task: number, pid: number, protocol = NETLINK_USERSOCK): number {
    const sock = this.socket(task, protocol)
    const result = sock < 0 ? sock : this.bind(sock, pid)
    if (result < 0) throw new Error(`no socket with port ${pid}: ${result}`)
    return sock
  }

  bind(sock: number, pid: number, groups = 0): number {
    return this.abi.bind(sock, ADDRESS_BYTES, AF_NETLINK, pid, groups)
  }

  /** Sends `data` to a port and groups, as sendto(2). */
  send(sock: number, data: Uint8Array, pid: number, groups = 0): number {
    const { abi, machine } = this
    if (data.length <= LAYOUT.TRANSMIT_BYTES) {
      machine.transmit(data)
      return abi.sendmsg(sock, data.length, 0, ADDRESS_BYTES, AF_NETLINK, pid, groups, 0)
    }
    const skb = abi.send_reserve(sock, data.length, 0, ADDRESS_BYTES, AF_NETLINK, pid, groups, 0)
    if (skb < 0) return skb
    machine.fillParts(skb, [data])
    return abi.send_commit(sock, skb)
  }

  /** The next message, or -errno. */
  receive(sock: number, room = 300_000, flags = 0): Uint8Array | number {
    const result = this.abi.recv(sock, room, flags)
    if (result < 0) return result
    const data = new Uint8Array(this.machine.word(LAYOUT.WORD_COPIED))
    this.machine.copyReceived(data)
    return data
  }

  /** Receives until there is nothing. */
  drain(sock: number): Uint8Array[] {
    const all: Uint8Array[] = []
    for (let one = this.receive(sock); typeof one !== 'number'; one = this.receive(sock)) all.push(one)
    return all
  }

  option(sock: number, level: number, name: number, value: number): number {
    const bytes = new Uint8Array(64)
    new DataView(bytes.buffer).setUint32(0, value, true)
    this.machine.putValue(bytes)
    return this.abi.setsockopt(sock, level, name, 4)
  }

  netlinkOption(sock: number, name: number, value: number): number {
    return this.option(sock, SOL_NETLINK, name, value)
  }

  socketOption(sock: number, name: number, value: number): number {
    return this.option(sock, SOL_SOCKET, name, value)
  }
}

/** A machine that is looked at for leaks when the test ends. */
export const core = (options?: BootOptions) => watch(new Core(options))

/** For properties: a machine for one run, looked at for leaks at its end. */
export function withCore<T>(options: BootOptions, use: (one: Core) => T): T {
  const one = new Core(options)
  const result = use(one)
  const left = one.halt()
  if (left !== 0) throw new Error(`${left} bytes that nobody gave back`)
  return result
}

/** `length` bytes that tell the number and the length of a message. */
export function payload(length: number, number: number): Uint8Array {
  const data = new Uint8Array(length)
  for (let i = 0; i < length; i += i < 64 ? 1 : 997) data[i] = number * 31 + i
  if (length >= 4) new DataView(data.buffer).setUint32(0, number, true)
  return data
}

/** The number of a message of at least 4 bytes. */
export const numberOf = (data: Uint8Array) => new DataView(data.buffer, data.byteOffset).getUint32(0, true)

/** The same bytes, or the same -errno: toEqual() is slow for long arrays. */
export function expectBytes(got: Uint8Array | number, want: Uint8Array | number): void {
  if (typeof got === 'number' || typeof want === 'number') expect(got).toBe(want)
  else if (Buffer.compare(got, want) !== 0)
    expect(Buffer.from(got).toString('hex')).toBe(Buffer.from(want).toString('hex'))
}
