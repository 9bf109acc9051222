// The fields of datagrams: every byte is in one field, whatever the bytes are, and the structs have their names.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fieldsOf } from '../../playground/page/fields.js'
import {
  CONNECTOR_ID,
  EPERM,
  encodeCnCtlMsg,
  encodeConnectorMessage,
  encodeNlmsg,
  encodeNlmsgerr,
  encodeProcEvent,
  encodeProcInput,
  joinNlmsgs,
  NETLINK_CONNECTOR,
  NETLINK_USERSOCK,
  NLM_F_ACK,
  NLM_F_REQUEST,
  NLMSG_ERROR,
  PROC_CN_MCAST_LISTEN,
  PROC_EVENT_FORK,
} from '../../src/index.js'

const values = (protocol: number, datagram: Uint8Array) =>
  Object.fromEntries(
    fieldsOf(protocol, datagram).map(({ part, name, value, note }) => [
      `${part}.${name}`,
      note === '' ? value : `${value}: ${note}`,
    ]),
  )

test('no field is outside of the datagram, and no byte of a header is in two, whatever the bytes are', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 120 }),
    fc.uint8Array({ maxLength: 80 }).map((data) => encodeNlmsg({ nlmsg_type: NLMSG_ERROR }, data)),
    fc.uint8Array({ maxLength: 80 }).map((data) => encodeConnectorMessage({ id: { idx: 1, val: 1 }, data })),
    fc.uint8Array({ maxLength: 80 }).map((data) => encodeConnectorMessage({ id: CONNECTOR_ID, data })),
  )
  fc.assert(
    fc.property(fc.constantFrom(NETLINK_CONNECTOR, NETLINK_USERSOCK), bytes, (protocol, datagram) => {
      let end = 0
      for (const { at, length } of fieldsOf(protocol, datagram)) {
        expect(at).toBeGreaterThanOrEqual(end)
        expect(length).toBeGreaterThanOrEqual(0)
        end = at + length
        expect(end).toBeLessThanOrEqual(datagram.length)
      }
    }),
    { numRuns: 500 },
  )
})

describe('the fields of', () => {
  test('a message of the connector', () => {
    const data = new TextEncoder().encode('hello')
    expect(
      values(NETLINK_CONNECTOR, encodeConnectorMessage({ id: { idx: 14, val: 456 }, seq: 7, ack: 8, data })),
    ).toMatchObject({
      'nlmsghdr.nlmsg_type': '3: NLMSG_DONE',
      'cn_msg.idx': '14',
      'cn_msg.val': '456',
      'cn_msg.seq': '7',
      'cn_msg.ack': '8',
      'cn_msg.len': '5: bytes of the data',
      'data.data': '“hello”: 5 bytes',
    })
  })

  test('an event of cn_proc, and a request to it', () => {
    const fork = { parent_pid: 1, parent_tgid: 1, child_pid: 2, child_tgid: 2 }
    const event = encodeProcEvent({ what: PROC_EVENT_FORK, cpu: 3, timestamp_ns: 9n, event_data: { fork } })
    expect(values(NETLINK_CONNECTOR, encodeConnectorMessage({ id: { idx: 1, val: 1 }, data: event }))).toMatchObject({
      'cn_msg.idx': '1: CN_IDX_PROC',
      'proc_event.what': '0x1: PROC_EVENT_FORK',
      'proc_event.cpu': '3',
      'proc_event.fork.child_pid': '2',
    })
    const request = encodeProcInput({ mcast_op: PROC_CN_MCAST_LISTEN, event_type: 5 })
    expect(values(NETLINK_CONNECTOR, encodeConnectorMessage({ id: { idx: 1, val: 1 }, data: request }))).toMatchObject({
      'proc_input.mcast_op': '1: PROC_CN_MCAST_LISTEN',
      'proc_input.event_type': '0x5: which events are wanted',
    })
  })

  test('a request for notices', () => {
    const data = encodeCnCtlMsg({ idx: [{ first: 5, range: 2 }], val: [{ first: 1, range: 10 }], group: 9 })
    expect(values(NETLINK_CONNECTOR, encodeConnectorMessage({ id: CONNECTOR_ID, data }))['cn_ctl_msg.request']).toBe(
      'group 9: idx 5 to 6; val 1 to 10',
    )
  })

  test('an acknowledgement, and of two messages in one datagram', () => {
    const request = { nlmsg_type: 20, nlmsg_flags: NLM_F_REQUEST | NLM_F_ACK, nlmsg_seq: 4 }
    const error = encodeNlmsg({ nlmsg_type: NLMSG_ERROR }, encodeNlmsgerr({ error: -EPERM, msg: request }))
    expect(values(NETLINK_USERSOCK, error)).toMatchObject({
      'nlmsghdr.nlmsg_type': '2: NLMSG_ERROR',
      'nlmsgerr.error': '-1: -EPERM',
      'nlmsgerr.msg.nlmsg_seq': '4',
      'nlmsgerr.msg.nlmsg_flags': '0x5: NLM_F_REQUEST | NLM_F_ACK',
    })
    const two = joinNlmsgs([error, encodeNlmsg({ nlmsg_type: 77 }, Uint8Array.of(1, 2))])
    expect(values(NETLINK_USERSOCK, two)).toMatchObject({
      'nlmsghdr.nlmsg_type': '77',
      'payload.': '01 02: 2 bytes',
    })
  })
})
