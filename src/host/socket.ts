// A netlink socket of the machine's own kernel. Every call is the system call of its name; the descriptor never blocks.

import type { Address, Datagram, MessageView, Msghdr, ReceivedMsg, Socket } from '../api.js'
import {
  EBADF,
  FIONBIO,
  i32,
  MSG_DONTWAIT,
  MSG_PEEK,
  POLLERR,
  POLLIN,
  POLLNVAL,
  SO_RCVTIMEO,
  SOL_SOCKET,
  type SockaddrNl,
  u32,
} from '../uapi/index.js'
import { SOCKADDR_STORAGE_BYTES } from '../user/address.js'
import { asBytes, asObject, asParts, signalOf } from '../user/arguments.js'
import { encodeControl } from '../user/control.js'
import { datagramsOf } from '../user/datagrams.js'
import { check, SystemError } from '../user/errors.js'
import { CopiedInPlace } from '../user/in-place-copied.js'
import { type OptionValue, optionResult } from '../user/option-value.js'
import { WaitingListener } from '../user/waiting-listener.js'
import { rawAddress, roomFor, sockaddrOf } from './address.js'
import type { Libc } from './libc.js'
import type { Memory } from './memory.js'
import { MessageHeader } from './message.js'
import { getOption, type OptionTarget, setOption } from './options.js'
import { Readiness } from './readiness.js'

/** The room for control messages when a caller names none. */
const CONTROL_ROOM = 256
const NO_BYTES = new Uint8Array(0)
const CLOSED = -1
/** struct pollfd: a descriptor, the events asked for, those that are there. */
const POLLFD_BYTES = 8

export class HostSocket implements Socket {
  readonly #libc: Libc
  readonly #memory: Memory
  readonly #readiness: Readiness
  readonly #inPlace = new CopiedInPlace(this)
  #fd: number
  /** A message that the kernel is reading; held here, or its parts could be collected. */
  #sending: MessageHeader | undefined

  /** Only a task makes sockets. */
  constructor(libc: Libc, memory: Memory, fd: number) {
    this.#libc = libc
    this.#memory = memory
    this.#fd = fd
    this.#readiness = new Readiness(libc.koffi, fd, () => this.poll(POLLIN | POLLERR) !== 0)
  }

  get closed(): boolean {
    return this.#fd === CLOSED
  }

  #open(syscall: string): number {
    if (this.closed) throw new SystemError(-EBADF, syscall)
    return this.#fd
  }

  /** What a call returned; its errno is asked for before anything else is called. */
  #check(returned: number, syscall: string): number {
    return check(this.#libc.result(returned), syscall)
  }

  // ---- names

  bind(addr: Address | null, addrlen?: number): void {
    const fd = this.#open('bind')
    const { bytes, length } = rawAddress(addr, addrlen)
    this.#check(this.#libc.call.bind(fd, bytes, length), 'bind')
  }

  connect(addr: Address | null, addrlen?: number): void {
    const fd = this.#open('connect')
    const { bytes, length } = rawAddress(addr, addrlen)
    this.#check(this.#libc.call.connect(fd, bytes, length), 'connect')
  }

  getsockname(): SockaddrNl
  getsockname(room: Uint8Array, addrlen?: number): number
  getsockname(room?: Uint8Array, addrlen?: number): SockaddrNl | number {
    return this.#name('getsockname', room, addrlen)
  }

  getpeername(): SockaddrNl
  getpeername(room: Uint8Array, addrlen?: number): number
  getpeername(room?: Uint8Array, addrlen?: number): SockaddrNl | number {
    return this.#name('getpeername', room, addrlen)
  }

  #name(call: 'getsockname' | 'getpeername', given: Uint8Array | undefined, addrlen?: number): SockaddrNl | number {
    const fd = this.#open(call)
    const memory = this.#memory
    const room = given === undefined ? undefined : asBytes(given, 'room')
    const length = i32(room === undefined ? SOCKADDR_STORAGE_BYTES : (addrlen ?? room.length), 'addrlen')
    memory.put(room ?? NO_BYTES)
    this.#check(this.#libc.call[call](fd, memory.bytes, memory.setInt(length)), call)
    if (room === undefined) return sockaddrOf(memory.bytes)
    memory.take(room)
    return memory.getInt()
  }

  // ---- sending

  send(data: Uint8Array, flags = 0): number {
    const bytes = asBytes(data, 'data')
    const bits = u32(flags, 'flags') | MSG_DONTWAIT
    return this.#check(this.#libc.call.send(this.#open('send'), bytes, bytes.length, bits), 'send')
  }

  write(data: Uint8Array): number {
    const bytes = asBytes(data, 'data')
    return this.#check(this.#libc.call.write(this.#open('write'), bytes, bytes.length), 'write')
  }

  sendto(data: Uint8Array, flags: number, addr: Address | null, addrlen?: number): number {
    const bytes = asBytes(data, 'data')
    const bits = u32(flags, 'flags') | MSG_DONTWAIT
    const fd = this.#open('sendto')
    const to = rawAddress(addr, addrlen)
    return this.#check(this.#libc.call.sendto(fd, bytes, bytes.length, bits, to.bytes, to.length), 'sendto')
  }

  sendmsg(msg: Msghdr, flags = 0): number {
    const parts = asParts(asObject(msg, 'msg').iov, 'iov')
    const bits = u32(flags, 'flags') | MSG_DONTWAIT
    const control = msg.control === undefined ? NO_BYTES : encodeControl(msg.control)
    const fd = this.#open('sendmsg')
    const to = rawAddress(msg.name, msg.namelen)
    this.#sending = MessageHeader.toSend(this.#libc.koffi, parts, to, control)
    const result = this.#libc.result(this.#libc.call.sendmsg(fd, this.#sending.bytes, bits))
    this.#sending = undefined
    return check(result, 'sendmsg')
  }

  // ---- receiving

  recv(buffer: Uint8Array, flags = 0): number {
    const room = asBytes(buffer, 'buffer')
    const bits = u32(flags, 'flags') | MSG_DONTWAIT
    return this.#received(this.#check(this.#libc.call.recv(this.#open('recv'), room, room.length, bits), 'recv'), bits)
  }

  read(buffer: Uint8Array): number {
    const room = asBytes(buffer, 'buffer')
    return this.#received(this.#check(this.#libc.call.read(this.#open('read'), room, room.length), 'read'), 0)
  }

  recvfrom(buffer: Uint8Array, flags = 0, addrlen?: number): { n: number; addr: SockaddrNl; addrlen: number } {
    const room = asBytes(buffer, 'buffer')
    const bits = u32(flags, 'flags') | MSG_DONTWAIT
    const length = roomFor(addrlen)
    const fd = this.#open('recvfrom')
    const { bytes } = this.#memory
    const told = this.#memory.setInt(length)
    const n = this.#check(this.#libc.call.recvfrom(fd, room, room.length, bits, bytes, told), 'recvfrom')
    this.#received(n, bits)
    return { n, addr: sockaddrOf(bytes), addrlen: this.#memory.getInt() }
  }

  recvmsg(msg: { iov: readonly Uint8Array[]; controllen?: number; namelen?: number }, flags = 0): ReceivedMsg {
    const parts = asParts(asObject(msg, 'msg').iov, 'iov')
    const controlRoom = u32(msg.controllen ?? CONTROL_ROOM, 'controllen')
    const bits = u32(flags, 'flags') | MSG_DONTWAIT
    const fd = this.#open('recvmsg')
    const header = MessageHeader.toReceive(this.#libc.koffi, parts, roomFor(msg.namelen), controlRoom)
    const n = this.#received(this.#check(this.#libc.call.recvmsg(fd, header.bytes, bits), 'recvmsg'), bits)
    const { name, namelen, flags: out, control } = header
    return { n, name, namelen, flags: out, control }
  }

  #received(result: number, flags: number): number {
    if ((flags & MSG_PEEK) === 0) this.#inPlace.taken()
    return result
  }

  // ---- in place: copies

  reserve(length: number): MessageView {
    this.#open('send')
    return this.#inPlace.reserve(length)
  }

  commit(length?: number, flags = 0): number {
    return this.#inPlace.commit(length, flags)
  }

  peek(): MessageView | null {
    return this.#inPlace.peek()
  }

  release(): void {
    this.#inPlace.release()
  }

  drain(...given: Parameters<Socket['drain']>): number {
    return this.#inPlace.drain(...given)
  }

  /** Messages come when the event loop finds them, each as a copy. */
  onMessage(...given: Parameters<Socket['onMessage']>): Disposable {
    return new WaitingListener(this, ...given)
  }

  // ---- options and the rest

  #option(level: number, name: number, syscall: string): OptionTarget {
    const fd = this.#open(syscall)
    return { libc: this.#libc, memory: this.#memory, fd, level: i32(level, 'level'), name: i32(name, 'name') }
  }

  setsockopt(level: number, name: number, value: OptionValue, len?: number): void {
    check(setOption(this.#option(level, name, 'setsockopt'), value, len), 'setsockopt')
  }

  getsockopt(level: number, name: number, len?: number): number | Uint8Array
  getsockopt(level: number, name: number, buffer: Uint8Array, len?: number): number
  getsockopt(level: number, name: number, room: number | Uint8Array = 4, len?: number): number | Uint8Array {
    const target = this.#option(level, name, 'getsockopt')
    if (typeof room !== 'number') return check(getOption(target, asBytes(room, 'buffer'), len), 'getsockopt')
    const asked = i32(room, 'len')
    const buffer = new Uint8Array(Math.max(0, Math.min(asked, this.#memory.bytes.length)))
    return optionResult(buffer, asked, check(getOption(target, buffer, asked), 'getsockopt'))
  }

  poll(events: number): number {
    const bits = u32(events, 'events')
    if (this.closed) return POLLNVAL
    const pollfd = new Uint8Array(POLLFD_BYTES)
    const view = new DataView(pollfd.buffer)
    view.setInt32(0, this.#fd, true)
    view.setUint16(4, bits & 0xffff, true)
    this.#check(this.#libc.call.poll(pollfd, 1, 0), 'poll')
    return view.getUint16(6, true)
  }

  /** `value` is the int that goes with the request by reference. FIONBIO is answered, but the socket never blocks. */
  ioctl(request: number, value = 0): number {
    const code = u32(request, 'request')
    const number = i32(value, 'value')
    const fd = this.#open('ioctl')
    const { bytes } = this.#memory
    this.#memory.put(this.#memory.setInt(number))
    this.#check(this.#libc.call.ioctl(fd, code, bytes), 'ioctl')
    const answer = new DataView(bytes.buffer).getInt32(0, true)
    if (code === FIONBIO) this.#check(this.#libc.call.ioctl(fd, FIONBIO, this.#memory.setInt(1)), 'ioctl')
    return answer
  }

  shutdown(how: number): void {
    const number = i32(how, 'how')
    this.#check(this.#libc.call.shutdown(this.#open('shutdown'), number), 'shutdown')
  }

  listen(backlog: number): void {
    const number = i32(backlog, 'backlog')
    this.#check(this.#libc.call.listen(this.#open('listen'), number), 'listen')
  }

  accept(): never {
    this.#check(this.#libc.call.accept(this.#open('accept'), null, null), 'accept')
    throw new Error('a netlink socket has accepted a connection')
  }

  close(): void {
    const fd = this.#open('close')
    this.#fd = CLOSED
    this.#readiness.close(new SystemError(-EBADF, 'poll'))
    this.#check(this.#libc.call.close(fd), 'close')
  }

  [Symbol.dispose](): void {
    if (!this.closed) this.close()
  }

  // ---- waiting

  /** SO_RCVTIMEO in milliseconds, 0 for ever. */
  #timeout(): number {
    const value = new Uint8Array(16)
    this.getsockopt(SOL_SOCKET, SO_RCVTIMEO, value)
    const view = new DataView(value.buffer)
    return Number(view.getBigInt64(0, true)) * 1000 + Number(view.getBigInt64(8, true)) / 1000
  }

  async readable(options: { signal?: AbortSignal } = {}): Promise<void> {
    const signal = signalOf(options)
    if (signal?.aborted) throw signal.reason
    this.#open('poll')
    if (this.poll(POLLIN | POLLERR) !== 0) return
    await this.#readiness.wait({ signal, timeout: this.#timeout() })
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Datagram> {
    return datagramsOf(this)
  }
}
