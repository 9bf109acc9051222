// The rules that the machine keeps, in our own words: those of netlink(7), and those that were measured on Linux (FINDINGS.md for
// programs, kernel/FINDINGS.md for modules). Beside each what proves it: recorded scenarios by name (`name*`: all that begin so), or
// tests by path. The page docs/conformance.md shows them; rules.test.ts sees to it that no scenario and no rule is forgotten.

export interface Rule {
  readonly rule: string
  readonly proof: readonly string[]
  /** Why nothing shows it, for a rule without proof. */
  readonly reason?: string
}

export interface RuleSection {
  readonly title: string
  readonly rules: readonly Rule[]
}

const rule = (text: string, ...proof: string[]): Rule => ({ rule: text, proof })
const notShown = (text: string, reason: string): Rule => ({ rule: text, proof: [], reason })

const MANUAL: readonly RuleSection[] = [
  {
    title: 'netlink(7): messages',
    rules: [
      rule('Raw and datagram sockets are the same thing.', 'socket/types', 'endings/socket-types-and-flags'),
      rule(
        'The protocol number says who is talked to; one that nobody has registered cannot be opened.',
        'socket/protocol-errors',
        'nl-kernel/create-and-release',
        'endings/socket-types-and-flags',
      ),
      rule(
        'It is a datagram service: messages keep their bounds and their order.',
        'recv/order',
        'receivers/order-of-many',
        'recv/big-datagrams',
      ),
      rule(
        'A datagram may hold several messages, each with its header, at steps of four bytes.',
        'nl-rcv-skb/several-in-one-datagram',
        'nl-rcv-skb/last-one-unaligned',
        'nlctrl/several-in-one-datagram',
      ),
      rule(
        'The parts of a long answer have NLM_F_MULTI; NLMSG_DONE ends it.',
        'nl-dump/parts',
        'nl-dump/empty',
        'nl-dump/long-part-is-split',
      ),
      rule('NLMSG_NOOP is ignored, and so are all types below 16.', 'nl-rcv-skb/control-types-are-skipped'),
      rule('NLMSG_ERROR has an errno in it; 0 is an acknowledgement.', 'nl-rcv-skb/ack', 'nl-rcv-skb/error'),
      rule(
        'An error repeats the request, unless that is capped, and more is told to those who ask for it.',
        'nl-rcv-skb/error',
        'nl-rcv-skb/extended-ack',
        'nlctrl/getfamily-unknown',
        'nlctrl/getfamily-unknown-without-ext-ack',
      ),
      rule(
        'NLM_F_REQUEST stands in every request.',
        'nl-rcv-skb/request-is-dispatched',
        'nl-rcv-skb/without-request-flag',
        'nlctrl/no-request-flag',
      ),
      rule('NLM_F_ACK asks for an answer on success too.', 'nl-rcv-skb/ack', 'nlctrl/message-types'),
      rule(
        'NLM_F_ECHO is the business of each family; the connector and netlink_rcv_skb do nothing with it.',
        'cn-receive/type-and-flags-do-not-matter',
      ),
      rule('NLM_F_ROOT and NLM_F_MATCH together ask for a dump.', 'nlctrl/a-dump-needs-both-bits', 'nl-dump/parts'),
      notShown(
        'NLM_F_ATOMIC asks for a snapshot, and needs CAP_NET_ADMIN.',
        'No family of this machine has it; the core of netlink does not look at the flag.',
      ),
      notShown(
        'NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE and NLM_F_APPEND say what a request for something new does to the old.',
        'They belong to families with tables, like NETLINK_ROUTE, which this machine does not have.',
      ),
      rule(
        'nlmsg_seq and nlmsg_pid mean nothing to netlink itself.',
        'send/any-bytes',
        'send/random-port-in-the-payload',
        'connector/fields-that-do-not-matter',
        "cn-receive/portid-is-the-socket's",
      ),
      rule(
        'Programs that talk to each other make their own acknowledgements.',
        'send/any-bytes',
        'connector/no-netlink-acknowledgement',
        'test/connector/protocol.test.ts',
      ),
      rule(
        'Nothing is sure to arrive: what does not fit is lost, and recvmsg tells that by ENOBUFS.',
        'overflow/multicast',
        'cn-overflow/group-one-of-two-is-full',
        'nl-rcv-skb/ack-does-not-fit',
        'test/connector/losses.test.ts',
      ),
      rule('The kernel tries to answer every request that fails.', 'nl-rcv-skb/error', 'nlctrl/commands'),
    ],
  },
  {
    title: 'netlink(7): addresses',
    rules: [
      rule(
        'nl_pid 0 is the kernel.',
        'send/to-the-kernel',
        'connector/ways-to-send',
        'cn-receive/what-the-callback-sees',
      ),
      rule(
        'nl_pid names a socket, not a process: of the sockets of a process one at most has its id.',
        'bind/second-auto-is-random-negative',
        'ports/automatic-in-a-crowd',
      ),
      rule('A port that a program chooses must be unique.', 'bind/address-in-use', 'bind/explicit'),
      rule(
        'Bound to 0, the first socket of a process gets its id, the others get unique numbers.',
        'bind/auto-is-the-process-id',
        'bind/second-auto-is-random-negative',
        'namespaces/automatic-port',
      ),
      rule(
        'bind joins the groups of its mask; without groups nothing multicast is heard.',
        'bind/groups-are-replaced',
        'bind/all-groups',
      ),
      rule('Each protocol has 32 groups or more.', 'membership/numbers', 'nl-kernel/at-least-32-groups'),
      rule(
        'A mask in the address of sendmsg or connect makes a multicast.',
        'send/group-answers-refused',
        'connect/to-a-group',
        'cn-receive/connected-to-a-group',
      ),
      rule('A message goes to one group only.', 'send/only-the-lowest-group', 'membership/two-groups'),
      rule(
        'Groups are for CAP_NET_ADMIN. It is the capability that counts, not the user 0; and on NETLINK_USERSOCK it is joining that needs it, not sending.',
        'membership/unprivileged-on-usersock',
        'membership/root-without-the-capability',
        'send/privilege-usersock',
        'privileges/nothing-uid-0-*',
      ),
      rule(
        'A protocol may open its groups, or sending, to everybody.',
        'nl-kernel/nonroot-recv-flag',
        'nl-kernel/nonroot-send-flag',
        'nl-kernel/both-nonroot-flags',
      ),
      rule('nl_pad is zero, and is not looked at.', 'bind/wrong-family'),
    ],
  },
  {
    title: 'netlink(7): options',
    rules: [
      rule(
        'Options of SOL_NETLINK are ints, where nothing else is said.',
        'options/netlink-flags',
        'options/on-a-connector-socket',
        'settings/on-the-connector',
      ),
      rule(
        'NETLINK_PKTINFO adds the number of the group to each message.',
        'recv/pktinfo',
        'cn-send/msg-name-and-pktinfo',
      ),
      rule(
        'NETLINK_ADD_MEMBERSHIP and NETLINK_DROP_MEMBERSHIP join and leave one group.',
        'membership/join-and-leave',
        'cn-send/membership-by-setsockopt',
      ),
      rule(
        'NETLINK_LIST_MEMBERSHIPS tells all groups of a socket, and the length that they need.',
        'membership/list',
        'groups/list-in-every-room',
      ),
      rule(
        'NETLINK_BROADCAST_ERROR makes netlink_broadcast tell that a message was lost, not only that nobody was there.',
        'cn-overflow/broadcast-error-option',
        'cn-overflow/broadcast-error-on-the-other',
      ),
      rule(
        'NETLINK_NO_ENOBUFS spares a listener the ENOBUFS.',
        'overflow/no-enobufs',
        'cn-overflow/no-enobufs-option',
        'events/without-enobufs',
      ),
      rule(
        'NETLINK_LISTEN_ALL_NSID can be set with CAP_NET_BROADCAST.',
        'options/listen-all-nsid',
        'privileges/net-broadcast-*',
      ),
      notShown(
        'With NETLINK_LISTEN_ALL_NSID messages of other network namespaces come as well, with the namespace beside them.',
        'It holds for namespaces with an nsid, which a program gets from NETLINK_ROUTE; the machine has none, and keeps the flag only.',
      ),
      rule('NETLINK_CAP_ACK cuts the request off an error.', 'nl-rcv-skb/error'),
    ],
  },
]

const PROGRAMS: readonly RuleSection[] = [
  {
    title: 'Programs: ports',
    rules: [
      rule(
        'bind to 0, connect and every send that gets that far give an unbound socket the process id as its port.',
        'bind/auto-is-the-process-id',
        'bind/after-first-send',
        'connect/default-destination',
        'ports/every-state-*',
        'connector/port-numbers',
      ),
      rule(
        'If anybody in the network namespace has that port, it is a random one below -4096.',
        'bind/auto-when-the-pid-was-taken-by-another-process',
        'connect/auto-port-of-a-second-socket',
        'ports/two-tasks-and-each-others-ids',
        'namespaces/two-first-processes',
      ),
      rule('The automatic port is the id that the task has in its own pid namespace.', 'namespaces/automatic-port'),
      rule(
        'recv, poll, options and joining a group do not bind; nor does a disconnect or a call that was refused.',
        'bind/not-by-receiving',
        'connect/unspec-does-not-bind',
        'connect/disconnect-after-fail-keeps-hearing',
        'senders/wrong-things-*',
      ),
      rule('Any number may be a port.', 'bind/explicit', 'socket/any-user'),
      rule(
        'A bound socket may be bound again to its own number only; 0 is EINVAL then, too.',
        'bind/rebind',
        'bind/rebind-keeps-groups-on-error',
        'ports/every-state-*',
      ),
      rule(
        'EADDRINUSE leaves the socket unbound, but with the wanted number in its name and as its port when multicasts are addressed.',
        'bind/address-in-use',
        'bind/a-failed-bind-leaves-its-port-behind',
        'ports/wanted-and-not-got',
      ),
      rule(
        'Groups of a bind that failed are not joined.',
        'bind/address-in-use-with-groups',
        'membership/connector-bind-is-all-or-nothing',
      ),
      rule(
        'bind looks at: length, family, privilege for groups, port of a bound socket, the opinion of the protocol, port taken.',
        'bind/order-of-checks',
        'membership/connector-bind-is-all-or-nothing',
        'ports/wrong-addresses-*',
      ),
      rule(
        'Addresses of less than 12 bytes are EINVAL, of more than 128 or a negative number before all else; nl_pad is ignored.',
        'bind/address-length',
        'bind/wrong-family',
        'ports/wrong-addresses-*',
      ),
      rule(
        'A successful bind replaces the lower 32 groups; with 0 it leaves them all, also without privilege.',
        'bind/groups-are-replaced',
        'membership/unprivileged-on-usersock',
        'groups/bind-with-what-was-joined',
      ),
      rule(
        'Ports and groups are per protocol and per network namespace.',
        'socket/protocols-have-their-own-ports',
        'socket/net-namespaces-are-apart',
        'ports/namespaces-*',
        'nl-kernel/protocols-are-separate',
      ),
      rule(
        'A port is free as soon as its socket is closed, by whatever end of its task.',
        'lifecycle/port-is-free-after-close',
        'lifecycle/auto-port-again',
        'lifecycle/exit-closes',
        'lifecycle/killed',
        'endings/port-handed-on',
        'endings/*-of-a-task',
        'endings/exec-closes',
        'endings/parent-goes-first',
      ),
      rule(
        'getsockname and getpeername cut the address at the room and tell its full length.',
        'bind/getsockname-length',
      ),
    ],
  },
  {
    title: 'Programs: where messages go',
    rules: [
      rule(
        'A message has one port and at most one group: of several bits the lowest counts, in sendto and in connect.',
        'send/only-the-lowest-group',
        'connect/to-a-group',
      ),
      rule(
        'A unicast goes to the socket of the port, also to the sender itself.',
        'send/unicast',
        'send/to-itself',
        'connect/to-itself',
      ),
      rule(
        "With a group every member gets a copy but the sender's own socket and those whose port is the destination port; then that port gets its copy as a unicast.",
        'send/group-and-port',
        'send/own-group',
        'membership/own-messages',
        'membership/many-members',
        'groups/the-port-that-hears-nothing',
      ),
      rule(
        'The result of such a call is that of the unicast alone.',
        'connect/to-a-group-and-a-port',
        'overflow/group-and-port-together',
        'senders/pairs-*',
      ),
      rule(
        'A plain multicast on NETLINK_USERSOCK is delivered and then answers ECONNREFUSED.',
        'send/group-answers-refused',
        'socket/connector-outside-the-initial-namespace',
      ),
      rule(
        'On NETLINK_CONNECTOR in the initial namespace it gives the length, as the copy for port 0 goes to the kernel.',
        'connector/between-processes',
        'cn-receive/addressed-to-a-group',
      ),
      rule(
        'A member without a port misses every multicast to port 0, those of the kernel included, until it binds or sends.',
        'bind/not-by-receiving',
        'connector/member-without-a-port',
        'send/to-a-member-without-a-port',
        'cn-send/unbound-member-is-left-out',
      ),
      rule(
        "msg_name has the sender's port and the mask of the named group, in the unicast copy and for outsiders too.",
        'recv/addresses',
        'receivers/pairs-*',
      ),
      rule('NETLINK_PKTINFO tells the number of the group in the same way.', 'recv/pktinfo', 'receivers/pairs-*'),
      rule(
        'connect makes a socket deaf to unicasts of other ports than the peer: their senders get ECONNREFUSED. Multicasts still come.',
        'connect/a-connected-socket-hears-only-its-peer',
        'connector/connected-member',
        'peers/who-gets-through',
      ),
      rule(
        'Port 0, and a group without a port, count as a peer port of 0.',
        'connect/to-port-zero-shuts-everybody-out',
        'connect/to-a-group-only-shuts-everybody-out',
      ),
      rule(
        'AF_UNSPEC ends a connection, with two bytes already; the port stays, and none is taken.',
        'connect/unspec-disconnects',
        'connect/unspec-does-not-bind',
      ),
      rule(
        'An address with port 0 and no group means the kernel, not the peer; a length of 0 means the peer.',
        'connect/explicit-destination-wins',
        'peers/walk-*',
      ),
      rule(
        'connect does not ask whether anybody is there, and keeps the port and the queue.',
        'connect/nobody-there',
        'connect/keeps-the-port',
        'connect/queued-messages-survive',
        'lifecycle/peer-is-gone',
      ),
      rule(
        'A connect that is refused changes nothing.',
        'connect/bad-addresses',
        'connect/disconnect-after-fail-keeps-hearing',
        'peers/every-connect-*',
      ),
    ],
  },
  {
    title: 'Programs: sending',
    rules: [
      rule(
        'The order: address too long, MSG_OOB, no bytes, control messages, length and family of the address, privilege, binding, size, destination.',
        'send/order-of-checks',
        'send/out-of-band',
        'send/empty',
        'senders/wrong-things-*',
      ),
      rule(
        'sendto refuses an address of more than 128 bytes, sendmsg cuts it.',
        'send/bad-address',
        'send/sendmsg-long-address',
      ),
      rule('A send that fails behind the binding leaves the sender bound.', 'send/nobody-there', 'send/too-big'),
      rule(
        'The limit is SO_SNDBUF less 32: 212960 bytes by default.',
        'send/too-big',
        'send/too-big-by-default',
        'senders/limit-at-odd-buffers',
        'cn-receive/over-the-send-buffer',
      ),
      rule('Other flags change nothing.', 'send/flags-that-do-nothing', 'senders/pairs-*'),
      rule(
        'Nothing is ever charged to the sender.',
        'lifecycle/poll-with-a-tiny-send-buffer',
        'lifecycle/poll-of-a-sender-with-a-full-peer',
        'settings/memory-info',
      ),
      rule('The parts of an iovec are one datagram.', 'send/scatter', 'senders/many-parts', 'cn-receive/gathered'),
      rule(
        'Between processes the kernel does not look into the bytes.',
        'send/any-bytes',
        'send/random-port-in-the-payload',
      ),
      rule(
        'SCM_CREDENTIALS: CAP_SYS_ADMIN for another process, which must exist (ESRCH), CAP_SETUID and CAP_SETGID for users and groups that are not the real, effective or saved ones.',
        'creds/own-ones-explicitly',
        'creds/forged-without-privilege',
        'creds/forged-with-privilege',
        'creds/one-capability-each',
        'creds/saved-and-effective-are-fine',
        'credentials/claims-*',
      ),
      rule(
        'User or group -1 is EINVAL; of two, the last counts.',
        'creds/two-control-messages',
        'creds/forged-with-privilege',
        'credentials/claims-*',
      ),
      rule(
        'SCM_RIGHTS, unknown types and wrong lengths are EINVAL; other levels are skipped.',
        'creds/bad-control-messages',
        'credentials/control-lengths',
      ),
      rule(
        'Without it the real user and group are sent, as they are at that moment.',
        'creds/the-real-user',
        'credentials/after-changes-*',
        'credentials/of-children',
      ),
      rule(
        'SO_PASSCRED matters only when the message is received.',
        'creds/passcred',
        'creds/switched-on-later',
        'credentials/passcred-at-the-receiver',
      ),
      rule('A process that the receiver cannot see has the id 0.', 'namespaces/credentials-from-outside'),
      rule('SO_PEERCRED knows nobody.', 'creds/peercred'),
    ],
  },
  {
    title: 'Programs: receiving',
    rules: [
      rule('One FIFO, whoever sent.', 'recv/order', 'receivers/order-of-many', 'lifecycle/messages-outlive-the-sender'),
      rule('An empty queue is EAGAIN.', 'recv/empty', 'receivers/empty-with-everything-wrong'),
      rule(
        'recv of 0 bytes takes a message away; read of 0 bytes does nothing, even with an error pending.',
        'recv/no-buffer-eats-the-message',
        'overflow/enobufs-before-peek-and-on-every-kind-of-receive',
        'receivers/zero-length-reads',
      ),
      rule(
        'MSG_TRUNC as input gives the real length; as output it is set only if something was cut.',
        'recv/truncation',
        'recv/trunc-flag-asks-for-the-length',
        'recv/peek-and-trunc-with-no-buffer',
        'receivers/pairs-*',
        'proc/short-buffer',
        'cn-send/small-buffer-truncates',
      ),
      rule('MSG_PEEK leaves the message where it is.', 'recv/peek', 'recv/control-with-peek', 'receivers/pairs-*'),
      rule(
        'MSG_OOB is EOPNOTSUPP; MSG_ERRQUEUE and the others are ignored; MSG_CMSG_CLOEXEC comes back.',
        'recv/out-of-band',
        'recv/flags-that-do-nothing',
        'receivers/pairs-*',
      ),
      rule(
        'Control messages: NETLINK_PKTINFO first, then credentials. What does not fit is cut, below 16 bytes left out; both set MSG_CTRUNC.',
        'recv/small-control-buffer',
        'creds/pktinfo-comes-first',
        'receivers/every-control-room',
        'receivers/every-control-room-credentials-only',
      ),
      rule(
        'A negative room for the address: recvfrom takes the message away and then says EINVAL, recvmsg says it first.',
        'recv/address-room',
        'receivers/negative-rooms',
      ),
      rule('read and write are recv and send; an iovec is filled part by part.', 'recv/read-and-write', 'recv/scatter'),
      rule(
        'SO_TIMESTAMP and SO_RXQ_OVFL can be set and do nothing; SO_PEEK_OFF and SO_PASSPIDFD are EOPNOTSUPP.',
        'recv/no-other-control-messages',
        'settings/read-only',
      ),
      rule('SO_RCVLOWAT holds nothing back.', 'recv/low-water-mark'),
    ],
  },
  {
    title: 'Programs: what a message counts',
    rules: [
      rule(
        'By port only: 832, 1280, 2304, 4352 up to 256, 704, 1728 and 3776 bytes; then rounded up to 64, plus 576.',
        'accounting/unicast',
        'sizes/by-port',
      ),
      rule(
        'With a group, or made by the kernel: the same up to 3776 bytes, then 256 plus the power of two that holds the size and 320.',
        'accounting/multicast',
        'accounting/group-and-port',
        'sizes/by-group',
        'sizes/by-port-with-a-group',
        'proc/event-accounting',
        'nlctrl/accounting',
      ),
      rule('The sizes add up, and come off again whole.', 'accounting/sum', 'sizes/cut-messages', 'sizes/mixed-*'),
      rule(
        'A message is taken if the queue counts 0, whatever its size, or if the sum with it is not above SO_RCVBUF.',
        'overflow/first-message-is-always-taken',
        'overflow/exactly-full',
        'losses/one-too-many-at-every-buffer',
        'cn-overflow/first-message-always-fits',
        'sizes/mixed-*',
      ),
      rule(
        'So many fit: 256 of up to 256 bytes, 166 of 500, 92 of 1000, 46 of 4000 by port but 25 by group, in the default buffer.',
        'accounting/how-many-of-*',
        'sizes/how-many-of-*',
      ),
      rule(
        'SO_RCVBUF is doubled, at least 2304, SO_SNDBUF at least 4608; beyond the limits of the system they are cut silently.',
        'accounting/rcvbuf-values',
        'settings/numbers',
      ),
      rule(
        'The FORCE variants need CAP_NET_ADMIN, are not cut, and take negatives for 0.',
        'accounting/rcvbufforce',
        'privileges/*',
      ),
      rule('A new SO_RCVBUF counts at once and drops nothing.', 'overflow/buffer-changed-while-full'),
    ],
  },
  {
    title: 'Programs: losses',
    rules: [
      rule(
        'A multicast or a message of the kernel that does not fit is lost: one drop more, a pending ENOBUFS, congestion.',
        'overflow/multicast',
        'overflow/each-member-alone',
        'overflow/by-an-unprivileged-sender',
        'overflow/connected-receiver',
        'proc/overflow',
        'losses/walk-*',
      ),
      rule(
        'With NETLINK_NO_ENOBUFS losses are only counted.',
        'overflow/no-enobufs',
        'losses/no-enobufs-on-and-off',
        'events/without-enobufs',
      ),
      rule(
        'Congested: nothing is taken, by group or by port, however much room there is, until a receive leaves the queue empty.',
        'overflow/congested-until-empty',
        'overflow/empty-after-the-last-message',
        'overflow/unicast-while-congested',
        'events/in-small-buffers',
      ),
      rule(
        'A peek, a larger SO_RCVBUF, leaving the group and SO_ERROR do not end it.',
        'overflow/peek-keeps-congestion',
        'overflow/so-error',
        'overflow/left-group-while-congested',
        'losses/peek-and-error-in-turn',
      ),
      rule(
        'The pending error comes before any data at the next receive of any kind, once; SO_ERROR takes it as well.',
        'overflow/enobufs-before-peek-and-on-every-kind-of-receive',
        'overflow/so-error',
        'options/so-error-is-cleared-by-reading',
      ),
      rule(
        'Further losses while congested are only counted.',
        'overflow/one-report-per-congestion',
        'lifecycle/drop-count',
      ),
      rule(
        'Setting NETLINK_NO_ENOBUFS ends congestion, but a pending error stays.',
        'overflow/no-enobufs-switched-on-later',
        'losses/no-enobufs-on-and-off',
      ),
      rule(
        'A unicast of a process into a full socket is EAGAIN for the sender; the receiver hears and counts nothing.',
        'overflow/unicast',
        'overflow/unicast-to-oneself',
        'lifecycle/drop-count',
      ),
      rule('NETLINK_BROADCAST_ERROR changes nothing for senders in user space.', 'overflow/broadcast-error'),
      rule("A filter's drop is reported as sent, and is not counted.", 'options/filter', 'filters/and-a-full-buffer'),
      rule(
        'A pending error does not disturb sending, binding and the options.',
        'overflow/error-does-not-disturb-sending',
      ),
    ],
  },
  {
    title: 'Programs: groups and privileges',
    rules: [
      rule(
        'NETLINK_USERSOCK: joining, leaving and binding with groups need CAP_NET_ADMIN; sending and connecting are free.',
        'membership/unprivileged-on-usersock',
        'connect/any-user-on-usersock',
        'send/privilege-usersock',
        'privileges/*-protocol-2',
      ),
      rule(
        'NETLINK_CONNECTOR: to other sockets and groups only with CAP_NET_ADMIN, asked at each call; to the kernel freely.',
        'send/privilege-connector',
        'connect/connector-needs-privilege',
        'connector/sending-needs-privilege',
        'privileges/*-protocol-11',
        'privileges/change-while-open',
      ),
      rule(
        'There joining is free for groups with an odd number, EPERM for even ones; leaving is free.',
        'membership/unprivileged-on-connector',
        'cn-privileges-later/*',
      ),
      rule(
        'Both have 32 groups; 0 and all beyond is EINVAL.',
        'membership/numbers',
        'membership/connector-has-32-groups',
      ),
      rule(
        'NETLINK_LIST_MEMBERSHIPS tells length 0 until the first join, leave or bind with groups, then 4; it writes whole words.',
        'membership/list',
        'membership/bind-makes-the-list-too',
        'groups/list-in-every-room',
      ),
      rule('bind never touches groups above 32.', 'nl-kernel/more-than-32-groups', 'reply/route-groups-beyond-32'),
      rule(
        'Values below 4 bytes count as 0: they switch a flag off, and are EINVAL as a group.',
        'options/short-value-counts-as-zero',
        'membership/option-lengths',
        'groups/odd-values',
        'settings/netlink-*-lengths',
      ),
      rule('Reading a flag with less room than 4 is EINVAL.', 'options/short-room', 'settings/netlink-*-lengths'),
      rule('The other flags need no privilege.', 'options/netlink-flags-any-user'),
      rule(
        'What was queued stays after leaving; a new socket on an old port is in no group.',
        'membership/queued-messages-stay',
        'membership/reused-after-close',
      ),
      rule('Joins, leaves and binds in any order leave the right groups.', 'groups/walk-*'),
    ],
  },
  {
    title: 'Programs: other calls',
    rules: [
      rule(
        'listen, accept and shutdown are EOPNOTSUPP; there is no socketpair.',
        'lifecycle/calls-that-do-not-exist',
        'socket/socketpair',
        'endings/calls-that-netlink-lacks',
      ),
      rule('FIONREAD and SIOCOUTQ are ENOTTY.', 'lifecycle/ioctl', 'endings/ioctl-numbers'),
      rule(
        'socket: types 2 and 3, others ESOCKTNOSUPPORT, 11 and up EINVAL; what is checked first.',
        'socket/types',
        'socket/type-flags',
        'socket/order-of-checks',
      ),
      rule(
        'poll: always writable, POLLERR while an error is pending, never POLLHUP.',
        'lifecycle/poll',
        'overflow/poll',
        'endings/poll-after-everything',
      ),
      rule(
        'A closed socket is EBADF for every call, POLLNVAL for poll; its queue dies with it.',
        'bind/closed-socket',
        'endings/every-call-on-a-closed-socket',
        'lifecycle/close-drops-the-queue',
      ),
      rule(
        'A fresh socket has no port, no peer and the defaults.',
        'socket/fresh-state',
        'options/socket-level-defaults',
      ),
    ],
  },
  {
    title: 'Programs: options of SOL_SOCKET',
    rules: [
      rule(
        'Values below 4 bytes are EINVAL when set; when read they are cut to the room.',
        'options/socket-level-lengths',
        'settings/number-lengths',
        'settings/switches',
      ),
      rule(
        'Unknown options and levels are ENOPROTOOPT.',
        'options/unknown',
        'options/levels',
        'settings/numbers-nobody-knows',
        'fuzz-options/*',
      ),
      rule('Some cannot be set, some do nothing.', 'options/read-only', 'settings/read-only', 'fuzz-options/*'),
      rule(
        'With SO_PASSSEC a receive without any room for control messages sets MSG_CTRUNC; no label ever comes.',
        'fuzz-passsec/*',
      ),
      rule('SO_MEMINFO tells nine words, SO_PEERNAME the peer.', 'settings/memory-info', 'settings/peer-name'),
      rule('What is set stays, whatever happens to the socket.', 'settings/after-things-happened'),
      rule(
        'Times are kept in steps of 4 ms, rounded up; microseconds from a million are EDOM; negative times read as 0.',
        'settings/times',
      ),
      rule('SO_LINGER keeps its time and does nothing.', 'settings/linger'),
      rule(
        'SO_PRIORITY over 6 and SO_MARK need CAP_NET_RAW or CAP_NET_ADMIN (EPERM), SO_DEBUG CAP_NET_ADMIN (EACCES).',
        'privileges/net-raw-*',
        'privileges/nothing-uid-1000-*',
        'privileges/net-admin-*',
      ),
    ],
  },
  {
    title: 'Programs: socket filters',
    rules: [
      rule(
        'A classic BPF program sees each message: 0 drops it, another number keeps so many bytes.',
        'options/filter',
        'filters/returns',
        'filters/connected-and-filtered',
        'filters/cut-messages-count',
      ),
      rule(
        'All instructions of classic BPF, with unsigned arithmetic of 32 bits; division by an X of 0 drops.',
        'filters/add',
        'filters/sub',
        'filters/mul',
        'filters/div',
        'filters/mod',
        'filters/and',
        'filters/or',
        'filters/xor',
        'filters/lsh',
        'filters/rsh',
        'filters/neg-and-transfers',
        'filters/jumps',
        'filters/fresh-registers',
        'filters/programs-*',
      ),
      rule('A load outside the message drops it.', 'filters/loads-*'),
      rule(
        'Programs with unknown codes, jumps over the end, no return at the end, memory that was not written are EINVAL, and leave the one before.',
        'filters/codes-*',
        'filters/refused',
        'filters/a-refused-one-changes-nothing',
      ),
      rule(
        'Loads at negative offsets: the message again, attributes, and what a netlink message lacks.',
        'filters/ancillary-data',
        'filters/attributes',
        'filters/offsets-below-zero',
      ),
      rule('SO_LOCK_FILTER cannot be taken back, and keeps the filter.', 'filters/lock', 'filters/option-lengths'),
      rule('SO_GET_FILTER reads a program back, counted in instructions.', 'filters/reading-one-back'),
      rule(
        'A program is charged to the memory for options, which has an end.',
        'filters/memory-*',
        'filters/too-much-memory',
      ),
      rule(
        "Each member's filter cuts its own copy of a program's multicast.",
        'filters/members-with-their-own',
        'fuzz-filters/*',
        'events/filtered-by-a-program',
      ),
    ],
  },
  {
    title: 'Programs: answers of kernel sockets',
    rules: [
      rule(
        'An acknowledgement has 36 bytes and NLM_F_CAPPED, also without NETLINK_CAP_ACK.',
        'nl-rcv-skb/ack',
        'nlctrl/message-types',
        'reply/ack',
        'reply/cap-ack',
      ),
      rule(
        'An error carries the request, padded to 4, and nlmsg_len counts the padding.',
        'nl-rcv-skb/error',
        'reply/error',
        'reply/ext-ack*',
      ),
      rule(
        'Each request of a datagram is answered by a datagram of its own; a bad nlmsg_len ends it in silence.',
        'nl-rcv-skb/several-in-one-datagram',
        'nl-rcv-skb/bad-length-ends-it',
        'reply/bad-lengths',
        'reply/several-in-one-datagram',
      ),
      rule(
        'Answers that do not fit are lost like multicasts.',
        'nl-rcv-skb/ack-does-not-fit',
        'nlctrl/into-a-full-buffer',
        'reply/into-a-full-buffer*',
        'reply/accounting',
      ),
      rule(
        'A socket that is connected elsewhere does not get them, without error.',
        'nlctrl/a-connected-asker',
        'cn-reentrancy/answer-to-a-connected-sender',
        'reply/to-a-connected-socket',
      ),
      rule(
        'They come from port 0 and from nobody.',
        'nlctrl/from-the-kernel',
        'cn-send/credentials-of-the-kernel',
        'reply/from-the-kernel',
      ),
      rule(
        'NETLINK_GENERIC: the controller answers by name, by id and as a dump, tells policies and blames attributes.',
        'nlctrl/*',
        'reply/generic-unknown-family',
      ),
      rule(
        'Requests of NETLINK_ROUTE need their privilege.',
        'reply/unprivileged',
        'reply/route-group-above-32-between-users',
      ),
    ],
  },
  {
    title: 'Programs: the connector',
    rules: [
      rule(
        'send gives the length for whatever bytes; NLMSG_ERROR never comes, unknown ids vanish.',
        'connector/send-tells-nothing',
        'connector/no-netlink-acknowledgement',
        'connector/unknown-id',
      ),
      rule(
        'Accepted: nlmsg_len from 36 up, not beyond the datagram, holding cn_msg.len, at most 16384 behind its header.',
        'connector/nlmsg-length',
        'connector/cn-msg-length',
        'connector/largest-message',
      ),
      rule(
        'Only the first nlmsghdr and the first cn_msg are looked at; type, flags, seq, pid and cn_msg.flags are not.',
        'connector/only-the-first-message',
        'connector/fields-that-do-not-matter',
      ),
      rule('cn_proc wants cn_msg.len 4 or 8 exactly.', 'connector/payload-lengths', 'listeners/payload-*'),
      rule('LISTEN and IGNORE need no privilege.', 'connector/any-user-may-listen'),
      rule('Requests from another pid namespace are ignored in silence.', 'connector/from-another-pid-namespace'),
      rule('All ways to send to port 0 are the same.', 'connector/ways-to-send'),
      rule(
        'In another network namespace there is nobody behind port 0.',
        'socket/connector-outside-the-initial-namespace',
      ),
    ],
  },
  {
    title: 'Programs: process events',
    rules: [
      rule(
        "The acknowledgement goes to group 1: ack is the request's plus 1, seq is cn_proc's own counter.",
        'connector/acknowledgement',
        'connector/acknowledgement-goes-to-the-group',
        'connector/only-group-1',
        'connector/credentials-of-events',
      ),
      rule(
        'It is sent only while the count of listeners is above 0; unknown operations are acknowledged with EINVAL.',
        'connector/unknown-operation',
        'proc/nobody-listens',
      ),
      rule(
        "LISTEN adds 1 unless it was the socket's last operation; IGNORE takes 1 unless it was, or is the first.",
        'proc/listening-twice',
        'proc/two-listeners',
        'proc/ignore-twice',
        'proc/ignore-without-listen',
        'listeners/walk-*',
      ),
      rule(
        'An unknown operation and then IGNORE takes 1 although nothing was added, below 0 too.',
        'proc/ignore-after-an-unknown-operation',
        'proc/count-below-zero',
      ),
      rule(
        'Closing a listener or leaving the group does not lower the count, nor does an event without a hearer.',
        'proc/closing-a-listener-keeps-the-count',
        'proc/leaving-the-group-keeps-the-count',
        'proc/members-that-never-asked',
        'proc/asking-before-joining',
      ),
      rule(
        'After IGNORE a socket gets nothing of cn_proc until its next request that is not IGNORE.',
        'proc/ignore-is-not-acknowledged-to-the-one-who-ignores',
        'listeners/walk-*',
      ),
      rule(
        'With 8 bytes the second word is a mask: unknown bits are dropped, an empty rest means all.',
        'proc/filter-exit',
        'proc/filter-several',
        'proc/filter-none-means-all',
        'proc/filter-unknown-bits',
        'proc/filter-replaced',
        'proc/filter-of-each-socket',
        'listeners/each-mask-*',
      ),
      rule('A mask that is not all holds acknowledgements back.', 'proc/filter-exit', 'proc/filter-all-bits'),
      rule(
        'NONZERO_EXIT passes exits whose code is not 0.',
        'proc/filter-nonzero-exit',
        'proc/filter-nonzero-exit-and-exit',
      ),
      rule(
        'The mask is stored whatever the operation was.',
        'proc/filter-with-an-unknown-operation',
        'proc/filter-with-ignore',
      ),
      rule("Every event takes a number of the CPU's counter, also if nobody gets it.", 'proc/sequence-numbers'),
      rule(
        'fork tells parent and child, exit the wait status, the signal and the parent.',
        'proc/fork-and-exit',
        'proc/grandchild',
        'proc/killed',
        'events/exit-codes-*',
        'events/family-*',
      ),
      rule(
        'uid and gid events come if the real, effective or saved id changed; they show real and effective.',
        'proc/user-and-group',
        'events/users-*',
      ),
      rule(
        'comm events are of setting a name, not of exec; at most 15 bytes.',
        'proc/comm',
        'proc/exec',
        'events/names',
        'events/names-of-the-parent',
        'events/exec-and-*',
      ),
      rule('Threads have exit_signal -1 and parent 0.', 'proc/threads', 'events/three-threads', 'events/threads-and-*'),
      rule(
        'A core dump is announced first for the signals that dump, also with a limit of 0.',
        'proc/killed-with-core',
        'events/sig*',
      ),
      rule(
        'Sessions and tracing are told when they work.',
        'proc/session',
        'proc/ptrace',
        'events/sessions',
        'events/tracing*',
      ),
      rule(
        'A recorded stream of events comes through byte for byte.',
        'test/kernel/proc-events.test.ts',
        'test/examples/proc-player.test.ts',
      ),
    ],
  },
]

const MODULES: readonly RuleSection[] = [
  {
    title: 'Modules: registration',
    rules: [
      rule(
        'The list starts with cn_proc 1:1, which is taken; 1:2 is free. The same id again is -EINVAL, the first stays.',
        'cn-register/cn-proc-holds-1-1',
        'cn-register/duplicate-id-is-einval',
        'cn-register/add-is-listed',
        'cn-register/same-idx-other-val',
      ),
      rule(
        'Names are cut to 31 characters, and may be anything.',
        'cn-register/long-names-are-cut',
        'cn-register/odd-names',
        'cn-register/listing-format',
      ),
      rule(
        'The order is that of adding; deleted and added again is last.',
        'cn-register/order-is-order-of-adding',
        'cn-register/add-again-after-delete',
      ),
      rule('Deleting an unknown id does nothing.', 'cn-register/delete-unknown-does-nothing'),
      rule(
        'Any idx and val can be registered and receive; a send by id to a group that cannot be is -ESRCH.',
        'cn-register/id-zero',
        'cn-send/idx-beyond-the-last-group',
      ),
    ],
  },
  {
    title: 'Modules: sending to programs',
    rules: [
      rule(
        'Only without portid and group is the id looked up: unknown is -ENODEV, else its idx is the group.',
        'cn-send/unregistered-id-is-enodev',
        'cn-send/registered-goes-to-group-idx',
        'cn-send/group-needs-no-registration',
      ),
      rule(
        'Without portid and with nobody in the group: -ESRCH before anything else.',
        'cn-send/no-listener-is-esrch',
        'cn-send/group-without-listeners-is-esrch',
      ),
      rule(
        'A portid alone is a unicast: it returns the bytes queued, padded, or -ECONNREFUSED.',
        'cn-send/portid-returns-bytes',
        'cn-send/portid-nobody-has-is-econnrefused',
        'cn-send/connected-sockets',
        'cn-send/closed-listener',
      ),
      rule(
        'Portid and group is a group send that leaves the portid out.',
        'cn-send/portid-and-group-excludes-the-portid',
        'cn-send/portid-and-group-only-the-portid-listens',
        'cn-send/portid-and-group-nobody-listens',
      ),
      rule(
        'A group send returns 0 if one socket took it, else -ESRCH.',
        'cn-send/group-returns-zero',
        'cn-send/several-listeners',
        'cn-overflow/group-everybody-is-full',
      ),
      rule('A member without a port has port 0 and is left out with it.', 'cn-send/unbound-member-is-left-out'),
      rule('32 groups; beyond them -ESRCH.', 'cn-send/group-beyond-the-last'),
      rule(
        'The bytes: exact nlmsg_len, type 3, flags and pid 0, seq of the message, padded to 4 with zeros.',
        'cn-send/header-fields',
        'cn-send/empty-data',
        'cn-send/len-decides-not-the-buffer',
        'cn-send/queue-is-fifo',
      ),
      rule(
        'msg_name, NETLINK_PKTINFO and credentials of the kernel.',
        'cn-send/msg-name-and-pktinfo',
        'cn-send/credentials-of-the-kernel',
      ),
      rule('No limit of size on the way out.', 'cn-send/no-size-limit-on-the-way-out', 'cn-send-mult/longest'),
      rule(
        'send_mult goes by its argument len; nothing is aligned inside; the answers are those of send.',
        'cn-send-mult/len-argument-wins',
        'cn-send-mult/two-in-one',
        'cn-send-mult/odd-sizes-are-not-padded-inside',
        'cn-send-mult/group-from-the-first-id',
        'cn-send-mult/answers-are-those-of-send',
      ),
      rule(
        'A full member of a group: 0 or -ESRCH for the sender, -ENOBUFS only if who lost it has NETLINK_BROADCAST_ERROR. It never waits.',
        'cn-overflow/group-one-of-two-is-full',
        'cn-overflow/group-everybody-is-full',
        'cn-overflow/broadcast-error-option',
        'cn-overflow/broadcast-error-on-the-other',
        'cn-blocking/broadcast-never-waits',
      ),
      rule(
        'A unicast with GFP_ATOMIC into a full socket: -EAGAIN, and ENOBUFS at the receiver.',
        'cn-overflow/unicast-atomic',
      ),
      rule(
        'With GFP_KERNEL it waits until there is room, or until the receiver closes.',
        'cn-blocking/unicast-waits-for-room',
        'cn-blocking/receiver-closes-meanwhile',
        'cn-send/gfp-does-not-change-answers',
      ),
      rule(
        'Losses, congestion and NETLINK_NO_ENOBUFS are as for programs.',
        'cn-overflow/congested-until-empty',
        'cn-overflow/one-error-for-many-losses',
        'cn-overflow/so-error-takes-the-error',
        'cn-overflow/no-enobufs-option',
      ),
      rule('Drops count every loss and are never reset.', 'cn-accounting-*/drops'),
      rule(
        'Members are served newest first; a cut by the filter of the first one shows in every copy.',
        'cn-send/filter-of-the-newest-member',
        'cn-send/socket-filter',
      ),
      rule(
        'What a message of the kernel costs, on kernels before and after the small cache; every member pays in full.',
        'cn-accounting-before/*',
        'cn-accounting-later/*',
      ),
    ],
  },
  {
    title: 'Modules: callbacks',
    rules: [
      rule(
        'The callback runs inside send(), in the order of the sends; send() gives the length whatever happens.',
        'cn-receive/what-the-callback-sees',
        'cn-receive/order-over-tasks',
        'cn-receive/unregistered-id',
        'cn-receive/after-delete',
      ),
      rule('A send of nothing is ENODATA.', 'cn-receive/empty-send'),
      rule(
        'What is needed of the lengths, and what is not looked at.',
        'cn-receive/too-short-for-a-header',
        'cn-receive/nlmsg-len-too-small',
        'cn-receive/nlmsg-len-too-big',
        'cn-receive/bytes-behind',
        'cn-receive/msg-len-too-big',
        'cn-receive/length-edges',
        'cn-receive/max-size*',
      ),
      rule('Type and flags do not matter.', 'cn-receive/type-and-flags-do-not-matter'),
      rule('One message of a datagram.', 'cn-receive/one-message-a-datagram'),
      rule(
        "nsp has the socket's port and the task's credentials.",
        "cn-receive/portid-is-the-socket's",
        'cn-receive/credentials',
      ),
      rule(
        'A group in the address goes to members and kernel; a port to neither; nothing is looped back.',
        'cn-receive/addressed-to-a-group',
        'cn-receive/addressed-to-a-portid',
        'cn-receive/connected-to-a-group',
        'cn-receive/no-loop-back',
      ),
      rule(
        'Sending to the kernel is free; all else needs CAP_NET_ADMIN at each call, not the user 0.',
        'cn-privileges/anybody-may-send-to-the-kernel',
        'cn-privileges/groups-need-cap-net-admin',
        'cn-privileges/other-sockets-need-cap-net-admin',
        'cn-privileges/the-capability-counts-not-the-uid',
        'cn-privileges/checked-when-it-happens',
      ),
      rule(
        'Before Linux 6.6 every group and leaving needed it, since then the even groups do.',
        'cn-privileges-later/*',
        'cn-privileges-before/*',
      ),
      rule('netlink_capable() asks for the sender, and for who opened the socket.', 'cn-privileges/netlink-capable'),
      rule(
        'A callback may add and delete, itself too, and send; the answer is there when send() returns.',
        'cn-reentrancy/*',
      ),
      rule('The connector lives in the first network namespace only.', 'cn-send/other-network-namespace'),
    ],
  },
  {
    title: 'Modules: kernel sockets',
    rules: [
      rule(
        'One kernel socket for each protocol; after its release the sockets live on.',
        'nl-kernel/create-and-release',
        'nl-kernel/one-per-protocol',
      ),
      rule(
        'No input function is ECONNREFUSED; one gets any bytes.',
        'nl-kernel/no-input-function',
        'nl-kernel/input-gets-the-raw-datagram',
      ),
      rule(
        'netlink_unicast, netlink_broadcast and the helpers, with their results.',
        'nl-kernel/unicast',
        'nl-kernel/broadcast',
        'nl-kernel/nlmsg-helpers',
      ),
      rule(
        'The bind hook is asked for every group of a bind, rising; a refusal or a taken port takes them back.',
        'nl-kernel/bind-hook',
        'nl-kernel/bind-hook-refuses',
        'nl-kernel/bind-hook-and-port-taken',
        'nl-kernel/bind-hook-and-setsockopt',
      ),
      rule(
        'close: unbind hooks, then URELEASE, then the end of a dump.',
        'nl-kernel/release-notifier',
        'nl-dump/close-in-the-middle',
      ),
      rule('Groups above 32 by setsockopt only; nl_groups of their messages is 0.', 'nl-kernel/more-than-32-groups'),
      rule('netlink_has_listeners follows the memberships.', 'nl-kernel/has-listeners-follows-membership'),
      rule(
        'netlink_set_err reaches every member but the portid; ENOBUFS passes by those who asked for that.',
        'nl-kernel/set-err',
      ),
      rule(
        'netlink_rcv_skb: any result but 0 and -EINTR is answered; what the handler sends comes before.',
        'nl-rcv-skb/eintr-and-positive',
        'nl-rcv-skb/answer-before-ack',
      ),
      rule('Extended acknowledgements: text, offset (errors only), cookie.', 'nl-rcv-skb/extended-ack'),
      rule(
        'Dumps: a part within send(), one more after each receive, an end of its own, no acknowledgement; a second is -EBUSY.',
        'nl-dump/parts',
        'nl-dump/second-while-running-is-ebusy',
        'nl-dump/other-messages-in-between',
        'nl-dump/ends-with-an-error',
        'nl-dump/start-fails',
        'nlctrl/two-dumps-at-once',
      ),
    ],
  },
]

/** Every rule, in the order of the page. */
export const RULES: readonly RuleSection[] = [...MANUAL, ...PROGRAMS, ...MODULES]

/** Scenarios that stand for no rule of their own but for many at once. */
export const GENERAL: readonly { readonly names: string; readonly what: string }[] = [
  { names: 'walks/*', what: 'all calls of programs in an order that nobody chose' },
  { names: 'lifecycle/many-sockets', what: 'twenty sockets that talk to each other' },
]

/** What is known to differ from Linux, or holds for some kernels only. */
export const EXCEPTIONS: readonly string[] = [
  'Where two versions of Linux disagree the newer one wins. The scenarios of the older one are skipped: `cn-privileges-before` (before 6.6 every group of the connector needed CAP_NET_ADMIN). What a small message costs differs too, and there both are played, each with the table of its kernel.',
  'There is no NETLINK_ROUTE: what its kernel socket would answer is skipped. The rules of such answers are proved on NETLINK_GENERIC and on kernel sockets of modules.',
  'Protocols that exist are NETLINK_USERSOCK, NETLINK_CONNECTOR, NETLINK_GENERIC and those for which a module makes a kernel socket; on Linux there are more.',
  'Random ports are below -4096 as on Linux, but drawn by the seeded generator of the machine, so that every run draws the same.',
  'Numbers that depend on how a kernel was built are those of Linux 6.18 on x86-64: the cost of messages, what a socket filter is charged, times in steps of 4 ms.',
  'Requests of ioctl that are about network devices (SIOCGIFNAME and its like) are ENOTTY; Linux looks for the device and says ENODEV.',
  'A socket filter that loads the number of the CPU reads 0, and one that loads a random number gets one of the seeded generator.',
  'A task has effective capabilities only; the permitted ones count as complete when its effective user becomes 0 again.',
  'Two things that recordings show are the work of programs, and are done by the replay: exec closes the sockets, as the recorder has them closed, and setresuid and setresgid of a process with threads change each of them, as the C library does.',
]
