// kernel-connector explain: why the message of a call reached nobody, or not one socket.

import { remarksOn } from '../../capture/remarks.js'
import type { Explanation, Socket, TapMessage } from '../../index.js'
import type { Kernel } from '../../kernel/index.js'
import type { Machine } from '../../machine/index.js'
import { readJournal } from '../../machine/journal/read.js'
import { errnoName } from '../../uapi/index.js'
import { paintOn } from '../frame/colours.js'
import { InputError } from '../frame/errors.js'
import { EXIT_FINE, EXIT_WRONG } from '../frame/exit.js'
import type { Surroundings } from '../frame/surroundings.js'
import { inWords, namesIn } from './call-words.js'
import { OpenedJournal } from './opened.js'
import type { Options } from './options/explain.js'
import { Outcome } from './outcome.js'
import { Sent } from './sent.js'

interface Answer {
  /** The call that sends the message, in words. */
  readonly call: number
  readonly text: string
  readonly explanation: Explanation
  /** What became of it in the journal; undefined if it never was on its way. */
  readonly message: TapMessage | undefined
}

/** Runs it. @returns the exit status: EXIT_WRONG if the message does not get there */
export async function explain(options: Options, around: Surroundings): Promise<number> {
  let outcome: Outcome | undefined
  let wanted: number | undefined
  const place = () => {
    if (wanted === undefined || journal.player.position <= journal.player.outermost(wanted)) return 'far'
    return journal.running === wanted ? 'in' : 'near'
  }
  const prepare = (machine: Machine) => {
    outcome = new Outcome(machine, place)
  }
  const journal: OpenedJournal = new OpenedJournal(options.journal, around, { prepare })
  const sent = new Sent(readJournal(journal.bytes))
  const asked = journal.resolve('--at', options.at, journal.total - 1)
  wanted = sent.sender(asked) ?? sendsNothing(journal, sent, asked)
  const { explanation, ...told } = answerTo(journal, sent, wanted, options.socket)
  const message = outcome?.message
  const final = byFault(afterAll(explanation, message, sent.failure(wanted)), message, options.socket)
  const answer = { ...told, explanation: final, message }
  around.stdout.write(options.json ? `${json(answer)}\n` : text(answer, options, around))
  return answer.explanation.reaches ? EXIT_FINE : EXIT_WRONG
}

function answerTo(
  journal: OpenedJournal,
  sent: Sent,
  call: number,
  socket: number | undefined,
): Omit<Answer, 'message'> {
  const told = journal.play(call, () => {
    const { machine } = journal.player
    const kernel = journal.kernelHere()
    const receiver = socket === undefined ? {} : { receiver: socketWith(kernel, socket) }
    const explanations = sent
      .questions(call, machine, kernel)
      .map((question) => kernel.explain({ ...question, ...receiver }))
    return { text: inWords(journal.describe(call), namesIn(machine)), explanation: joined(explanations) }
  })
  return { call, ...told }
}

// No fault rule is asked by explain(): what one did, the journal tells.
function byFault(explanation: Explanation, message: TapMessage | undefined, socket: number | undefined): Explanation {
  const what = explanation.reaches && message !== undefined ? faultOf(message, socket) : undefined
  if (what === undefined) return explanation
  const sentence = `A fault rule ${what}.`
  return { reaches: false, reason: 'fault', sentence, steps: [...explanation.steps, sentence] }
}

function faultOf({ deliveries, result }: TapMessage, socket: number | undefined): string | undefined {
  if (deliveries.length === 0 && result < 0) return `had the allocation of the message fail (${errnoName(result)})`
  const asked = deliveries.filter((one) => socket === undefined || one.socket === socket)
  return asked.length > 0 && asked.every(({ verdict }) => verdict === 'dropped') ? 'had it lost' : undefined
}

/** What says nothing about receivers. */
const FAILURES: readonly string[] = ['EINVAL', 'ENOBUFS', 'ENOMEM', 'EOPNOTSUPP']
/** What is decided before a message is made, or without it. */
const EARLY: readonly string[] = ['empty', 'too-long', 'privilege', 'no-memory', 'unregistered', 'nowhere']

// A call may fail where no decision about its message is taken: then the explanation is about a message that never was.
function afterAll(explanation: Explanation, message: TapMessage | undefined, failure: string | undefined): Explanation {
  const { reason, reaches, steps } = explanation
  if (message !== undefined || failure === undefined || EARLY.includes(reason)) return explanation
  if (!reaches && !FAILURES.includes(failure)) return explanation
  const why = 'by its arguments, a fault rule, or the end of memory'
  const sentence = `The call failed before the message was on its way (${failure}): ${why}.`
  return { reaches: false, reason: 'failed', sentence, steps: [...steps, sentence] }
}

/** One explanation of a message that goes more than one way: that of the way on which it gets there, if there is one. */
function joined(explanations: readonly Explanation[]): Explanation {
  const told = explanations.find(({ reaches }) => reaches) ?? explanations[0]
  if (told === undefined) {
    const sentence = 'The message goes nowhere: neither a group nor a report was asked for.'
    return { reaches: false, reason: 'nowhere', sentence, steps: [sentence] }
  }
  return { ...told, steps: explanations.flatMap(({ steps }) => steps) }
}

function sendsNothing(journal: OpenedJournal, sent: Sent, n: number): never {
  const next = sent.nextSender(n)
  const hint = next === undefined ? 'no call behind it does' : `the next one that does is ${next}`
  throw new InputError(`call ${n} sends nothing: ${journal.describe(n)}; ${hint}`)
}

function socketWith(kernel: Kernel, id: number): Socket {
  const all = kernel.tasks().flatMap((task) => kernel.sockets(task))
  const found = all.find((one) => kernel.socketId(one) === id)
  if (found !== undefined) return found
  const ids = all.map((one) => kernel.socketId(one)).sort((a, b) => a - b)
  throw new InputError(
    `--socket ${id}: there is none then; there are ${ids.length === 0 ? 'none at all' : ids.join(', ')}`,
  )
}

function text({ call, text: words, explanation, message }: Answer, { steps }: Options, around: Surroundings): string {
  const paint = paintOn(around.stdout, around.env)
  const told = steps ? explanation.steps.filter((step) => step !== explanation.sentence).map((step) => `- ${step}`) : []
  const lines = [
    paint('dim', `call ${call}: ${words}`),
    ...told,
    paint('bold', explanation.sentence),
    ...(message === undefined ? [] : [paint('dim', `In the journal: ${remarksOn(message).join('; ')}.`)]),
  ]
  return `${lines.join('\n')}\n`
}

function json({ call, text: words, explanation, message }: Answer): string {
  const happened = message && {
    number: message.number,
    result: message.result,
    portid: message.portid,
    to: message.to,
    deliveries: message.deliveries,
  }
  return JSON.stringify({ call, text: words, ...explanation, message: happened ?? null })
}
