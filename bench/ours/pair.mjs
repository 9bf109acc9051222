/** Two sockets of two tasks, the sender connected to the receiver. */
export function openPair(kernel, uapi) {
  const open = () => kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK)
  const receiver = open()
  receiver.bind({})
  const sender = open()
  sender.connect({ nl_pid: receiver.getsockname().nl_pid })
  return { sender, receiver }
}
