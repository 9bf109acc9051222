// Sequence numbers of requests, as far as nobody can wait for them: around all 2^32 of them.
import { expect, test } from 'vitest'
import { PendingRequests } from '../../src/connector/requests.js'
import { ID } from './world.js'

const outcome = { resolve: () => {}, reject: () => {}, end: () => {} }
const waiting = (seq: number) => ({ id: ID, seq, ack: 0, timeout: 0, deadline: 0, outcome, doubtful: false })

test('connector.txt 98-99: a number that a request still waits with is passed over: numbers are locally unique', () => {
  const requests = new PendingRequests(0xffffffff, () => {})
  for (const seq of [0xffffffff, 0, 2]) requests.add(waiting(seq))
  expect(requests.nextSeq).toBe(1)
  requests.useSeq(1)
  expect(requests.nextSeq).toBe(3)
})

test('a number is given back only if none was used since', () => {
  const requests = new PendingRequests(7, () => {})
  requests.useSeq(7)
  requests.useSeq(8)
  requests.giveBackSeq(7)
  expect(requests.nextSeq).toBe(9)
  requests.giveBackSeq(8)
  expect(requests.nextSeq).toBe(8)
})
