// A recorded stream of process events, damaged: refused with its place, or played as it is.
import * as uapi from '../../../src/uapi/index.js'
import { attempt, errnoOf, Failure } from '../failure.js'
import { join, mutate } from '../mutate.js'
import type { Random } from '../random.js'
import type { Parser } from '../round.js'
import { withoutSecrets } from '../secret.js'

const RECORD_BYTES = 80

/** The first event with any number of bytes behind it. */
function withTail(part: Uint8Array, random: Random): Uint8Array {
  const stream = join(part.subarray(0, RECORD_BYTES), random.bytes(random.below(40_000)))
  new DataView(stream.buffer).setUint32(0, stream.length - 4, true)
  return stream
}

export const replay: Parser = {
  name: 'replay',
  about: 'loadProcEvents() of damaged streams',
  begin(round) {
    const { random, corpus, kernel } = round
    const listener = round.socket(uapi.NETLINK_CONNECTOR)
    listener.bind({ nl_groups: 1 })
    const listen = uapi.encodeProcInput({ mcast_op: uapi.PROC_CN_MCAST_LISTEN })
    listener.send(uapi.encodeConnectorMessage({ id: { idx: uapi.CN_IDX_PROC, val: uapi.CN_VAL_PROC }, data: listen }))
    kernel.clock.runUntilIdle()
    const buffer = new Uint8Array(40_000)
    listener.recv(buffer)
    return () => {
      const first = random.below(corpus.stream.length / RECORD_BYTES - 12)
      const part = corpus.stream.slice(first * RECORD_BYTES, (first + random.between(1, 10)) * RECORD_BYTES)
      const stream = withoutSecrets(random.oneIn(30) ? withTail(part, random) : mutate(part, random, 30_000))
      const outcome = attempt(() => kernel.loadProcEvents(stream))
      if ('error' in outcome) {
        if (!(outcome.error instanceof RangeError)) throw new Failure(`loadProcEvents() threw ${outcome.error.name}`)
        return
      }
      const source = outcome.value as ReturnType<typeof kernel.loadProcEvents>
      const moved = attempt(() => kernel.clock.advance(random.oneIn(3) ? random.below(1000) : 1e6))
      if ('error' in moved) throw new Failure(`the replay threw ${moved.error.message}`)
      source.stop()
      for (let n = errnoOf(() => listener.recv(buffer)); n !== -uapi.EAGAIN; n = errnoOf(() => listener.recv(buffer))) {
        if (n < 0) continue
        const event = buffer.subarray(0, n)
        round.observe(event, 'an event')
        if (Buffer.from(stream).indexOf(event) < 0) throw new Failure('an event that is not in the stream')
      }
      round.note(source.sent)
    }
  },
}
