// Texts: lines of the log, names of callbacks, tasks and namespaces, paths of /proc: any UTF-16, any length.
import { SystemError } from '../../../src/index.js'
import { attempt, errnoOf, Failure, same } from '../failure.js'
import type { Random } from '../random.js'
import type { Parser, Round } from '../round.js'

const PIECES = [
  'a',
  '\u0000',
  '\n',
  '\u00e9',
  '\u20ac',
  '\u{1f600}',
  '\ud800',
  '\udc00',
  '\ufeff',
  ' ',
  '%s',
  '/',
  '..',
  '\u2028',
  '\\',
]
const PATHS = [
  '/proc/net/connector',
  '/proc/net/netlink',
  '/proc/modules',
  '/proc/self/net/netlink',
  '/proc/100/net/netlink',
  '/proc/4294967396/net/netlink',
]
const NAME_BYTES = 31
const COMM_BYTES = 15
const LINE_BYTES = 1024

function textOf(random: Random): string {
  const pieces = random.oneIn(30) ? random.below(4000) : random.below(40)
  let text = ''
  for (let count = 0; count < pieces; count++) text += random.pick(PIECES)
  return text
}

/** The whole characters that fit into so many bytes, as UTF-8 keeps them. */
function kept(text: string, most: number): string {
  const bytes = new Uint8Array(most)
  const { written } = new TextEncoder().encodeInto(text, bytes)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, written))
}

function print({ kernel }: Round, text: string): void {
  kernel.printk(text)
  const lines = text.replace(/\n$/, '').split('\n')
  const log = kernel.dmesg()
  // As many of them as the ring still has.
  const last = lines.slice(-Math.min(lines.length, 8))
  last.forEach((line, index) => {
    const got = log[log.length - last.length + index]?.replace(/^\[ *\d+\.\d{6}\] /, '')
    same(got, kept(line, LINE_BYTES), 'a line of the log')
  })
}

function register({ kernel, random }: Round, name: string): void {
  const id = { idx: 77, val: random.u32() }
  same(
    kernel.cn_add_callback(id, name, () => {}),
    0,
    'cn_add_callback()',
  )
  const line = `${kept(name, NAME_BYTES).padEnd(15)} ${id.idx}:${id.val}\n`
  if (!kernel.procfs.read('/proc/net/connector').endsWith(line))
    throw new Failure(`the list of callbacks does not end with ${JSON.stringify(line)}`)
  kernel.cn_del_callback(id)
}

function rename({ root, random }: Round, text: string): void {
  const task = root.fork()
  if (random.oneIn(2)) task.exec(text)
  else task.setcomm(text)
  same(task.comm, kept(text, COMM_BYTES), 'the name of a task')
  same(task.fork().comm, task.comm, 'the name of a child')
  task.exit()
}

function readPath({ kernel, random }: Round, text: string): void {
  const path = random.oneIn(2) ? random.pick(PATHS) : random.oneIn(2) ? `/proc/${text}/net/netlink` : text
  const outcome = attempt(() => kernel.procfs.read(path))
  if ('error' in outcome && !(outcome.error instanceof SystemError))
    throw new Failure(`reading ${JSON.stringify(path)}: ${outcome.error.message}`)
  if ('value' in outcome && path.includes('4294967396')) throw new Failure('a process of that number does not exist')
}

export const text: Parser = {
  name: 'text',
  about: 'printk(), names of callbacks, tasks and namespaces, paths of /proc',
  begin(round) {
    const { random, kernel } = round
    return () => {
      const one = textOf(random)
      const what = random.below(5)
      if (what === 0) print(round, one)
      else if (what === 1) register(round, one)
      else if (what === 2) rename(round, one)
      else if (what === 3) readPath(round, one)
      else if (one !== '') round.note(errnoOf(() => void kernel.spawn({ netns: one, comm: one }).exit()))
    }
  },
}
