// Socket filters against a second interpreter, and which programs are refused. What is marked "measured" was asked of Linux 6.18.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Kernel, Socket } from '../../src/api.js'
import {
  AF_NETLINK,
  MSG_TRUNC,
  NETLINK_USERSOCK,
  SO_ATTACH_FILTER,
  SOCK_RAW,
  SOL_SOCKET,
} from '../../src/uapi/index.js'
import { boot, withKernel } from '../support/kernels.js'
import * as bpf from './bpf.js'

type Instruction = bpf.Instruction
const EMPTY = new Uint8Array(0)
const DATA = Uint8Array.from({ length: 32 }, (_, i) => i + 1)

function pair(kernel: Kernel): { sender: Socket; receiver: Socket } {
  const task = kernel.spawn()
  const [sender, receiver] = [1, 2].map((nl_pid) => {
    const socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
    socket.bind({ nl_pid })
    return socket
  }) as [Socket, Socket]
  return { sender, receiver }
}

const attach = (socket: Socket, filter: readonly Instruction[]) =>
  socket.setsockopt(SOL_SOCKET, SO_ATTACH_FILTER, { filter })

/** How many bytes of `data` arrive. */
function keeps(sender: Socket, receiver: Socket, data: Uint8Array): number {
  sender.sendto(data, 0, { nl_pid: 2 })
  try {
    return receiver.recv(EMPTY, MSG_TRUNC)
  } catch {
    return 0
  }
}

function run(filter: readonly Instruction[], data = DATA): number | string {
  const { sender, receiver } = pair(boot())
  try {
    attach(receiver, filter)
  } catch (error) {
    return (error as { code: string }).code
  }
  return keeps(sender, receiver, data)
}

const LENGTH = 12
const word = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.constantFrom(31, 32, 33, 0xffff_fffc, 0xffff_ffff, 0x8000_0000),
  fc.integer({ min: 0, max: 0xffff_ffff }),
)
const cell = fc.nat(15)
/** SKF_AD_OFF: loads from here on read what the kernel knows beside the datagram. */
const EXTENSIONS = 0xffff_f000
/** One instruction at `index` of a program that ends at `last`: jumps stay inside. */
function instruction(index: number, last: number): fc.Arbitrary<Instruction> {
  const plain = (codes: readonly number[], k: fc.Arbitrary<number>) =>
    fc.tuple(fc.constantFrom(...codes), fc.constant(0), fc.constant(0), k)
  const far = fc.nat(last - index - 1)
  return fc.oneof(
    {
      weight: 6,
      arbitrary: plain(
        [bpf.LD_W_ABS, bpf.LD_H_ABS, bpf.LD_B_ABS, bpf.LD_W_IND, bpf.LD_H_IND, bpf.LD_B_IND, bpf.LDX_MSH],
        fc.oneof(
          fc.nat(20),
          word.filter((k) => k < EXTENSIONS),
        ),
      ),
    },
    { weight: 3, arbitrary: plain([bpf.LD_IMM, bpf.LDX_IMM], word) },
    plain([bpf.LD_LEN, bpf.LDX_LEN, bpf.TAX, bpf.TXA, bpf.NEG], fc.constant(0)),
    { weight: 2, arbitrary: plain([bpf.ST, bpf.STX, bpf.LD_MEM, bpf.LDX_MEM], cell) },
    {
      weight: 4,
      arbitrary: plain(
        bpf.ALU.map((code) => code | 8),
        fc.constant(0),
      ),
    },
    { weight: 4, arbitrary: plain(bpf.ALU, fc.integer({ min: 1, max: 31 })) },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.constantFrom(...bpf.JUMPS, ...bpf.JUMPS.map((code) => code | 8)), far, far, word),
    },
    fc.tuple(fc.constant(bpf.JA), fc.constant(0), fc.constant(0), far),
  )
}

// M[] is written at the beginning, so that reading it is always allowed.
const CLEARED: Instruction[] = Array.from({ length: 16 }, (_, k): Instruction => [bpf.ST, 0, 0, k])
const program = fc.tuple(
  ...Array.from({ length: LENGTH }, (_, index) => instruction(index, LENGTH)),
  fc.constant<Instruction>([bpf.RET_A, 0, 0, 0]),
)

describe('any program', () => {
  test('keeps as many bytes as a second interpreter says', () => {
    const data = fc.uint8Array({ minLength: 1, maxLength: 60 })
    withKernel({}, (kernel) => {
      const { sender, receiver } = pair(kernel)
      fc.assert(
        fc.property(program, fc.array(data, { minLength: 1, maxLength: 4 }), (made, datagrams) => {
          const filter = [...CLEARED, ...made]
          attach(receiver, filter)
          for (const one of datagrams) {
            expect(keeps(sender, receiver, one)).toBe(Math.min(one.length, bpf.interpret(filter, one)))
          }
        }),
        { numRuns: 3000 },
      )
    })
  })

  test.each<[string, Instruction[], number]>([
    ['a constant cuts', [[bpf.RET_K, 0, 0, 5]], 5],
    ['0 drops', [[bpf.RET_K, 0, 0, 0]], 0],
    ['more than there is keeps all', [[bpf.RET_K, 0, 0, 0xffff_ffff]], 32],
    [
      'words are read in network order',
      [
        [bpf.LD_W_ABS, 0, 0, 0],
        [bpf.JUMPS[0], 0, 1, 0x01020304],
        [bpf.RET_K, 0, 0, 9],
        [bpf.RET_K, 0, 0, 0],
      ],
      9,
    ],
    [
      'a load behind the end drops',
      [
        [bpf.LD_W_ABS, 0, 0, 29],
        [bpf.RET_K, 0, 0, 9],
      ],
      0,
    ],
    [
      'measured: a distance counts with five bits',
      [
        [bpf.LDX_IMM, 0, 0, 33],
        [bpf.LD_IMM, 0, 0, 3],
        [0x6c, 0, 0, 0],
        [bpf.RET_A, 0, 0, 0],
      ],
      6,
    ],
    [
      'measured: so it does to the right',
      [
        [bpf.LDX_IMM, 0, 0, 33],
        [bpf.LD_IMM, 0, 0, 40],
        [0x7c, 0, 0, 0],
        [bpf.RET_A, 0, 0, 0],
      ],
      20,
    ],
    [
      'measured: X may be walked back from',
      [
        [bpf.LDX_IMM, 0, 0, 10],
        [bpf.LD_B_IND, 0, 0, 0xffff_fffc],
        [bpf.RET_A, 0, 0, 0],
      ],
      7,
    ],
    [
      'measured: before the datagram is nothing',
      [
        [bpf.LDX_IMM, 0, 0, 0],
        [bpf.LD_B_IND, 0, 0, 0xffff_ffff],
        [bpf.RET_K, 0, 0, 9],
      ],
      0,
    ],
    [
      'measured: dividing by X = 0 drops',
      [
        [0x3c, 0, 0, 0],
        [bpf.RET_K, 0, 0, 9],
      ],
      0,
    ],
    [
      'measured: so does the remainder',
      [
        [bpf.LD_IMM, 0, 0, 7],
        [0x9c, 0, 0, 0],
        [bpf.RET_K, 0, 0, 9],
      ],
      0,
    ],
    [
      'measured: a header length',
      [
        [bpf.LDX_MSH, 0, 0, 4],
        [bpf.TXA, 0, 0, 0],
        [bpf.RET_A, 0, 0, 0],
      ],
      20,
    ],
    [
      'measured: -(-5)',
      [
        [bpf.LD_IMM, 0, 0, 5],
        [bpf.NEG, 0, 0, 7],
        [bpf.NEG, 0, 0, 7],
        [bpf.RET_A, 0, 0, 0],
      ],
      5,
    ],
    [
      'measured: what cannot be reached may read M[]',
      [
        [bpf.JA, 0, 0, 1],
        [bpf.LD_MEM, 0, 0, 3],
        [bpf.RET_K, 0, 0, 9],
      ],
      9,
    ],
  ])('%s', (_, filter, kept) => {
    expect(run(filter)).toBe(kept)
    expect(Math.min(32, bpf.interpret(filter, DATA))).toBe(kept)
  })
})

const RETURN: Instruction = [bpf.RET_K, 0, 0, 9]

describe('refused, and the old filter stays', () => {
  test.each<[string, Instruction[]]>([
    ['nothing', []],
    ['4097 instructions', Array<Instruction>(4097).fill(RETURN)],
    ['an end that is no return', [RETURN, [bpf.LD_IMM, 0, 0, 1]]],
    ['a jump behind the end', [[bpf.JUMPS[0], 0, 1, 0], RETURN]],
    ['the other branch, too', [[bpf.JUMPS[0], 1, 0, 0], RETURN]],
    ['a long jump behind the end', [[bpf.JA, 0, 0, 1], RETURN]],
    ['a jump that wraps around', [[bpf.JA, 0, 0, 0xffff_ffff], RETURN]],
    ['a division by the constant 0', [[0x34, 0, 0, 0], RETURN]],
    ['a remainder by the constant 0', [[0x94, 0, 0, 0], RETURN]],
    ['measured: a shift by 32', [[0x64, 0, 0, 32], RETURN]],
    ['M[16]', [[bpf.ST, 0, 0, 16], RETURN]],
    ['measured: M[3] before it is written', [[bpf.LD_MEM, 0, 0, 3], RETURN]],
    ['measured: the same into X', [[bpf.LDX_MEM, 0, 0, 3], RETURN]],
    ['measured: written on one way only', [[bpf.JUMPS[0], 0, 1, 0], [bpf.ST, 0, 0, 3], [bpf.LD_MEM, 0, 0, 3], RETURN]],
    [
      'measured: behind a return, though it is written',
      [[bpf.JUMPS[0], 0, 2, 0], [bpf.ST, 0, 0, 0], [bpf.JA, 0, 0, 1], RETURN, [bpf.LD_MEM, 0, 0, 0], RETURN],
    ],
    ['measured: a return of X', [[0x0e, 0, 0, 0]]],
  ])('%s', (_, filter) => {
    const { sender, receiver } = pair(boot())
    attach(receiver, [[bpf.RET_K, 0, 0, 3]])
    expect(() => attach(receiver, filter)).toThrow(expect.objectContaining({ code: 'EINVAL' }))
    expect(keeps(sender, receiver, DATA)).toBe(3)
  })

  test('measured: of all codes, those that Linux takes', () => {
    const known =
      '00 01 02 03 04 05 06 07 0c 14 15 16 1c 1d 20 24 25 28 2c 2d 30 34 35 3c 3d 40 44 45 48 4c 4d 50 54 5c 64 6c 74 7c 80 81 84 87 94 9c a4 ac b1'
    const taken = Array.from({ length: 0x120 }, (_, code) => code).filter((code) =>
      Number.isInteger(run([[code, 0, 0, code === bpf.JA ? 0 : 1], RETURN])),
    )
    expect(taken.map((code) => code.toString(16).padStart(2, '0')).join(' ')).toBe(known)
  })

  test('the longest program runs', () => {
    expect(run([...Array<Instruction>(4095).fill([0x04, 0, 0, 1]), [bpf.RET_A, 0, 0, 0]], new Uint8Array(5000))).toBe(
      4095,
    )
  })
})
