// A netlink socket as a program has it.

import type { Address, Datagram, Failure, MessageView, Msghdr, ReceivedMsg, Socket as SocketInterface } from '../api.js'
import { LAYOUT, type Machine, NOBODY } from '../machine/index.js'
import {
  EAGAIN,
  EBADF,
  EINVAL,
  ENOTTY,
  EOPNOTSUPP,
  i32,
  POLLERR,
  POLLIN,
  POLLNVAL,
  SO_RCVTIMEO,
  type SO_SNDTIMEO,
  type SockaddrNl,
  u32,
} from '../uapi/index.js'
import { firstBytes, lengthOf } from '../uapi/typed-arrays.js'
import {
  requiredTarget,
  SOCKADDR_NL_BYTES,
  sendmsgTarget,
  sendtoTarget,
  sockaddr,
  storeAddress,
  type Target,
} from './address.js'
import {
  asBytes,
  asFunction,
  asInteger,
  asObject,
  asParts,
  asPlainBytes,
  countOf,
  signalOf,
  totalLength,
} from './arguments.js'
import { encodeControl } from './control.js'
import { datagramsOf } from './datagrams.js'
import { check, SystemError } from './errors.js'
import {
  ALL,
  afterRelease,
  commitReserved,
  forgetInPlace,
  RELEASED,
  releaseCopy,
  reserveView,
  WHOLE,
} from './in-place.js'
import { ioctl } from './ioctl.js'
import { Listening, raise } from './listening.js'
import { type OptionValue, plainValue } from './option-value.js'
import { getOption, readOption, setOption } from './options.js'
import { continueDump, controlOf, senderGroups } from './received.js'
import { timeoutOf } from './timeout.js'
import type { Waiters } from './waiters.js'

/** The room for control messages when a caller names none. */
const CONTROL_ROOM = 256
const NO_CONTROL = new Uint8Array(0)

/** Whose socket it is; all that sockets of one process share. */
export interface Owner {
  readonly machine: Machine
  readonly waiters: Waiters
  /** The socket at this place of its list has been closed. */
  forget(place: number): void
}

/** Few fields, those of every call first: there may be a million. */
export class Socket implements SocketInterface {
  /** The machine's reference, 0 once it is closed. */
  #sock: number
  readonly #machine: Machine
  readonly #owner: Owner
  #place: number
  readonly id: number

  /** Only a process makes sockets, and puts them at a place of its list. */
  constructor(owner: Owner, sock: number, id: number, place: number) {
    this.#sock = sock
    this.#machine = owner.machine
    this.#owner = owner
    this.#place = place
    this.id = id
  }

  /**
   * The machine's reference of an open socket.
   * @throws TypeError for a socket of another machine, SystemError EBADF for one that is closed
   */
  static reference(machine: Machine, socket: unknown, name: string): number {
    if (!(socket instanceof Socket) || socket.#machine !== machine) {
      throw new TypeError(`${name} must be a socket of this kernel`)
    }
    return socket.#open('ioctl')
  }

  /** Moves a socket to another place of its owner's list. */
  static move(socket: Socket, place: number): void {
    socket.#place = place
  }

  /** Nothing can be done with it any more: time went back to when there was none. */
  static revoke(socket: Socket): void {
    forgetInPlace(socket.#machine, socket.#sock)
    socket.#sock = 0
  }

  /** Time went back to when it was open. */
  static revive(socket: Socket, reference: number, place: number): void {
    socket.#sock = reference
    socket.#place = place
  }

  /** The machine's reference, 0 once it is closed: for who calls the machine himself, and that machine. */
  get reference(): number {
    return this.closed ? 0 : this.#sock
  }

  get machine(): Machine {
    return this.#machine
  }

  get closed(): boolean {
    return this.#sock === 0
  }

  #open(syscall: string): number {
    if (this.#sock === 0) throw new SystemError(-EBADF, syscall)
    return this.#sock
  }

  #finish(result: number, syscall: string): number {
    this.#machine.settle()
    if (result < 0) this.#fail(result, syscall)
    return result
  }

  #fail(result: number, syscall: string): never {
    if (result === -EAGAIN) this.#owner.waiters.noteCall(this, syscall)
    throw new SystemError(result, syscall)
  }

  // ---- names

  bind(addr: Address | null, addrlen?: number): void {
    this.#open('bind')
    const { addrlen: length, family, pid, groups } = requiredTarget(addr, addrlen, 'bind')
    const sock = this.#open('bind')
    this.#finish(this.#machine.abi.bind(sock, length, family, pid, groups), 'bind')
  }

  connect(addr: Address | null, addrlen?: number): void {
    this.#open('connect')
    const { addrlen: length, family, pid, groups } = requiredTarget(addr, addrlen, 'connect')
    const sock = this.#open('connect')
    this.#finish(this.#machine.abi.connect(sock, length, family, pid, groups), 'connect')
  }

  getsockname(): SockaddrNl
  getsockname(room: Uint8Array, addrlen?: number): number
  getsockname(room?: Uint8Array, addrlen?: number): SockaddrNl | number {
    this.#machine.abi.getsockname(this.#open('getsockname'))
    return this.#address(room, addrlen, 'getsockname')
  }

  getpeername(): SockaddrNl
  getpeername(room: Uint8Array, addrlen?: number): number
  getpeername(room?: Uint8Array, addrlen?: number): SockaddrNl | number {
    this.#machine.abi.getpeername(this.#open('getpeername'))
    return this.#address(room, addrlen, 'getpeername')
  }

  #address(room: Uint8Array | undefined, addrlen: number | undefined, syscall: string): SockaddrNl | number {
    const pid = this.#machine.word(LAYOUT.WORD_ADDR_PID)
    const groups = this.#machine.word(LAYOUT.WORD_ADDR_GROUPS)
    return room === undefined
      ? sockaddr(pid, groups)
      : storeAddress(pid, groups, asPlainBytes(room, 'room'), addrlen, syscall)
  }

  // ---- sending

  send(data: Uint8Array, flags = 0): number {
    const machine = this.#machine
    const sock = this.#sock
    const { sentArray } = machine
    // The usual way, with few steps.
    if (sock !== 0 && flags >>> 0 === flags && sentArray.is(data)) {
      const { length } = sentArray
      machine.transmit(sentArray.view)
      return this.#finish(machine.abi.send(sock, length, flags), 'send')
    }
    return this.#sendBytes(data, flags, 'send', null)
  }

  write(data: Uint8Array): number {
    return this.#sendBytes(data, 0, 'write', null)
  }

  sendto(data: Uint8Array, flags: number, addr: Address | null, addrlen?: number): number {
    return this.#sendBytes(data, flags, 'sendto', addr, addrlen)
  }

  // The socket is looked at again where an address was read: see #sendParts().
  #sendBytes(data: Uint8Array, flags: number, syscall: string, addr: Address | null, addrlen?: number): number {
    const machine = this.#machine
    const { sentArray } = machine
    const bytes = sentArray.is(data) ? sentArray.view : asBytes(data, 'data')
    const bits = u32(flags, 'flags')
    this.#open(syscall)
    const to = sendtoTarget(addr, addrlen)
    const length = sentArray.is(data) ? sentArray.length : lengthOf(bytes)
    if (length > LAYOUT.TRANSMIT_BYTES) return this.#sendParts([bytes], bits, to, NO_CONTROL, syscall)
    const sock = this.#open(syscall)
    machine.transmit(bytes)
    if (bytes !== sentArray.view) sentArray.note(bytes)
    const { abi } = machine
    if (to.addrlen === 0) return this.#finish(abi.send(sock, length, bits), syscall)
    return this.#finish(abi.sendmsg(sock, length, bits, to.addrlen, to.family, to.pid, to.groups, 0), syscall)
  }

  sendmsg(msg: Msghdr, flags = 0): number {
    const parts = asParts(asObject(msg, 'msg').iov, 'iov')
    const bits = u32(flags, 'flags')
    const control = msg.control === undefined ? NO_CONTROL : encodeControl(msg.control)
    if (control.length > LAYOUT.RECEIVE_BYTES)
      throw new RangeError(`control messages of more than ${LAYOUT.RECEIVE_BYTES} bytes`)
    this.#open('sendmsg')
    return this.#sendParts(parts, bits, sendmsgTarget(msg.name, msg.namelen), control, 'sendmsg')
  }

  // The socket is looked at again: an address may be an object of the caller whose fields are functions, which may do anything.
  #sendParts(parts: readonly Uint8Array[], flags: number, to: Target, control: Uint8Array, syscall: string): number {
    const sock = this.#open(syscall)
    const machine = this.#machine
    const { abi } = machine
    const length = totalLength(parts)
    if (control.length > 0) machine.putValue(control)
    const { addrlen, family, pid, groups } = to
    if (length <= LAYOUT.TRANSMIT_BYTES) {
      machine.transmitParts(parts)
      return this.#finish(abi.sendmsg(sock, length, flags, addrlen, family, pid, groups, control.length), syscall)
    }
    // What cannot be read any more throws here, before there is a message.
    const readable = parts.map((part) => firstBytes(part, lengthOf(part)))
    const skb = check(abi.send_reserve(sock, length, flags, addrlen, family, pid, groups, control.length), syscall)
    machine.fillParts(skb, readable)
    return this.#finish(abi.send_commit(sock, skb), syscall)
  }

  // ---- receiving

  recv(buffer: Uint8Array, flags = 0): number {
    const machine = this.#machine
    const sock = this.#sock
    const { receivedArray } = machine
    if (sock !== 0 && flags >>> 0 === flags && receivedArray.is(buffer)) {
      const { view, length } = receivedArray
      const result = machine.abi.recv(sock, length, flags)
      if (result >= 0) {
        machine.copyReceived(view)
        continueDump(machine, sock)
      }
      return this.#finish(result, 'recv')
    }
    const room = asBytes(buffer, 'buffer')
    const bits = u32(flags, 'flags')
    return this.#receive(this.#open('recv'), room, bits, 'recv')
  }

  read(buffer: Uint8Array): number {
    const { receivedArray } = this.#machine
    const room = receivedArray.is(buffer) ? receivedArray.view : asBytes(buffer, 'buffer')
    const sock = this.#open('read')
    return lengthOf(room) === 0 ? 0 : this.#receive(sock, room, 0, 'read')
  }

  #receive(sock: number, buffer: Uint8Array, flags: number, syscall: string): number {
    const machine = this.#machine
    if (buffer !== machine.receivedArray.view) machine.receivedArray.note(buffer)
    const result = machine.abi.recv(sock, countOf(buffer), flags)
    if (result >= 0) {
      machine.copyReceived(buffer)
      continueDump(machine, sock)
    }
    return this.#finish(result, syscall)
  }

  #sender(): SockaddrNl {
    return sockaddr(this.#machine.word(LAYOUT.WORD_PORTID), senderGroups(this.#machine))
  }

  recvfrom(buffer: Uint8Array, flags = 0, addrlen?: number): { n: number; addr: SockaddrNl; addrlen: number } {
    const room = asBytes(buffer, 'buffer')
    const bits = u32(flags, 'flags')
    const length = addrlen === undefined ? SOCKADDR_NL_BYTES : i32(addrlen, 'addrlen')
    const machine = this.#machine
    const sock = this.#open('recvfrom')
    const n = machine.abi.recv(sock, countOf(room), bits)
    if (n < 0) return { n: this.#finish(n, 'recvfrom'), addr: sockaddr(0, 0), addrlen: 0 }
    const addr = this.#sender()
    machine.copyReceived(room)
    continueDump(machine, sock)
    machine.settle()
    // Linux looks at the room for the address last: the message is gone by then (conformance recv/address-room).
    if (length < 0) throw new SystemError(-EINVAL, 'recvfrom')
    return { n, addr, addrlen: SOCKADDR_NL_BYTES }
  }

  recvmsg(msg: { iov: readonly Uint8Array[]; controllen?: number; namelen?: number }, flags = 0): ReceivedMsg {
    const parts = asParts(asObject(msg, 'msg').iov, 'iov')
    const room = u32(msg.controllen ?? CONTROL_ROOM, 'controllen')
    const bits = u32(flags, 'flags')
    const namelen = i32(msg.namelen ?? SOCKADDR_NL_BYTES, 'namelen')
    const sock = this.#open('recvmsg')
    if (namelen < 0) throw new SystemError(-EINVAL, 'recvmsg')
    const machine = this.#machine
    const n = machine.abi.recv(sock, totalLength(parts), bits)
    if (n < 0) {
      this.#finish(n, 'recvmsg')
    }
    const name = this.#sender()
    const outcome = controlOf(machine, room)
    const out = machine.word(LAYOUT.WORD_FLAGS) | outcome.flags
    machine.scatterReceived(parts)
    continueDump(machine, sock)
    machine.settle()
    return { n, name, namelen: SOCKADDR_NL_BYTES, flags: out, control: outcome.control }
  }

  // ---- in place: the usual way needs few steps, and makes nothing

  reserve(length: number): MessageView {
    const { reserved } = this.#machine
    const sock = this.#sock
    if (reserved.owner !== NOBODY || length !== reserved.length || sock === 0) return this.#reserveCarefully(length)
    reserved.owner = sock
    return reserved.view
  }

  #reserveCarefully(length: number): MessageView {
    const size = u32(length, 'length')
    return reserveView(this.#machine, this.#open('send'), size)
  }

  commit(length?: number, flags = 0): number {
    const machine = this.#machine
    const { reserved } = machine
    const sock = this.#sock
    if (reserved.owner !== sock || length !== undefined || flags !== 0) return this.#commitCarefully(length, flags)
    // A callback may reserve the next one, or close the socket; if this one is refused, or cannot be sent at all, none has run.
    let result = -1
    reserved.owner = reserved.idle
    try {
      result = machine.abi.send_reserved(sock, reserved.length, 0)
    } finally {
      if (result < 0) reserved.refused(sock)
    }
    return this.#finish(result, 'send')
  }

  #commitCarefully(length: number | undefined, flags: number): number {
    const bits = u32(flags, 'flags')
    const size = length === undefined ? WHOLE : u32(length, 'length')
    return this.#finish(commitReserved(this.#machine, this.#open('send'), size, bits), 'send')
  }

  peek(): MessageView | null {
    const machine = this.#machine
    const sock = this.#sock
    const skb = sock === 0 ? this.#open('recv') : machine.abi.peek(sock)
    if (skb <= 0) return this.#nothing(skb)
    const length = machine.messageLength(skb)
    if (machine.copies !== null) return machine.copies.peek(sock, skb + LAYOUT.SKB_DATA, length)
    return machine.messages.at(skb + LAYOUT.SKB_DATA, length)
  }

  #nothing(result: number): null {
    if (result !== -EAGAIN) this.#finish(result, 'recv')
    this.#machine.settle()
    return null
  }

  release(): void {
    const machine = this.#machine
    const sock = this.#sock
    if (sock === 0 || machine.copies !== null) {
      releaseCopy(machine, this.#open('recv'))
      return
    }
    const result = machine.abi.release(sock)
    if (result !== RELEASED) afterRelease(machine, sock, result)
    machine.settle()
  }

  drain(listener: (message: MessageView) => void, most = ALL): number {
    asFunction(listener, 'listener')
    const count = asInteger(most, 'most', 0, ALL)
    this.#open('recv')
    return count === 0 ? 0 : this.#finish(this.#machine.drained.handOver(this, listener, count), 'recv')
  }

  onMessage(listener: (message: MessageView) => void, onError: (error: Failure) => void = raise): Disposable {
    this.#open('recvmsg')
    const listening = new Listening(this, listener, onError)
    try {
      this.#machine.settle()
    } catch (error) {
      // Nobody could end it.
      listening[Symbol.dispose]()
      throw error
    }
    return listening
  }

  // ---- options and the rest

  setsockopt(level: number, name: number, value: OptionValue, len?: number): void {
    this.#open('setsockopt')
    const given = plainValue(value)
    const sock = this.#open('setsockopt')
    this.#finish(setOption(this.#machine, sock, level, name, given, len), 'setsockopt')
  }

  getsockopt(level: number, name: number, len?: number): number | Uint8Array
  getsockopt(level: number, name: number, buffer: Uint8Array, len?: number): number
  getsockopt(level: number, name: number, room: number | Uint8Array = 4, len?: number): number | Uint8Array {
    const sock = this.#open('getsockopt')
    if (typeof room === 'number') return readOption(this.#machine, sock, level, name, room)
    return check(getOption(this.#machine, sock, level, name, asPlainBytes(room, 'buffer'), len), 'getsockopt')
  }

  poll(events: number): number {
    const bits = u32(events, 'events')
    return this.closed ? POLLNVAL : this.#machine.abi.poll(this.#sock, bits)
  }

  ioctl(request: number, value = 0): number {
    const number = u32(request, 'request')
    const given = i32(value, 'value')
    this.#open('ioctl')
    const answer = ioctl(number, given)
    if (answer === undefined) throw new SystemError(-ENOTTY, 'ioctl')
    return answer
  }

  #unsupported(syscall: string): never {
    this.#open(syscall)
    throw new SystemError(-EOPNOTSUPP, syscall)
  }

  shutdown(how: number): void {
    i32(how, 'how')
    this.#unsupported('shutdown')
  }

  listen(backlog: number): void {
    i32(backlog, 'backlog')
    this.#unsupported('listen')
  }

  accept(): never {
    return this.#unsupported('accept')
  }

  close(): void {
    const sock = this.#open('close')
    this.#machine.expectCalls()
    this.#sock = 0
    this.#owner.forget(this.#place)
    forgetInPlace(this.#machine, sock)
    this.#machine.abi.close(sock)
    this.#machine.settle()
  }

  [Symbol.dispose](): void {
    if (!this.closed) this.close()
  }

  // ---- waiting

  /** SO_RCVTIMEO or SO_SNDTIMEO in milliseconds, 0 for ever. */
  timeout(name: typeof SO_RCVTIMEO | typeof SO_SNDTIMEO): number {
    return this.closed ? 0 : timeoutOf(this.#machine, this.#sock, name)
  }

  async readable(options: { signal?: AbortSignal } = {}): Promise<void> {
    const signal = signalOf(options)
    const timeout = this.timeout(SO_RCVTIMEO)
    const ready = () => {
      const sock = this.#open('poll')
      if (this.#machine.abi.poll(sock, POLLIN | POLLERR) !== 0) return { value: undefined }
      return undefined
    }
    await this.#owner.waiters.wait(ready, { signal, timeout }, 'recvmsg')
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Datagram> {
    return datagramsOf(this, () => this.#owner.waiters.scheduler !== undefined)
  }
}
