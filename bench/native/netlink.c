/* Sockets and messages as every measurement needs them. */
#include "bench.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

int open_netlink(int protocol)
{
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

  if (fd < 0)
    unavailable(protocol == NETLINK_CONNECTOR ? "socket(AF_NETLINK, NETLINK_CONNECTOR)" : "socket(AF_NETLINK)");
  return fd;
}

void bind_to(int fd, uint32_t groups)
{
  struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };

  if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
    unavailable(groups ? "bind to a group (needs CAP_NET_ADMIN)" : "bind");
}

void connect_to(int fd, uint32_t portid)
{
  struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_pid = portid };

  if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
    unavailable("connect");
}

uint32_t portid_of(int fd)
{
  struct sockaddr_nl address;
  socklen_t length = sizeof(address);

  if (getsockname(fd, (struct sockaddr *)&address, &length) < 0)
    broken("getsockname");
  return address.nl_pid;
}

/* What lies in a queue must fit, or losses would be measured; without the privilege the default has to do. */
void hold_queue(int fd, int bytes)
{
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

int raise_descriptors(unsigned count)
{
  struct rlimit limit, most;

  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= count)
    return 0;
  most = limit;
  most.rlim_cur = limit.rlim_max;
  limit.rlim_cur = count;
  if (limit.rlim_max < count)
    limit.rlim_max = count;
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
    return 0;
  setrlimit(RLIMIT_NOFILE, &most);
  return -1;
}

void allow_descriptors(unsigned count)
{
  if (raise_descriptors(count) < 0)
    unavailable("setrlimit(RLIMIT_NOFILE)");
}

size_t build_message(unsigned char *buffer, const struct cb_id *id, unsigned payload)
{
  size_t length = HEADERS + payload;
  struct nlmsghdr header = { .nlmsg_len = length, .nlmsg_type = NLMSG_DONE, .nlmsg_seq = 1 };
  struct cn_msg message = { .id = *id, .seq = 1, .ack = 1, .len = payload };

  memset(buffer, 0x5a, length);
  memcpy(buffer, &header, sizeof(header));
  memcpy(buffer + NLMSG_HDRLEN, &message, sizeof(message));
  return length;
}
