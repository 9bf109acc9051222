// The seeded generator: the same numbers for a seed, on every host and in every build; and what is drawn from it.
import { describe, expect, test } from 'vitest'
import { AF_NETLINK, NETLINK_USERSOCK, SOCK_RAW } from '../../src/uapi/index.js'
import { boot } from '../support/kernels.js'

const draw = (seed: number, count = 4) => {
  const kernel = boot({ seed })
  return Array.from({ length: count }, () => kernel.random())
}

describe('random()', () => {
  test.each([
    [0, [50_113_177, 1_317_682_150, 1_654_315_219, 1_250_130_309]],
    [1, [418_128_060, 3_712_186_797, 1_764_717_425, 4_181_822_725]],
    [0xffff_ffff, [2_942_350_496, 3_241_640_227, 2_122_369_608, 2_534_072_294]],
  ])('seed %i', (seed, numbers) => {
    expect(draw(seed)).toEqual(numbers)
  })

  test('no seed is seed 0, and -1 is 2^32 - 1', () => {
    const kernel = boot()
    expect(Array.from({ length: 4 }, () => kernel.random())).toEqual(draw(0))
    expect(draw(-1)).toEqual(draw(0xffff_ffff))
  })

  test('a hundred seeds begin in a hundred ways', () => {
    const beginnings = Array.from({ length: 100 }, (_, seed) => draw(seed, 2).join())
    expect(new Set(beginnings).size).toBe(100)
  })

  test('every bit is set about half of the time', () => {
    const numbers = draw(3, 4000)
    for (let bit = 0; bit < 32; bit++) {
      const ones = numbers.filter((number) => (number >>> bit) & 1).length
      expect(Math.abs(ones - 2000)).toBeLessThan(200)
    }
  })
})

describe('autobind', () => {
  const autobound = (seed: number, count: number) => {
    const task = boot({ seed }).spawn({ pid: 77 })
    return Array.from({ length: count }, () => {
      const socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
      socket.bind({})
      return socket.getsockname().nl_pid
    })
  }

  test('the process id first, then ports from -2^31 to -4097, all different', () => {
    const [first, ...ports] = autobound(1, 3000)
    expect(first).toBe(77)
    expect(new Set(ports).size).toBe(ports.length)
    const signed = ports.map((port) => port | 0)
    expect(Math.min(...signed)).toBeGreaterThanOrEqual(-(2 ** 31))
    expect(Math.max(...signed)).toBeLessThanOrEqual(-4097)
    expect(Math.min(...signed)).toBeLessThan(-(2 ** 31) + 2 ** 24)
    expect(Math.max(...signed)).toBeGreaterThan(-(2 ** 24))
  })

  test('the same for the same seed, others for another', () => {
    expect(autobound(5, 20)).toEqual(autobound(5, 20))
    expect(autobound(5, 20).slice(1)).not.toEqual(autobound(6, 20).slice(1))
  })
})
