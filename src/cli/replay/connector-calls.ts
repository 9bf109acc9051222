// Calls of the connector inside the kernel: callbacks, sends, and what callbacks do by themselves.

import { type CnMsgInit, EAGAIN, GFP_KERNEL } from '../../uapi/index.js'
import { type CallTable, call, OK } from './call.js'
import {
  type ArgsOf,
  bool,
  count,
  type Field,
  hex,
  int,
  list,
  named,
  number,
  object,
  optional,
  readFields,
  text,
  withDefault,
} from './fields.js'
import { brief, isObject, type Json, type JsonObject, type Place } from './json.js'
import type { KernelSide, Occasion, Script } from './kernel-side.js'
import { GFP, shownReturn } from './names.js'
import type { NumberRef } from './symbols.js'

/** `portid` of a call that a callback makes: `"$from"` is the sender's port. */
const portidOrSender: Field<NumberRef | '$from'> = {
  read: (value, at, siblings) => (value === '$from' ? value : number.read(value, at, siblings)),
}

const msgFields = object({
  idx: withDefault(int, 0),
  val: withDefault(int, 0),
  seq: withDefault(int, 0),
  ack: withDefault(int, 0),
  len: optional(int),
  flags: withDefault(int, 0),
  data: withDefault(hex, []),
})

/** Which of the four functions is registered. */
const callbackNumber: Field<number> = {
  read: (value, at) => [0, 1, 2, 3].find((cb) => cb === value) ?? at.fail(`must be 0 to 3, not ${brief(value)}`),
}

const idFields = { idx: int, val: int }
const addFields = { ...idFields, name: text, cb: callbackNumber }
const sendFields = {
  msg: msgFields,
  portid: withDefault(portidOrSender, 0),
  group: withDefault(int, 0),
  gfp: withDefault(named(GFP, 'gfp mask'), GFP_KERNEL),
  reply: withDefault(bool, false),
}
const multFields = { ...sendFields, more: withDefault(hex, []), len: int }

function addCallback(side: KernelSide, args: ArgsOf<typeof addFields>): number {
  return side.kernel.cn_add_callback({ idx: args.idx, val: args.val }, args.name, side.callbacks[args.cb]!)
}

function deleteCallback(side: KernelSide, args: ArgsOf<typeof idFields>): number {
  side.kernel.cn_del_callback({ idx: args.idx, val: args.val })
  return 0
}

function send(side: KernelSide, args: ArgsOf<typeof sendFields>, occasion?: Occasion): number {
  const { kernel } = side
  return kernel.cn_netlink_send(message(side, args, occasion), portOf(side, args, occasion), args.group, args.gfp)
}

function sendMult(side: KernelSide, args: ArgsOf<typeof multFields>, occasion?: Occasion): number {
  const msg = message(side, args, occasion, [...args.msg.data, ...args.more])
  return side.kernel.cn_netlink_send_mult(msg, args.len, portOf(side, args, occasion), args.group, args.gfp)
}

/** A reply has the id and the seq of the message that it answers, and its ack + 1. */
function message(
  side: KernelSide,
  { msg, reply }: ArgsOf<typeof sendFields>,
  occasion: Occasion | undefined,
  pieces = msg.data,
): CnMsgInit {
  const to = reply ? occasion?.msg : undefined
  return {
    id: to?.id ?? { idx: msg.idx, val: msg.val },
    seq: to?.seq ?? msg.seq,
    ack: to ? (to.ack + 1) >>> 0 : msg.ack,
    flags: msg.flags,
    data: side.symbols.bytes(pieces),
    ...(msg.len === undefined ? {} : { len: msg.len }),
  }
}

function portOf(side: KernelSide, { portid }: ArgsOf<typeof sendFields>, occasion: Occasion | undefined): number {
  return portid === '$from' ? (occasion?.nsp.portid ?? 0) : side.symbols.number(portid)
}

/** A call as a callback makes it: parsed now, made each time that the callback runs. */
function inCallback<S extends Readonly<Record<string, Field<unknown>>>>(
  fields: S,
  run: (side: KernelSide, args: ArgsOf<S>, occasion: Occasion) => number,
) {
  return (step: JsonObject, at: Place): Script['run'] => {
    const args = readFields(fields, step, at)
    return (side, occasion) => shownReturn(run(side, args, occasion))
  }
}

const CALLBACK_CALLS: Readonly<Record<string, (step: JsonObject, at: Place) => Script['run']>> = {
  cn_add_callback: inCallback(addFields, addCallback),
  cn_del_callback: inCallback(idFields, deleteCallback),
  cn_netlink_send: inCallback(sendFields, send),
  cn_netlink_send_mult: inCallback(multFields, sendMult),
}

const scriptFields = { skip: withDefault(count, 0), times: optional(count) }

/** A script counts its runs: it is made anew each time that the id is registered. */
const script: Field<() => Script> = {
  read(value, at) {
    if (!isObject(value)) return at.fail(`must be a call, not ${brief(value)}`)
    const name = String(value.call)
    const parse = Object.hasOwn(CALLBACK_CALLS, name) ? CALLBACK_CALLS[name] : undefined
    if (!parse) return at.fail(`a callback cannot call ${brief(value.call)}`)
    const run = parse(value, at)
    const { skip, times } = readFields(scriptFields, value, at)
    return () => ({ skip, times, run })
  },
}

/**
 * A send that may wait: it is made once, and where it would wait it is left to the kernel to finish it. With GFP_ATOMIC
 * nothing waits, EAGAIN is the end of it there.
 */
function startSend(side: KernelSide, name: string, args: ArgsOf<typeof sendFields>): Json {
  const ret = send(side, args)
  const waits = ret === -EAGAIN && args.gfp === GFP_KERNEL
  side.waiting.set(name, waits ? side.kernel.waiting(() => send(side, args)) : Promise.resolve(ret))
  return { waiting: waits }
}

/** How many turns of the event loop a send has for coming back once it can. */
const TURNS = 20

async function waited(side: KernelSide, name: string): Promise<Json> {
  const started = side.waiting.get(name)
  if (!started) throw new Error(`no send is called ${name}`)
  let ret: number | undefined
  let failure: unknown
  started.then(
    (value) => {
      ret = value
    },
    (error: unknown) => {
      failure = error ?? new Error('rejected without a reason')
    },
  )
  for (let turn = 0; turn < TURNS && ret === undefined && failure === undefined; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
  if (failure !== undefined) throw failure
  return ret === undefined ? { waiting: true } : { ret: shownReturn(ret) }
}

export const CONNECTOR_CALLS: CallTable = {
  cn_add_callback: call({ ...addFields, does: withDefault(list(script), []) }, ({ kernelSide }, args) => {
    const ret = addCallback(kernelSide, args)
    if (ret === 0) {
      const scripts = args.does.map((make) => make())
      kernelSide.setScripts({ idx: args.idx, val: args.val }, scripts)
    }
    return { ret: shownReturn(ret) }
  }),
  cn_del_callback: call(idFields, ({ kernelSide }, args) => {
    deleteCallback(kernelSide, args)
    return OK
  }),
  cn_netlink_send: call({ ...sendFields, waits: optional(text) }, ({ kernelSide }, args) => {
    if (args.waits !== undefined) return startSend(kernelSide, args.waits, args)
    return { ret: shownReturn(send(kernelSide, args)) }
  }),
  waited: call({ for: text }, ({ kernelSide }, args) => waited(kernelSide, args.for)),
  cn_netlink_send_mult: call(multFields, ({ kernelSide }, args) => ({ ret: shownReturn(sendMult(kernelSide, args)) })),
  callbacks: call({}, ({ kernelSide }) => {
    return { calls: kernelSide.takeLog().map(({ event: _, ...invocation }) => invocation) }
  }),
  proc_net_connector: call({}, ({ kernelSide }) => ({ text: kernelSide.kernel.procfs.read('/proc/net/connector') })),
}
