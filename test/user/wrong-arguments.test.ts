// Every function of the package with something else in the place of each argument: the error names the argument, and is never the
// engine's own, which speaks of the inside.
import { MessageChannel } from 'node:worker_threads'
import { expect, test } from 'vitest'
import type { Kernel, KernelSocket, NlmsgView, SkBuff } from '../../src/api.js'
import { Capture, PcapngWriter, playCapture, readCapture, traceLine } from '../../src/capture/index.js'
import { connect, serve } from '../../src/connector/index.js'
import * as whole from '../../src/index.js'
import {
  AF_NETLINK,
  boot,
  encodeNlmsg,
  GFP_KERNEL,
  NETLINK_CONNECTOR,
  NLM_F_REQUEST,
  SOCK_RAW,
} from '../../src/index.js'
import { connect as connectPort, serve as servePort } from '../../src/worker/index.js'

/** Stands for a handle of the kernel that is called. */
const OWN = Symbol('own')

const VALUES = { undefined, null: null, number: 1, text: '', object: {}, function: () => {} }
type Value = keyof typeof VALUES

/** What of VALUES each kind of argument refuses by its name. `object` takes {} or says which of its fields is wrong. */
const KINDS = {
  object: ['undefined', 'null', 'number', 'text', 'function'],
  options: ['null', 'number', 'text', 'function'],
  function: ['undefined', 'null', 'number', 'text', 'object'],
  /** What may be left out, or null. */
  field: ['number', 'text', 'object', 'function'],
  hook: ['null', 'number', 'text', 'object'],
  number: ['undefined', 'null', 'text', 'object', 'function'],
  text: ['undefined', 'null', 'number', 'object', 'function'],
  array: ['undefined', 'null', 'number', 'text', 'object', 'function'],
  bytes: ['undefined', 'null', 'number', 'text', 'object', 'function'],
  optionalBytes: ['null', 'number', 'text', 'object', 'function'],
  boolean: ['undefined', 'null', 'number', 'text', 'object', 'function'],
  handle: ['undefined', 'null', 'number', 'text', 'object', 'function'],
} satisfies Record<string, readonly Value[]>

/** An argument: what the error calls it, its kind, and one that will do. */
type Argument = readonly [name: string, kind: keyof typeof KINDS, good: unknown]
// biome-ignore lint/suspicious/noExplicitAny: functions are called with what they must refuse
type Call = (...given: any[]) => unknown
type Row = readonly [name: string, call: Call, args: readonly Argument[]]

const ID = { idx: 5, val: 1 }
const data = new Uint8Array(8)
const nothing = () => {}
const id: Argument = ['id', 'object', ID]
const msg: Argument = ['msg', 'handle', { id: ID }]
const skb: Argument = ['skb', 'bytes', data]
const ksock: Argument = ['ksock', 'handle', OWN]
const options: Argument = ['options', 'options', {}]
const bytes: Argument = ['data', 'bytes', data]
const header: Argument = ['header', 'object', {}]
const number = (name: string): Argument => [name, 'number', 1]

const of =
  <T>(make: () => T, name: keyof T): Call =>
  (...given) => {
    const one = make()
    return (one[name] as Call).apply(one, given)
  }
const on = (name: keyof Kernel): Call => of(boot, name)
/** A method whose first argument is a handle of its kernel. */
const onOwn =
  (name: keyof Kernel, make: (kernel: Kernel) => unknown): Call =>
  (handle, ...given) => {
    const kernel = boot()
    return (kernel[name] as Call)(handle === OWN ? make(kernel) : handle, ...given)
  }
const onSocket = (name: keyof Kernel): Call => onOwn(name, (kernel) => kernel.netlink_kernel_create(20))
const onTimer = (name: keyof Kernel): Call => onOwn(name, (kernel) => kernel.timer_setup(nothing))
const onTask = (name: keyof Kernel): Call => onOwn(name, (kernel) => kernel.spawn())
const spawn = () => boot().spawn()
const socket = () => {
  const one = spawn().socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
  one.bind({ nl_pid: 7 })
  return one
}
const client = () => {
  const kernel = boot()
  return connect(kernel, kernel.spawn())
}
const service = () => serve(boot(), ID, () => undefined)
const port = () => {
  const { port1 } = new MessageChannel()
  port1.close()
  return port1
}
const snapshot = boot().snapshot()

/** What a kernel socket does with a request to it. */
function atRequest(act: (kernel: Kernel, ksock: KernelSocket, skb: SkBuff, nlh: NlmsgView) => unknown): void {
  const kernel = boot()
  const ksock = kernel.netlink_kernel_create(20, {
    input: (skb) => {
      kernel.netlink_rcv_skb(skb, (given, nlh) => {
        act(kernel, ksock, given, nlh)
        return 0
      })
    },
  }) as KernelSocket
  const request = encodeNlmsg({ nlmsg_type: 20, nlmsg_flags: NLM_F_REQUEST }, data)
  kernel.spawn().socket(AF_NETLINK, SOCK_RAW, 20).send(request)
}
const control = (field: object) => (given: unknown) =>
  atRequest((kernel, ksock, skb, nlh) =>
    kernel.netlink_dump_start(ksock, skb, nlh, { dump: () => 0, ...replaced(field, given) } as never),
  )
const replaced = (field: object, given: unknown) => Object.fromEntries(Object.keys(field).map((name) => [name, given]))

/** A method of a kernel behind a port. */
const onRemote =
  (name: 'cn_add_callback' | 'cn_del_callback' | 'cn_netlink_send' | 'cn_netlink_send_mult' | 'socket'): Call =>
  async (...given) => {
    const { port1, port2 } = new MessageChannel()
    const served = servePort(boot(), port1, { caps: 'all' })
    const kernel = await connectPort(port2)
    try {
      await (kernel[name] as Call).apply(kernel, given)
    } finally {
      kernel.close()
      await served.ended
    }
  }

const KERNEL: readonly Row[] = [
  ['cn_add_callback()', on('cn_add_callback'), [id, ['name', 'text', 'x'], ['callback', 'function', nothing]]],
  ['cn_del_callback()', on('cn_del_callback'), [id]],
  ['cn_netlink_send() of 3', on('cn_netlink_send'), [msg, number('group'), number('gfp_mask')]],
  [
    'cn_netlink_send() of 4',
    on('cn_netlink_send'),
    [msg, number('portid'), number('group'), ['gfp_mask', 'number', GFP_KERNEL]],
  ],
  [
    'cn_netlink_send_mult()',
    on('cn_netlink_send_mult'),
    [msg, number('len'), number('portid'), number('group'), number('gfp_mask')],
  ],
  [
    'requestNotification()',
    on('requestNotification'),
    [
      ['request', 'object', { idx: [], val: [], group: 1 }],
      ['callback', 'hook', nothing],
    ],
  ],
  [
    'requestNotification() idx',
    (idx) => boot().requestNotification({ idx, val: [], group: 1 }),
    [['idx', 'array', []]],
  ],
  [
    'requestNotification() idx[0]',
    (one) => boot().requestNotification({ idx: [one], val: [], group: 1 }),
    [['idx[0]', 'object', { first: 1, range: 1 }]],
  ],
  ['netlink_kernel_create()', on('netlink_kernel_create'), [number('unit'), ['cfg', 'options', {}]]],
  ['netlink_kernel_release()', onSocket('netlink_kernel_release'), [ksock]],
  ['netlink_unicast()', onSocket('netlink_unicast'), [ksock, skb, number('portid'), ['nonblock', 'boolean', true]]],
  ['netlink_has_listeners()', onSocket('netlink_has_listeners'), [ksock, number('group')]],
  ['netlink_register_notifier()', on('netlink_register_notifier'), [['callback', 'function', nothing]]],
  ['netlink_capable()', on('netlink_capable'), [['skb', 'handle', {}]]],
  [
    'netlink_rcv_skb()',
    (given) => atRequest((kernel, _ksock, skb) => kernel.netlink_rcv_skb(skb, given)),
    [['cb', 'function', nothing]],
  ],
  [
    'netlink_ack()',
    (given, err, extack) =>
      atRequest((kernel, _ksock, skb, nlh) => kernel.netlink_ack(skb, given === 0 ? nlh : given, err, extack)),
    [
      ['nlh', 'object', 0],
      ['err', 'number', 0],
      ['extack', 'options', {}],
    ],
  ],
  [
    'netlink_dump_start()',
    (at, given) =>
      atRequest((kernel, ksock, skb, nlh) => kernel.netlink_dump_start(ksock, skb, at === 0 ? nlh : at, given)),
    [
      ['nlh', 'object', 0],
      ['control', 'object', { dump: () => 0 }],
    ],
  ],
  ['a dump', control({ dump: 1 }), [['dump', 'function', () => 0]]],
  ['start of a dump', control({ start: 1 }), [['start', 'hook', () => 0]]],
  ['done of a dump', control({ done: 1 }), [['done', 'hook', nothing]]],
  [
    'insmod()',
    on('insmod'),
    [
      ['module', 'object', { name: 'm', init: () => 0 }],
      ['params', 'options', {}],
    ],
  ],
  [
    'insmod() restore',
    (restore) => boot().insmod({ name: 'm', init: () => 0, restore }),
    [['module.restore', 'hook', nothing]],
  ],
  ['insmod() name', (name) => boot().insmod({ name, init: () => 0 }), [['module.name', 'text', 'm']]],
  ['rmmod()', on('rmmod'), [['name', 'text', 'm']]],
  ['printk()', on('printk'), [['text', 'text', 'x']]],
  ['timer_setup()', on('timer_setup'), [['callback', 'function', nothing]]],
  ['mod_timer()', onTimer('mod_timer'), [['timer', 'handle', OWN], number('expires')]],
  ['del_timer()', onTimer('del_timer'), [['timer', 'handle', OWN]]],
  ['spawn()', on('spawn'), [options]],
  ['spawn() caps', (caps) => boot().spawn({ caps }), [['caps', 'field', []]]],
  ['sockets()', onTask('sockets'), [['task', 'handle', OWN]]],
  ['socketId()', on('socketId'), [['socket', 'handle', undefined]]],
  ['inject()', on('inject'), [['protocol', 'number', 2], bytes, ['to', 'object', {}]]],
  ['waiting()', on('waiting'), [['call', 'function', () => 1], options]],
  ['tap()', on('tap'), [['listener', 'function', nothing]]],
  ['explain()', on('explain'), [['question', 'object', { data }]]],
  [
    'run()',
    onTask('run'),
    [
      ['task', 'handle', OWN],
      ['program', 'function', async () => {}],
    ],
  ],
  ['faults.add()', of(() => boot().faults, 'add'), [['rule', 'object', { action: 'drop' }]]],
  ['faults.failslab()', of(() => boot().faults, 'failslab'), [['knobs', 'object', {}]]],
  ['clock.sleep()', of(() => boot().clock, 'sleep'), [number('ms'), options]],
]

const USER: readonly Row[] = [
  [
    'socket()',
    of(spawn, 'socket'),
    [
      ['family', 'number', 16],
      ['type', 'number', 3],
      ['protocol', 'number', 2],
    ],
  ],
  ['fork()', of(spawn, 'fork'), [options]],
  ['exec()', of(spawn, 'exec'), [['comm', 'text', 'x']]],
  ['setcaps()', of(spawn, 'setcaps'), [['caps', 'array', []]]],
  ['send()', of(socket, 'send'), [bytes]],
  ['sendmsg()', of(socket, 'sendmsg'), [['msg', 'object', { iov: [data] }]]],
  ['sendmsg() iov', (iov) => socket().sendmsg({ iov }), [['iov', 'array', [data]]]],
  [
    'sendmsg() control',
    (one) => socket().sendmsg({ iov: [data], control: [one] }),
    [['control', 'handle', { level: 1, type: 2, data }]],
  ],
  ['recv()', of(socket, 'recv'), [['buffer', 'bytes', data]]],
  ['recvmsg()', of(socket, 'recvmsg'), [['msg', 'object', { iov: [data] }]]],
  ['readable()', of(socket, 'readable'), [['options', 'options', { signal: AbortSignal.abort() }]]],
  ['onMessage()', of(socket, 'onMessage'), [['listener', 'function', nothing]]],
]

const AROUND: readonly Row[] = [
  ['boot()', boot, [options]],
  ['boot() module', (module) => boot({ module }), [['options.module', 'field', undefined]]],
  ['restore()', whole.restore, [['snapshot', 'handle', snapshot], options]],
  ['restore() modules', (modules) => whole.restore(snapshot, { modules }), [['modules', 'options', []]]],
  [
    'restore() modules[0]',
    (one) => whole.restore(snapshot, { modules: [one] }),
    [['modules[0]', 'object', { name: 'm' }]],
  ],
  ['restore() callbacks', (callbacks) => whole.restore(snapshot, { callbacks }), [['callbacks', 'options', []]]],
  [
    'restore() callbacks[0]',
    (one) => whole.restore(snapshot, { callbacks: [one] }),
    [['callbacks[0]', 'object', { id: ID, callback: nothing }]],
  ],
  ['replay() progress', (progress) => whole.replay(data, { progress }), [['progress', 'hook', nothing]]],
  ['replay() tap', (tap) => whole.replay(data, { tap }), [['tap', 'hook', nothing]]],
  ['selfCheck()', whole.selfCheck, [['scenario', 'function', nothing], options]],
  ['simulate()', whole.simulate, [['options', 'object', { seeds: 1, scenario: nothing }]]],
  ['createGenetlink()', whole.createGenetlink, [['kernel', 'handle', boot()]]],
  [
    'genl_register_family()',
    of(() => whole.createGenetlink(boot()), 'genl_register_family'),
    [['family', 'object', { name: 'f' }]],
  ],
  [
    'nla_parse()',
    (tb, maxtype, head) => whole.nla_parse(tb, maxtype, head, null),
    [['tb', 'array', []], number('maxtype'), ['array', 'bytes', data]],
  ],
  ['nla_get_u32()', whole.nla_get_u32, [['attr', 'object', { payload: data }]]],
  ['nla_get_uint()', whole.nla_get_uint, [['attr', 'object', { payload: data }]]],
  ['nla_get_string()', whole.nla_get_string, [['attr', 'object', { payload: data }]]],
  ['encodeConnectorMessage()', whole.encodeConnectorMessage, [['id.idx', 'handle', { id: ID }]]],
  ['encodeNlmsg()', whole.encodeNlmsg, [header]],
  ['encodeGenlmsg()', whole.encodeGenlmsg, [header, ['genlhdr', 'object', { cmd: 1, version: 1 }]]],
  ['encodeNlmsgerr()', whole.encodeNlmsgerr, [['nlmsgerr', 'object', { error: 0, msg: {} }]]],
  ['encodeSockaddrNl()', whole.encodeSockaddrNl, [['addr', 'object', {}]]],
  ['encodeProcInput()', whole.encodeProcInput, [['input', 'object', { mcast_op: 1 }]]],
  ['encodeCnCtlMsg()', whole.encodeCnCtlMsg, [['ctl', 'object', { idx: [], val: [], group: 1 }]]],
  ['encodeProcEvent()', whole.encodeProcEvent, [['event', 'object', undefined]]],
  ['serve()', serve, [['kernel', 'handle', boot()], id, ['handler', 'function', nothing], options]],
  ['serve() onError', (onError) => serve(boot(), ID, () => undefined, { onError }), [['onError', 'hook', nothing]]],
  ['connect() kernel', connect, [['kernel', 'handle', boot()]]],
  ['connect() task', (task) => connect(boot(), task), [['task', 'handle', spawn()]]],
  ['request()', of(client, 'request'), [id]],
  ['send() of a client', of(client, 'send'), [id, ['data', 'optionalBytes', data], options]],
  ['reply()', of(client, 'reply'), [['message', 'object', { id: ID, seq: 1, ack: 1, portid: 0 }]]],
  ['subscribe()', of(client, 'subscribe'), [number('group')]],
  ['messages()', of(client, 'messages'), [options]],
  ['broadcast()', of(service, 'broadcast'), [bytes, options]],
  ['Capture', (kernel, given) => new Capture(kernel, given), [['kernel', 'handle', boot()], options]],
  ['PcapngWriter', (given) => new PcapngWriter(given), [options]],
  ['packet()', of(() => new PcapngWriter(), 'packet'), [['packet', 'object', { time: 0n, protocol: 0, data }]]],
  ['readCapture()', readCapture, [['bytes', 'handle', new PcapngWriter().bytes()]]],
  ['playCapture()', playCapture, [['kernel', 'handle', boot()], ['packets', 'array', []], options]],
  ['traceLine()', traceLine, [['event', 'handle', undefined]]],
  [
    'serve() of a port',
    (kernel, at, given) => servePort(kernel, at, given).close(),
    [['kernel', 'handle', boot()], ['port', 'handle', port()], options],
  ],
  ['serve() of a port: caps', (caps) => servePort(boot(), port(), { caps }).close(), [['caps', 'field', []]]],
  [
    'connect() to a port',
    connectPort,
    [
      ['port', 'handle', port()],
      ['options', 'options', { signal: AbortSignal.abort() }],
    ],
  ],
  [
    'cn_add_callback() of a port',
    onRemote('cn_add_callback'),
    [id, ['name', 'text', 'x'], ['callback', 'function', nothing], options],
  ],
  ['cn_del_callback() of a port', onRemote('cn_del_callback'), [id]],
  [
    'cn_netlink_send() of a port',
    onRemote('cn_netlink_send'),
    [msg, number('portid'), number('group'), number('gfp_mask')],
  ],
  [
    'cn_netlink_send_mult() of a port',
    onRemote('cn_netlink_send_mult'),
    [msg, number('len'), number('portid'), number('group'), number('gfp_mask')],
  ],
]

/** What V8 says of the inside of a function. */
const ENGINE = /Cannot |is not a function|is not iterable|is not an? |\(reading |intermediate value|Argument \d/

test.each([...KERNEL, ...USER, ...AROUND])('%s names the argument that is wrong', async (_name, call, args) => {
  for (const [place, [name, kind]] of args.entries()) {
    for (const value of KINDS[kind]) {
      const given: unknown[] = args.map(([, , good]) => good)
      given[place] = VALUES[value]
      const error = await failureOf(call, given)
      expect(error, `${name} is ${value}`).toBeInstanceOf(TypeError)
      expect((error as Error).message, `${name} is ${value}`).toContain(name)
      expect((error as Error).message, `${name} is ${value}`).not.toMatch(ENGINE)
    }
    if (kind !== 'object') continue
    const error = await failureOf(
      call,
      args.map(([, , good], at) => (at === place ? {} : good)),
    )
    if (error !== undefined) expect((error as Error).message, `${name} is empty`).not.toMatch(ENGINE)
  }
})

/** What a call throws, or its promise is rejected with. */
async function failureOf(call: Call, given: readonly unknown[]): Promise<unknown> {
  try {
    await call(...given)
  } catch (error) {
    return error
  }
  return undefined
}
