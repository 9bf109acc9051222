// A family of generic netlink, both sides: a kernel module that keeps named counters, and a program that finds the family
// by its name, sets, reads and lists counters, and hears of every change in the family's group.
//   node examples/genetlink-family.mjs

import { fileURLToPath } from 'node:url'
import {
  boot,
  createGenetlink,
  GENL_REQ_ATTR_CHECK,
  genlmsg_put,
  genlmsg_put_reply,
  NL_SET_ERR_MSG_ATTR,
  NLA_NUL_STRING,
  NLA_U64,
} from 'kernel-connector'
import {
  AF_NETLINK,
  CTRL_ATTR_FAMILY_ID,
  CTRL_ATTR_FAMILY_NAME,
  CTRL_ATTR_MCAST_GROUPS,
  CTRL_ATTR_MCAST_GRP_ID,
  CTRL_CMD_GETFAMILY,
  decodeGenlmsg,
  decodeNlmsgerr,
  EINVAL,
  ENOENT,
  encodeGenlmsg,
  errnoName,
  GENL_ADMIN_PERM,
  GENL_ID_CTRL,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_EXT_ACK,
  NETLINK_GENERIC,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_MULTI,
  NLM_F_REQUEST,
  NLMSG_ERROR,
  NLMSGERR_ATTR_MSG,
  NlattrWriter,
  nla_find,
  nla_get_string,
  nla_get_u16,
  nla_get_u32,
  nla_get_u64,
  nlattrs,
  nlmsgs,
  SOCK_RAW,
  SOL_NETLINK,
} from 'kernel-connector/uapi'

/** @import { DumpSkb, Genetlink, GenlCallback, GenlFamily, GenlInfo, GenlSkb, Kernel, Module, Socket, Task } from 'kernel-connector' */
/** @import { Nlmsg, Nlmsghdr } from 'kernel-connector/uapi' */

// ---- what both sides know: the family's header file

const FAMILY = 'counters'
const CMD = { GET: 1, SET: 2, CHANGED: 3 }
const ATTR = { NAME: 1, VALUE: 2 }

const POLICY = {
  [ATTR.NAME]: { type: NLA_NUL_STRING, len: 31 },
  [ATTR.VALUE]: { type: NLA_U64, max: 1_000_000 },
}

// ---- the kernel side

/**
 * The module.
 *
 * @implements {Module}
 */
export class Counters {
  name = 'counters'
  /** @type {Map<string, bigint>} */
  #values = new Map()
  /** @type {Genetlink | undefined} */
  #genl

  /** @type {GenlFamily} */
  #family = {
    name: FAMILY,
    version: 1,
    policy: POLICY,
    mcgrps: [{ name: 'changes' }],
    ops: [
      { cmd: CMD.GET, doit: (info) => this.#get(info), dumpit: (skb, cb) => this.#dump(skb, cb) },
      { cmd: CMD.SET, doit: (info) => this.#set(info), flags: GENL_ADMIN_PERM },
    ],
  }

  /** @param {Kernel} kernel */
  init(kernel) {
    this.#genl = createGenetlink(kernel)
    return this.#genl.genl_register_family(this.#family)
  }

  exit() {
    this.#genl?.genl_unregister_family(this.#family)
  }

  /** @param {GenlInfo} info */
  #get(info) {
    const { [ATTR.NAME]: name } = info.attrs
    if (GENL_REQ_ATTR_CHECK(info, ATTR.NAME) || !name) return -EINVAL
    const value = this.#values.get(nla_get_string(name))
    if (value === undefined) {
      NL_SET_ERR_MSG_ATTR(info.extack, name, 'no such counter')
      return -ENOENT
    }
    const msg = genlmsg_put_reply(info, 0, CMD.GET)
    putCounter(msg, nla_get_string(name), value)
    return this.#genl?.genlmsg_reply(msg, info) ?? 0
  }

  /** @param {GenlInfo} info */
  #set(info) {
    const { [ATTR.NAME]: name, [ATTR.VALUE]: value } = info.attrs
    if (GENL_REQ_ATTR_CHECK(info, ATTR.NAME) || !name) return -EINVAL
    if (GENL_REQ_ATTR_CHECK(info, ATTR.VALUE) || !value) return -EINVAL
    this.#values.set(nla_get_string(name), nla_get_u64(value))
    const notice = genlmsg_put(0, 0, this.#family, 0, CMD.CHANGED)
    putCounter(notice, nla_get_string(name), nla_get_u64(value))
    // That nobody listens (-ESRCH) does not matter.
    this.#genl?.genlmsg_multicast(this.#family, notice, 0, 0)
    return 0
  }

  /** Puts what fits; args[0] is where the next part goes on. @param {DumpSkb} skb @param {GenlCallback} cb */
  #dump(skb, cb) {
    const all = [...this.#values]
    for (let at = cb.args[0] ?? 0; at < all.length; at++) {
      const [name, value] = /** @type {[string, bigint]} */ (all[at])
      const msg = genlmsg_put(cb.portid, cb.seq, this.#family, NLM_F_MULTI, CMD.GET)
      putCounter(msg, name, value)
      if (!msg.putInto(skb)) return skb.len
      cb.args[0] = at + 1
    }
    return 0
  }
}

/** @param {GenlSkb} msg @param {string} name @param {bigint} value */
function putCounter(msg, name, value) {
  msg.nla_put_string(ATTR.NAME, name)
  msg.nla_put_u64(ATTR.VALUE, value)
}

// ---- the user side

/** A program that knows the family. */
export class CounterClient {
  /** @type {Socket} */
  #socket
  #family = 0
  #seq = 0

  /** @param {Task} task */
  constructor(task) {
    this.#socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC)
    this.#socket.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
    this.#socket.bind({})
  }

  /** Asks the controller which message type the family has, and the number of its group. */
  resolve() {
    const request = new NlattrWriter()
    request.nla_put_string(CTRL_ATTR_FAMILY_NAME, FAMILY)
    const [answer] = this.#ask({ nlmsg_type: GENL_ID_CTRL }, CTRL_CMD_GETFAMILY, request)
    const { attrs } = decodeGenlmsg(must(answer).payload)
    this.#family = nla_get_u16(must(nla_find(attrs, CTRL_ATTR_FAMILY_ID)))
    const [group] = nlattrs(must(nla_find(attrs, CTRL_ATTR_MCAST_GROUPS)).payload)
    return { id: this.#family, group: nla_get_u32(must(nla_find(must(group).payload, CTRL_ATTR_MCAST_GRP_ID))) }
  }

  /** @param {number} group */
  listen(group) {
    this.#socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
  }

  /** @param {string} name @param {number} value */
  set(name, value) {
    const attrs = new NlattrWriter()
    attrs.nla_put_string(ATTR.NAME, name)
    attrs.nla_put_u64(ATTR.VALUE, value)
    this.#ask({ nlmsg_type: this.#family, nlmsg_flags: NLM_F_ACK }, CMD.SET, attrs)
  }

  /** @param {string} name */
  get(name) {
    const attrs = new NlattrWriter()
    attrs.nla_put_string(ATTR.NAME, name)
    return this.#ask({ nlmsg_type: this.#family }, CMD.GET, attrs).map(shown)
  }

  list() {
    const header = { nlmsg_type: this.#family, nlmsg_flags: NLM_F_DUMP }
    return this.#ask(header, CMD.GET, new NlattrWriter()).map(shown)
  }

  /** What is queued. */
  events() {
    return this.#receive().map(shown)
  }

  /**
   * Sends a request and takes what comes for it. What came of itself meanwhile is thrown away here.
   *
   * @param {Partial<Nlmsghdr>} header @param {number} cmd @param {NlattrWriter} attrs
   */
  #ask(header, cmd, attrs) {
    const nlmsg_seq = ++this.#seq
    const nlmsg_flags = (header.nlmsg_flags ?? 0) | NLM_F_REQUEST
    this.#socket.send(encodeGenlmsg({ ...header, nlmsg_flags, nlmsg_seq }, { cmd, version: 1 }, attrs.toBytes()))
    const answers = this.#receive().filter((message) => message.header.nlmsg_seq === nlmsg_seq)
    for (const { header, payload } of answers) {
      if (header.nlmsg_type === NLMSG_ERROR && decodeNlmsgerr(payload).error < 0) throw new Error(reason(payload))
    }
    return answers.filter(({ header }) => header.nlmsg_type === this.#family || header.nlmsg_type === GENL_ID_CTRL)
  }

  #receive() {
    /** @type {Nlmsg[]} */
    const messages = []
    const buffer = new Uint8Array(32768)
    try {
      while (true) messages.push(...nlmsgs(buffer.slice(0, this.#socket.recv(buffer))))
    } catch (error) {
      if (/** @type {{ code?: string }} */ (error).code !== 'EAGAIN') throw error
      return messages
    }
  }
}

/** An error in words: its name, and the text of the extended acknowledgement behind the request. @param {Uint8Array} payload */
function reason(payload) {
  const { error, msg } = decodeNlmsgerr(payload)
  const text = nla_find(payload.subarray(4 + Math.ceil(msg.nlmsg_len / 4) * 4), NLMSGERR_ATTR_MSG)
  return text ? `${errnoName(error)}: ${nla_get_string(text)}` : errnoName(error)
}

/** @param {Nlmsg} message */
function shown({ payload }) {
  const { genlhdr, attrs } = decodeGenlmsg(payload)
  const name = nla_get_string(must(nla_find(attrs, ATTR.NAME)))
  const counter = `${name} = ${nla_get_u64(must(nla_find(attrs, ATTR.VALUE)))}`
  return genlhdr.cmd === CMD.CHANGED ? `changed: ${counter}` : counter
}

/** @template T @param {T | undefined} value @returns {T} */
function must(value) {
  if (value === undefined) throw new Error('the answer lacks something')
  return value
}

/** Prints what a call gives, or why it fails. @param {string} text @param {() => unknown} call */
function show(text, call) {
  try {
    const lines = [call() ?? 'done'].flat()
    console.log(`${text}: ${lines.map(String).join(', ')}`)
  } catch (error) {
    console.log(`${text}: ${/** @type {Error} */ (error).message}`)
  }
}

function main() {
  const kernel = boot()
  const module = new Counters()
  kernel.insmod(module)
  const client = new CounterClient(kernel.spawn({ comm: 'client' }))
  const { id, group } = client.resolve()
  console.log(`family ${FAMILY}: message type ${id}, group ${group}`)

  show('set', () => client.set('apples', 3))
  show('set', () => client.set('pears', 1_000_000))
  show('set, too large', () => client.set('pears', 1_000_001))
  show('get', () => client.get('apples'))
  show('get, unknown', () => client.get('plums'))
  show('list', () => client.list())

  const guest = new CounterClient(kernel.spawn({ uid: 1000, comm: 'guest' }))
  guest.listen(guest.resolve().group)
  show('set as a guest', () => guest.set('apples', 0))
  client.set('apples', 4)
  client.set('plums', 7)
  show('the guest heard', () => guest.events())

  kernel.rmmod('counters')
  show('get without the module', () => client.get('apples'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
