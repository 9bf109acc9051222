/*
 * One sender, many members of a group: the cost of one copy when it is queued, and of one message when it is received.
 *
 * A process sends here, with sendto() to the group; in the machine the kernel sends, with netlink_broadcast(). Both
 * answer alike that nobody has port 0 on NETLINK_USERSOCK: here that is an errno (ECONNREFUSED, all copies delivered),
 * in the machine's user side it would be a thrown exception, which costs more than 64 deliveries. What Linux pays on
 * top (one system call for a send) is shared by all listeners.
 */
#include "bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define GROUP_MASK (1u << 19)
#define QUEUE_BYTES (1 << 20)

struct multicast {
  int sender;
  int *listeners;
  unsigned count, messages;
  size_t length;
  unsigned char message[MAX_MESSAGE];
  unsigned char buffer[MAX_MESSAGE];
};

static void enqueue(struct multicast *multicast)
{
  struct sockaddr_nl group = { .nl_family = AF_NETLINK, .nl_groups = GROUP_MASK };

  for (unsigned i = 0; i < multicast->messages; i++) {
    ssize_t sent =
      sendto(multicast->sender, multicast->message, multicast->length, 0, (struct sockaddr *)&group, sizeof(group));

    if (sent >= 0 || errno != ECONNREFUSED)
      broken("sendto");
  }
}

static void drain(struct multicast *multicast)
{
  ssize_t length = (ssize_t)multicast->length;

  for (unsigned i = 0; i < multicast->count; i++) {
    for (unsigned k = 0; k < multicast->messages; k++) {
      ssize_t got = recv(multicast->listeners[i], multicast->buffer, sizeof(multicast->buffer), MSG_DONTWAIT);

      if (got != length)
        broken("recv");
    }
  }
}

static void fan_out(void *state, double ns_per_operation[MAX_PARTS])
{
  struct multicast *multicast = state;
  double copies = (double)multicast->count * multicast->messages;
  double start = now_ns(), queued;

  enqueue(multicast);
  queued = now_ns();
  drain(multicast);
  ns_per_operation[1] = (now_ns() - queued) / copies;
  ns_per_operation[0] = (queued - start) / copies;
  ns_per_operation[2] = (queued - start) / multicast->messages;
  if (memcmp(multicast->message, multicast->buffer, multicast->length))
    broken("another message came");
  memset(multicast->buffer, 0, multicast->length);
}

void measure_multicast(const struct options *options)
{
  static const char *const names[] = { "enqueue", "drain", "whole" };
  static struct multicast multicast;
  const struct cb_id id = { .idx = 0x123, .val = 0x345 };

  allow_descriptors(options->listeners + 16);
  multicast.count = options->listeners;
  multicast.messages = options->messages;
  multicast.length = build_message(multicast.message, &id, options->payload);
  multicast.listeners = calloc(options->listeners, sizeof(int));
  if (!multicast.listeners)
    broken("calloc");
  for (unsigned i = 0; i < options->listeners; i++) {
    multicast.listeners[i] = open_netlink(NETLINK_USERSOCK);
    hold_queue(multicast.listeners[i], QUEUE_BYTES);
    bind_to(multicast.listeners[i], GROUP_MASK);
  }
  multicast.sender = open_netlink(NETLINK_USERSOCK);
  bind_to(multicast.sender, 0);
  run_rounds(options, 3, names, fan_out, &multicast);
}
