// A socket of a kernel behind a port: looks at its arguments here, has the call made there.

import type { Address, Cmsg, Datagram, Msghdr, ReceivedMsg } from '../api.js'
import { EAGAIN, EBADF, EMSGSIZE, EOPNOTSUPP, i32, POLLNVAL, type SockaddrNl, u32 } from '../uapi/index.js'
import { lengthOf } from '../uapi/typed-arrays.js'
import { sockaddr, storeAddress, toTarget } from '../user/address.js'
import { asBytes, asObject, asOptions, asParts, asPlainBytes, asSignal, totalLength } from '../user/arguments.js'
import { encodeControl } from '../user/control.js'
import { SystemError } from '../user/errors.js'
import { type OptionValue, plainValue } from '../user/option-value.js'
import type {
  CallOptions,
  RemoteSocket as RemoteSocketInterface,
  SharedSocket as SharedSocketInterface,
} from './api.js'
import { scatter } from './bytes.js'
import type { Connection } from './connection.js'
import { MOST_CONTROL_BYTES } from './control.js'
import type { Answered } from './line.js'
import { isRingSize, LEAST_RING_BYTES, MOST_RING_BYTES } from './ring-memory.js'
import { SharedSocket } from './shared-socket.js'
import { canShare, sharingError } from './sharing.js'
import type { Plain } from './wire.js'

/** How many datagrams receive() asks for. */
const MOST_DATAGRAMS = 64
/** Of each of the two. */
const RING_BYTES = 131_072

interface Asked {
  readonly args?: readonly Plain[]
  /** Bytes of the caller, to be copied. */
  readonly data?: readonly Uint8Array[]
  readonly syscall?: string
  readonly options?: CallOptions | undefined
}

type Values = readonly unknown[]

export class RemoteSocket implements RemoteSocketInterface {
  readonly #connection: Connection
  readonly #number: number
  #closed = false

  /** Only a remote kernel makes sockets. */
  constructor(connection: Connection, number: number) {
    this.#connection = connection
    this.#number = number
  }

  get closed(): boolean {
    return this.#closed || this.#connection.closed
  }

  /** A call that may not wait. */
  #call(op: string, asked: Asked = {}): Promise<Answered> {
    return this.#ask(op, [this.#number, ...(asked.args ?? [])], asked, undefined)
  }

  /** A call that may wait. */
  #waiting(op: string, asked: Asked): Promise<Answered> {
    const { wait = false, signal } = asOptions(asked.options ?? {}, 'options', { wait: 1, signal: 1 })
    if (typeof wait !== 'boolean') throw new TypeError('wait must be a boolean')
    return this.#ask(op, [wait, this.#number, ...(asked.args ?? [])], asked, asSignal(signal))
  }

  #ask(op: string, args: readonly Plain[], { data, syscall = op }: Asked, signal?: AbortSignal): Promise<Answered> {
    if (this.#closed) throw new SystemError(-EBADF, syscall)
    if (data === undefined) return this.#connection.call({ op, syscall, args, signal })
    if (totalLength(data) > this.#connection.limits.callBytes) throw new SystemError(-EMSGSIZE, syscall)
    return this.#connection.call({ op, syscall, args, data: copyOf(data), signal })
  }

  // ---- names

  async bind(addr: Address | null, addrlen?: number): Promise<void> {
    await this.#call('bind', { args: wireAddress(addr, addrlen) })
  }

  async connect(addr: Address | null, addrlen?: number): Promise<void> {
    await this.#call('connect', { args: wireAddress(addr, addrlen) })
  }

  getsockname(): Promise<SockaddrNl>
  getsockname(room: Uint8Array, addrlen?: number): Promise<number>
  getsockname(room?: Uint8Array, addrlen?: number): Promise<SockaddrNl | number> {
    return this.#name('getsockname', room, addrlen)
  }

  getpeername(): Promise<SockaddrNl>
  getpeername(room: Uint8Array, addrlen?: number): Promise<number>
  getpeername(room?: Uint8Array, addrlen?: number): Promise<SockaddrNl | number> {
    return this.#name('getpeername', room, addrlen)
  }

  async #name(call: 'getsockname' | 'getpeername', given: Uint8Array | undefined, addrlen: number | undefined) {
    const room = given === undefined ? undefined : asPlainBytes(given, 'room')
    const { values } = await this.#call(call)
    const [pid, groups] = values as [number, number]
    return room === undefined ? sockaddr(pid, groups) : storeAddress(pid, groups, room, addrlen, call)
  }

  // ---- sending

  async send(data: Uint8Array, flags = 0, options?: CallOptions): Promise<number> {
    const asked = { args: [u32(flags, 'flags')], data: [asPlainBytes(data, 'data')], options }
    return countIn(await this.#waiting('send', asked))
  }

  async write(data: Uint8Array, options?: CallOptions): Promise<number> {
    return countIn(await this.#waiting('write', { data: [asPlainBytes(data, 'data')], options }))
  }

  async sendto(
    data: Uint8Array,
    flags: number,
    addr: Address | null,
    addrlen?: number,
    options?: CallOptions,
  ): Promise<number> {
    const bytes = asPlainBytes(data, 'data')
    const args = [u32(flags, 'flags'), ...wireAddress(addr, addrlen)]
    return countIn(await this.#waiting('sendto', { args, data: [bytes], options }))
  }

  async sendmsg(msg: Msghdr, flags = 0, options?: CallOptions): Promise<number> {
    const { iov, name = null, namelen, control = [] } = asObject(msg, 'msg')
    const parts = asParts(iov, 'iov')
    if (encodeControl(control).length > MOST_CONTROL_BYTES) {
      throw new RangeError(`control messages of more than ${MOST_CONTROL_BYTES} bytes`)
    }
    const items = control.map(wireControl)
    const data = [...parts, ...items.map(([, bytes]) => bytes)]
    const args = [u32(flags, 'flags'), ...wireAddress(name, namelen), items.map(([item]) => item)]
    return countIn(await this.#waiting('sendmsg', { args, data, options }))
  }

  // ---- receiving

  async recv(buffer: Uint8Array, flags = 0, options?: CallOptions): Promise<number> {
    return this.#receive('recv', buffer, [u32(flags, 'flags')], options)
  }

  async read(buffer: Uint8Array, options?: CallOptions): Promise<number> {
    return this.#receive('read', buffer, [], options)
  }

  async #receive(op: string, buffer: Uint8Array, flags: readonly Plain[], options: CallOptions | undefined) {
    const room = asBytes(buffer, 'buffer')
    const answered = await this.#waiting(op, { args: [this.#room(lengthOf(room), op), ...flags], options })
    scatter(answered.bytes, [asPlainBytes(room, 'buffer')])
    return countIn(answered)
  }

  #room(length: number, syscall: string): number {
    if (length > this.#connection.limits.callBytes) throw new SystemError(-EMSGSIZE, syscall)
    return length
  }

  async recvfrom(
    buffer: Uint8Array,
    flags = 0,
    addrlen?: number,
    options?: CallOptions,
  ): Promise<{ n: number; addr: SockaddrNl; addrlen: number }> {
    const room = asPlainBytes(buffer, 'buffer')
    const length = addrlen === undefined ? null : i32(addrlen, 'addrlen')
    const args = [this.#room(room.length, 'recvfrom'), u32(flags, 'flags'), length]
    const { values, bytes } = await this.#waiting('recvfrom', { args, options })
    scatter(bytes, [room])
    const [n, name, told] = values as [number, Values, number]
    return { n, addr: nameIn(name), addrlen: told }
  }

  async recvmsg(
    msg: { iov: readonly Uint8Array[]; controllen?: number; namelen?: number },
    flags = 0,
    options?: CallOptions,
  ): Promise<ReceivedMsg> {
    const { iov, controllen, namelen } = asObject(msg, 'msg')
    const parts = asParts(iov, 'iov')
    const lengths = [
      controllen === undefined ? null : u32(controllen, 'controllen'),
      namelen === undefined ? null : i32(namelen, 'namelen'),
    ]
    const args = [this.#room(totalLength(parts), 'recvmsg'), u32(flags, 'flags'), ...lengths]
    const { values, bytes } = await this.#waiting('recvmsg', { args, options })
    const [n, name, told, outFlags, length, control] = values as [number, Values, number, number, number, Values]
    scatter(bytes.subarray(0, length), parts)
    return {
      n,
      name: nameIn(name),
      namelen: told,
      flags: outFlags,
      control: controlIn(control, bytes.subarray(length)),
    }
  }

  async receive(options: { most?: number; signal?: AbortSignal } = {}): Promise<Datagram[]> {
    const { most = MOST_DATAGRAMS, signal } = asOptions(options, 'options', { most: 1, signal: 1 })
    const count = u32(most, 'most')
    if (count === 0) throw new RangeError('most must be at least 1')
    const waits = { wait: true, ...(signal !== undefined && { signal }) }
    const asked = { args: [Math.min(count, 2 ** 31)], syscall: 'recvmsg', options: waits }
    const { values, bytes } = await this.#waiting('receive', asked)
    let at = 0
    return (values as Values[]).map((value) => {
      const [length, name, flags, control] = value as [number, Values, number, readonly Values[]]
      const data = bytes.slice(at, at + length)
      at += length
      const items = controlIn(control, bytes.subarray(at))
      at += items.reduce((sum, item) => sum + item.data.length, 0)
      return { data, name: nameIn(name), flags, control: items }
    })
  }

  // ---- options and the rest

  async setsockopt(level: number, name: number, value: OptionValue, len?: number): Promise<void> {
    const numbers = [i32(level, 'level'), i32(name, 'name')]
    const given = plainValue(value)
    const length = len === undefined ? null : i32(len, 'len')
    if (typeof given === 'number') {
      await this.#call('setsockopt', { args: [...numbers, 'number', u32(given, 'value'), length] })
    } else if (given === null) await this.#call('setsockopt', { args: [...numbers, 'null', length] })
    else {
      const program = 'program' in given
      const data = [program ? given.program : given]
      await this.#call('setsockopt', { args: [...numbers, program ? 'program' : 'bytes', length], data })
    }
  }

  getsockopt(level: number, name: number, len?: number): Promise<number | Uint8Array>
  getsockopt(level: number, name: number, buffer: Uint8Array, len?: number): Promise<number>
  async getsockopt(level: number, name: number, given: number | Uint8Array = 4, len?: number) {
    const numbers = [i32(level, 'level'), i32(name, 'name')]
    if (typeof given === 'number') {
      const { values, bytes } = await this.#call('getsockopt', { args: [...numbers, 'value', i32(given, 'len')] })
      return values[0] === null ? bytes.slice() : (values[0] as number)
    }
    // What the buffer holds travels along: the kernel writes as much of it as it likes.
    const room = asPlainBytes(given, 'buffer')
    const args = [...numbers, 'room', i32(len ?? room.length, 'len')]
    const answered = await this.#call('getsockopt', { args, data: [room] })
    scatter(answered.bytes, [room])
    return countIn(answered)
  }

  async poll(events: number): Promise<number> {
    const args = [u32(events, 'events')]
    return this.#closed ? POLLNVAL : countIn(await this.#call('poll', { args }))
  }

  async ioctl(request: number, value = 0): Promise<number> {
    return countIn(await this.#call('ioctl', { args: [u32(request, 'request'), i32(value, 'value')] }))
  }

  async shutdown(how: number): Promise<void> {
    await this.#call('shutdown', { args: [i32(how, 'how')] })
  }

  async listen(backlog: number): Promise<void> {
    await this.#call('listen', { args: [i32(backlog, 'backlog')] })
  }

  async accept(): Promise<never> {
    await this.#call('accept')
    throw new TypeError('accept() has answered')
  }

  async share(options: { bytes?: number } = {}): Promise<SharedSocketInterface> {
    const { bytes = RING_BYTES } = asOptions(options, 'options', { bytes: 1 })
    if (!isRingSize(u32(bytes, 'bytes'))) {
      throw new RangeError(`bytes must be a power of two from ${LEAST_RING_BYTES} to ${MOST_RING_BYTES}`)
    }
    if (this.#closed) throw new SystemError(-EBADF, 'share')
    if (!canShare()) throw sharingError()
    const rings = await this.#connection.share(this.#number, bytes).catch((error: unknown) => {
      throw error instanceof SystemError && error.errno === -EOPNOTSUPP ? sharingError() : error
    })
    if (rings !== undefined) return new SharedSocket(rings, this.#connection)
    await this.#call('unshare')
    throw sharingError()
  }

  async close(): Promise<void> {
    const closed = this.#call('close')
    this.#closed = true
    await closed.catch((error: unknown) => {
      // Without a place in line it is as open as before.
      if (error instanceof SystemError && error.errno === -EAGAIN) this.#closed = false
      throw error
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.closed) await this.close()
  }

  // ---- waiting

  async readable(options: { signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = asOptions(options, 'options', { signal: 1 })
    await this.#waiting('readable', {
      syscall: 'poll',
      options: { wait: true, ...(signal !== undefined && { signal }) },
    })
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<Datagram> {
    while (!this.#closed && !this.#connection.closedHere) {
      try {
        yield* await this.receive({ most: 1 })
      } catch (error) {
        if (this.#connection.closedHere || (error instanceof SystemError && error.errno === -EBADF)) return
        throw error
      }
    }
  }
}

function copyOf(parts: readonly Uint8Array[]): Uint8Array {
  const copy = new Uint8Array(totalLength(parts))
  let at = 0
  for (const part of parts) {
    copy.set(part, at)
    at += part.length
  }
  return copy
}

/** An address as [family, pid, groups], [] for none, and its length as it was given. */
function wireAddress(addr: Address | null, addrlen: number | undefined): readonly [Plain, Plain] {
  if (addr === null) return [[], addrlen === undefined ? null : i32(addrlen, 'addrlen')]
  const target = toTarget(addr, addrlen)
  return [[target.family, target.pid, target.groups], target.addrlen]
}

function wireControl(item: Cmsg): [Plain, Uint8Array] {
  const bytes = asPlainBytes(item.data, 'control data')
  const ids = [i32(item.level, 'control level'), i32(item.type, 'control type')]
  return [[...ids, bytes.length, item.cmsg_len ?? null], bytes]
}

function countIn({ values }: Answered): number {
  return values[0] as number
}

function nameIn(name: Values): SockaddrNl {
  const [nl_family, nl_pad, nl_pid, nl_groups] = name as [number, number, number, number]
  return { nl_family, nl_pad, nl_pid, nl_groups }
}

function controlIn(items: Values, bytes: Uint8Array): Cmsg[] {
  let at = 0
  return (items as [number, number, number][]).map(([level, type, length]) => {
    at += length
    return { level, type, data: bytes.slice(at - length, at) }
  })
}
