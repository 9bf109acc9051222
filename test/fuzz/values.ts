// Arguments as nobody should give them, and now and then as they should be.
import { createContext, runInContext } from 'node:vm'
import type { Address, Cmsg, KernelSocket, Msghdr } from '../../src/api.js'
import type { CnMsgInit } from '../../src/uapi/index.js'
import type { Random } from './random.js'

const NUMBERS = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  0.5,
  -1,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 31) - 1,
  1e300,
]
const GOOD_NUMBERS = [0, 1, 2, 3, 11, 16, 22, 100, 0xffffffff]
const TEXTS = ['', 'x', '\ud800', '\u0000', 'all', 'attach', '12', 'y'.repeat(3000), '__proto__', 'constructor']
const others = () => [null, undefined, true, false, 10n, Symbol('odd'), [], {}, () => 1]
const LONGEST = 20_000

const realm = createContext({})
const foreign = runInContext('({ Uint8Array, Array, object: () => ({}), none: Object.create(null) })', realm) as {
  Uint8Array: Uint8ArrayConstructor
  Array: ArrayConstructor
  object: () => Record<string, unknown>
}

type Resizable = ArrayBuffer & { resize(length: number): void }
const ResizableBuffer = ArrayBuffer as unknown as new (length: number, options: { maxByteLength: number }) => Resizable

export class Values {
  readonly random: Random
  /** Arrays that were given to the call: nothing secret may be in them afterwards. */
  given: Uint8Array[] = []
  /** Whether code of the caller has run, which may have changed anything. */
  ran = false
  readonly #interfere: () => void
  #buffers: ArrayBuffer[] = []
  #deep = false
  #during = false

  constructor(random: Random, interfere: () => void) {
    this.random = random
    this.#interfere = interfere
  }

  begin(): void {
    this.given = []
    this.#buffers = []
    this.ran = false
    this.#during = true
  }

  /** The call is over: what still looks at its arguments finds them quiet. */
  end(): void {
    this.#during = false
  }

  /** The types of parameters do not matter here. */
  any(): never {
    const { random } = this
    const what = random.below(12)
    if (what < 5) return this.#as(random.pick(GOOD_NUMBERS))
    if (what === 5) return this.#as(random.pick(NUMBERS))
    if (what === 6) return this.#as(random.edge())
    if (what === 7) return this.#as(random.pick(TEXTS))
    if (what === 8) return this.#as(random.pick(others()))
    if (what === 9) return this.#as(this.#odd())
    if (what === 10) return this.bytes()
    return this.#as(undefined)
  }

  #as(value: unknown): never {
    return value as never
  }

  pick<T>(list: readonly T[]): T {
    return this.random.pick(list)
  }

  /** One of a list, or something else. */
  among<T>(list: readonly T[]): T {
    if (list.length === 0 || this.random.oneIn(6)) return this.any()
    return this.random.oneIn(12) ? (this.#proxy(this.pick(list) as object) as T) : this.pick(list)
  }

  ksock(one: KernelSocket | null): KernelSocket {
    return one === null ? this.any() : this.among([one])
  }

  small(): never {
    return this.random.oneIn(4) ? this.any() : this.#as(this.random.below(64))
  }

  level(): never {
    return this.random.oneIn(6) ? this.any() : this.#as(this.pick([1, 270]))
  }

  /** Times that do not end the world: no call moves it far. */
  time(): never {
    return this.random.oneIn(2)
      ? this.#as(this.random.below(50))
      : this.#as(this.pick([Number.NaN, -1, Number.POSITIVE_INFINITY, 2 ** 53, '1', null, 0.3]))
  }

  #touch(): void {
    if (this.#deep || !this.#during) return
    this.#deep = true
    this.ran = true
    try {
      this.#interfere()
    } finally {
      this.#deep = false
    }
  }

  #ask(): never {
    this.#touch()
    return this.any()
  }

  callback(): never {
    if (this.random.oneIn(4)) return this.any()
    return this.#as((...args: unknown[]) => {
      for (const one of args) if (typeof one === 'object' && one !== null && 'data' in one) this.#touch()
      this.#touch()
      return this.any()
    })
  }

  /** An object with these fields: plain, with functions for fields, behind a proxy, of another realm. */
  record(fields: readonly string[]): never {
    const { random } = this
    if (random.oneIn(12)) return this.any()
    const out = random.oneIn(8) ? foreign.object() : {}
    for (const field of fields) {
      if (random.oneIn(4)) continue
      this.#field(out, field, this.#valueOf(field))
    }
    return this.#as(random.oneIn(12) ? this.#proxy(out) : out)
  }

  #valueOf(field: string): unknown {
    const { random } = this
    if (field === 'data') return random.oneIn(6) ? this.any() : this.bytes()
    if (field === 'id') return this.record(['idx', 'val'])
    if (field === 'init' || field === 'exit' || field === 'input' || field === 'bind' || field === 'unbind')
      return this.callback()
    if (field === 'name' || field === 'comm' || field === 'netns')
      return random.oneIn(3) ? this.any() : this.pick(TEXTS)
    if (field === 'caps') return random.oneIn(2) ? 'all' : this.any()
    if ((field === 'idx' || field === 'val') && random.oneIn(2)) return [this.#range(), this.#range()]
    return random.oneIn(3) ? this.any() : random.below(5)
  }

  #range(): unknown {
    return this.random.oneIn(4) ? this.any() : { first: this.any(), range: this.random.below(9) }
  }

  #field(out: object, field: string, value: unknown): void {
    if (!this.random.oneIn(10)) {
      Object.defineProperty(out, field, { value, enumerable: true, configurable: true })
      return
    }
    const get = () => {
      this.#touch()
      return this.random.oneIn(4) ? this.any() : value
    }
    Object.defineProperty(out, field, { get, enumerable: true, configurable: true })
  }

  message(): CnMsgInit {
    return this.record(['id', 'seq', 'ack', 'len', 'flags', 'data'])
  }

  address(): Address {
    return this.random.oneIn(2) ? this.record(['nl_pid', 'nl_groups', 'nl_family']) : this.bytes()
  }

  msghdr(): Msghdr {
    const { random } = this
    if (random.oneIn(20)) return this.any()
    const list = <T>(one: () => T, most: number): T[] => {
      const out: T[] = random.oneIn(8) ? new foreign.Array<T>() : []
      for (let count = random.below(most); count > 0; count--) out.push(one())
      if (random.oneIn(20)) Object.assign(out, { map: () => [{ length: 9 }], forEach: () => {} })
      return random.oneIn(20) ? (this.#proxy(out) as T[]) : out
    }
    const out = {}
    this.#field(out, 'iov', random.oneIn(12) ? this.any() : list(() => this.bytes(), 4))
    if (random.oneIn(2)) this.#field(out, 'name', this.address())
    if (random.oneIn(4)) this.#field(out, 'namelen', this.any())
    if (random.oneIn(4)) this.#field(out, 'controllen', this.any())
    if (random.oneIn(3))
      this.#field(
        out,
        'control',
        list(() => this.#cmsg(), 3),
      )
    return out as Msghdr
  }

  #cmsg(): Cmsg {
    return this.record(['level', 'type', 'data', 'cmsg_len'])
  }

  option(): never {
    const { random } = this
    if (!random.oneIn(4)) return random.oneIn(2) ? this.any() : this.bytes()
    const length = random.oneIn(10) ? 5000 : random.below(5)
    const program = Array.from({ length }, () =>
      random.oneIn(6) ? this.any() : [6, 0, 0, random.oneIn(3) ? this.any() : 7],
    )
    const out = {}
    this.#field(out, 'filter', random.oneIn(8) ? this.#proxy(program) : program)
    return this.#as(out)
  }

  /** A Uint8Array of some kind, or what looks like one. */
  bytes(): never {
    const { random } = this
    const length = random.oneIn(12) ? random.below(LONGEST) : random.below(120)
    const what = random.below(14)
    const array = what < 5 ? new Uint8Array(length).fill(random.below(128)) : this.#oddBytes(what, length)
    if (ArrayBuffer.isView(array) && array instanceof Uint8Array) {
      if (array.buffer instanceof ArrayBuffer) this.#buffers.push(array.buffer)
      this.given.push(Uint8Array.prototype.subarray.call(array, 0))
    }
    return this.#as(array)
  }

  #oddBytes(what: number, length: number): unknown {
    const values = this
    if (what === 5) return Buffer.alloc(length, 7)
    if (what === 6) return new foreign.Uint8Array(length)
    if (what === 7) return new Uint8Array(new SharedArrayBuffer(length))
    if (what === 8) return new Uint8Array(new ResizableBuffer(length, { maxByteLength: length + 100 }))
    if (what === 9) return this.#detached(length)
    if (what === 10) return this.#proxy(new Uint8Array(length))
    if (what === 11)
      return { [Symbol.toStringTag]: 'Uint8Array', length: this.any(), [Symbol.iterator]: () => this.#touch() }
    if (what === 12) return Object.defineProperty(new Uint8Array(length), 'length', { get: () => this.#ask() })
    class Liar extends Uint8Array {
      override get length(): number {
        values.#touch()
        return values.any()
      }
      override subarray(): never {
        values.#touch()
        return new Uint8Array(100_000).fill(1) as never
      }
      override set(): void {
        values.#touch()
      }
      static get [Symbol.species](): never {
        values.#touch()
        return values.any()
      }
    }
    return new Liar(length)
  }

  #detached(length: number): Uint8Array {
    const array = new Uint8Array(length)
    structuredClone(array.buffer, { transfer: [array.buffer] })
    return array
  }

  /** Something that runs code of the caller whenever it is looked at. */
  #odd(): unknown {
    const ask = () => this.#ask()
    if (this.random.oneIn(3)) return this.#proxy({})
    return { valueOf: ask, toString: ask, [Symbol.toPrimitive]: ask, [Symbol.iterator]: ask }
  }

  #proxy(target: object): object {
    return new Proxy(target, {
      get: (one, key) => {
        if (!this.random.oneIn(4)) return Reflect.get(one, key)
        this.#touch()
        return this.random.oneIn(3) ? this.any() : Reflect.get(one, key)
      },
    })
  }

  /** Makes arrays that a call has been given already smaller, larger, or nothing. */
  spoilBuffers(): void {
    for (const buffer of this.#buffers) {
      if (this.random.oneIn(2) && 'resizable' in buffer && buffer.resizable === true)
        (buffer as unknown as Resizable).resize(this.random.below(buffer.byteLength + 1))
      else if (this.random.oneIn(8) && !(Buffer.alloc(0).buffer === buffer)) {
        try {
          structuredClone(buffer, { transfer: [buffer] })
        } catch {
          // Node keeps its pool.
        }
      }
    }
  }
}
