// The goals of the project as data: what must be reached, what is aimed at, what would be a dream. Ratios (unit "x")
// say how many times faster than the rival, so "1.5 times slower" stands here as 1 / 1.5; with "at most" they say how
// many times slower. KB is 1000 bytes.

/** A cell counts as met if it is met by this much, so that two runs agree; exact figures need no margin. */
export const MARGIN = 1.1

const atLeast = (title, must, aim, dream) => ({ title, unit: 'x', better: 'more', must, aim, dream })
const atMost = (title, unit, must, aim, dream) => ({ title, unit, better: 'less', must, aim, dream })
// What was asked for without further steps.
const required = (title, unit, must) => ({ title, unit, better: 'less', must })
const exactly = (title, unit, must, aim, dream) => ({ ...atMost(title, unit, must, aim, dream), exact: true })

/** Every row of the table, those included that no measurement reaches yet. */
export const goals = {
  'unicast-64': atLeast('send + recv of 64 B', 10, 14, 20),
  'unicast-64-in-place': atLeast('send + recv of 64 B, built and read in place', 30, 45, 60),
  'unicast-4096': atLeast('send + recv of 4 KB', 3, 4, 7),
  callback: atLeast('user send until the kernel callback ran', 8, 12, 25),
  'callback-in-place': atLeast('user send until the kernel callback ran, in place', 20, 35, 80),
  'multicast-64': atLeast('multicast enqueue per listener, 64 listeners', 40, 55, 80),
  'multicast-512': atLeast('multicast enqueue per listener, 512 listeners', 30, 40, 50),
  'multicast-4096': atLeast('multicast enqueue per listener, 4096 listeners', 60, 80, 100),
  'multicast-whole': atLeast('one whole multicast send to 4096 listeners', 60, 10_000, 30_000),
  drain: atLeast('drain per message', 10, 12, 18),
  'drain-in-place': atLeast('drain per message, in place', 40, 50, 60),
  'random-20000': atLeast('random send + recv among 20,000 sockets', 30, 45, 60),
  'random-slowdown': atMost('20,000 sockets against 10, at random', 'x', 3.5, 2.5, 2),
  'million-in-order': atMost('1,000,000 sockets against 100, in order', 'x', 5, 4, 3),
  'million-random': atMost('1,000,000 sockets against 100, at random', 'x', 10, 7, 5),
  'callbacks-event-emitter': atLeast('pushed to 64 callbacks, against EventEmitter', 1 / 1.5, 1 / 1.1, 1),
  'callbacks-broadcast-channel': atLeast('pushed to 64 callbacks, against BroadcastChannel', 100, 150, 200),
  'message-channel-node': atLeast('one to one, against MessageChannel in Node', 25, 40, 48),
  'message-channel-chromium': atLeast('one to one, against MessageChannel in Chromium', 150, 250, 300),
  'queue-of-objects': atLeast('one to one, against a queue of JS objects', 5, 6, 8),
  'typed-array-queue': atLeast('one to one, against an expert’s typed array', 0.85, 1, 1.2),
  // 5, 15 and 20 million a second.
  threads: atMost('send() in one thread to recv() in the kernel’s, per message', 'ns', 200, 1000 / 15, 50),
  socket: atLeast('socket + bind + close', 20, 40, 100),
  'memory-socket': exactly('memory of an idle socket', 'B', 128, 96, 76),
  'memory-message': exactly('memory of a queued 64 B message', 'B', 256, 192, 192),
  'memory-copy': exactly('memory of one more multicast copy', 'B', 8, 4, 0),
  'heap-per-message': exactly('JS heap per message on the hot path', 'B', 1, 1, 1),
  'wasm-raw': exactly('kernel.wasm', 'KB', 48, 36, 24),
  'wasm-brotli': exactly('kernel.wasm, brotli', 'KB', 16, 12, 8),
  recorded: required('send + recv of 64 B while a journal records', 'x', 2),
  'snapshot-fresh': required('snapshot() of a fresh machine', 'ms', 1),
  'again-fresh': required('snapshot() of a fresh machine, the last one disposed of', 'ms', 1),
  'rewind-fresh': required('rewind() of a fresh machine', 'ms', 1),
  'restore-fresh': required('restore() of a fresh machine', 'ms', 1),
  'snapshot-mebibyte': required('snapshot() per MiB in use', 'ms', 1),
  'again-mebibyte': required('snapshot() per MiB in use, the last one disposed of', 'ms', 1),
  'rewind-mebibyte': required('rewind() per MiB in use', 'ms', 1),
  'restore-mebibyte': required('restore() per MiB in use', 'ms', 1),
  boot: atMost('boot() to the first message delivered', 'ms', 10, 5, 3),
  'page-first-message': required('first message in a page, from the script’s start', 'ms', 50),
  'chromium-to-node': atLeast('Chromium’s ratio against Node’s', 0.6, 0.8, 1),
}

/** The three steps of a goal, in order; some goals have the first one only. */
export const LEVELS = ['must', 'aim', 'dream']

/** Whether `value` meets a step of this goal. */
export function isMet(goal, level, value) {
  const margin = goal.exact ? 1 : MARGIN
  return goal.better === 'more' ? value >= goal[level] * margin : value <= goal[level] / margin
}
