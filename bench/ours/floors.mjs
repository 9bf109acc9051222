// What the engine takes for the steps that every message is made of, without the package: a call into WebAssembly, a call out of it, and 100
// bytes copied in and out. The module is
//   (import "host" "callback" (func $callback (param i32 i32 i32) (result i32)))
//   (memory (export "memory") 1)
//   call(a, b, c)      a + b + c
//   callBack(times)    the sum of so many results of $callback
import { buildMessage, sameBytes } from './message.mjs'
import { check, perOperation, takeRounds } from './rounds.mjs'

const MODULE =
  'AGFzbQEAAAABDQJgA39/fwF/YAF/AX8CEQEEaG9zdAhjYWxsYmFjawAAAwMCAAEFAwEAAQccAwZtZW1vcnkCAARjYWxsAAEIY2FsbEJhY2sA' +
  'AgosAgoAIAAgASACamoLHwEBfwNAIAEgAEEBQQIQAGohASAAQQFrIgANAAsgAQs='

export function measure({ uapi }, params) {
  const { iterations, payload } = params
  let called = 0
  const callback = () => ++called
  const bytes = Uint8Array.from(atob(MODULE), (character) => character.charCodeAt(0))
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: { callback } })
  const { memory, call, callBack } = instance.exports
  const message = buildMessage(uapi, payload)
  const window = new Uint8Array(memory.buffer, 0, 2 * message.length)
  const received = window.subarray(0, message.length)
  const buffer = new Uint8Array(message.length)
  const parts = {
    call: () => {
      // A local int32: a number that a closure holds, or that grows without bound, would be made anew on the heap by each call.
      let sum = 0
      for (let i = 0; i < iterations; i++) sum = (sum + call(i, 0, 1)) | 0
      check(sum === sumUpTo(iterations), 'call')
    },
    callBack: () => {
      check(callBack(iterations) === sumUpTo(iterations), 'callBack')
    },
    copyIn: () => {
      for (let i = 0; i < iterations; i++) window.set(message)
    },
    copyOut: () => {
      for (let i = 0; i < iterations; i++) buffer.set(received)
    },
  }

  return takeRounds(params, () => {
    called = 0
    const taken = Object.entries(parts).map(([part, run]) => [part, timed(run, iterations)])
    check(called === iterations, 'the callback did not run')
    check(sameBytes(message, buffer), 'the bytes did not come back')
    buffer.fill(0)
    return Object.fromEntries(taken)
  })
}

/** 1 + 2 + ... + count, as an int32. */
const sumUpTo = (count) => ((count * (count + 1)) / 2) | 0

function timed(run, iterations) {
  const start = performance.now()
  run()
  return perOperation(start, performance.now(), iterations)
}
