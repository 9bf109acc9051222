/*
 * One message at a time from one of many sockets to another: sendto() and recv(). Who sends to whom is drawn before the
 * clock runs; each socket sends once and receives once before any does so again. The same in ours/random.mjs.
 *
 * A hard limit of descriptors that only a privileged process may raise can be a little below the number of sockets: up
 * to one in twenty may be missing, which changes no figure.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define OTHER_DESCRIPTORS 16

struct turn {
  int sender, receiver;
  uint32_t portid;
};

struct random {
  struct turn *turns;
  unsigned count, next, iterations;
  size_t length;
  unsigned char message[MAX_MESSAGE];
  unsigned char buffer[MAX_MESSAGE];
};

static void take_turn(struct random *random, const struct turn *turn)
{
  struct sockaddr_nl to = { .nl_family = AF_NETLINK, .nl_pid = turn->portid };
  ssize_t length = (ssize_t)random->length;

  if (sendto(turn->sender, random->message, random->length, 0, (struct sockaddr *)&to, sizeof(to)) != length)
    broken("sendto");
  if (recv(turn->receiver, random->buffer, sizeof(random->buffer), MSG_DONTWAIT) != length)
    broken("recv");
}

static void take_turns(void *state, double ns_per_operation[MAX_PARTS])
{
  struct random *random = state;
  double start = now_ns();

  for (unsigned i = 0; i < random->iterations; i++) {
    take_turn(random, &random->turns[random->next]);
    if (++random->next == random->count)
      random->next = 0;
  }
  ns_per_operation[0] = (now_ns() - start) / random->iterations;
  if (memcmp(random->message, random->buffer, random->length))
    broken("another message came");
  memset(random->buffer, 0, random->length);
}

static unsigned sockets_allowed(unsigned wanted)
{
  struct rlimit limit;

  if (raise_descriptors(wanted + OTHER_DESCRIPTORS) == 0)
    return wanted;
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < OTHER_DESCRIPTORS + wanted - wanted / 20)
    unavailable("setrlimit(RLIMIT_NOFILE)");
  return (unsigned)limit.rlim_cur - OTHER_DESCRIPTORS;
}

static void shuffle(unsigned *order, unsigned count)
{
  for (unsigned i = 0; i < count; i++)
    order[i] = i;
  for (unsigned i = count - 1; i > 0; i--) {
    unsigned other = (unsigned)random() % (i + 1), moved = order[i];

    order[i] = order[other];
    order[other] = moved;
  }
}

static void draw_turns(struct random *random)
{
  unsigned count = random->count;
  int *sockets = calloc(count, sizeof(*sockets));
  unsigned *senders = calloc(count, sizeof(*senders)), *receivers = calloc(count, sizeof(*receivers));

  random->turns = calloc(count, sizeof(*random->turns));
  if (!sockets || !senders || !receivers || !random->turns)
    broken("calloc");
  for (unsigned i = 0; i < count; i++) {
    sockets[i] = open_netlink(NETLINK_USERSOCK);
    bind_to(sockets[i], 0);
  }
  shuffle(senders, count);
  shuffle(receivers, count);
  for (unsigned i = 0; i < count; i++) {
    int receiver = sockets[receivers[i]];

    random->turns[i] = (struct turn){ sockets[senders[i]], receiver, portid_of(receiver) };
  }
  free(sockets);
  free(senders);
  free(receivers);
}

void measure_random(const struct options *options)
{
  static const char *const names[] = { "roundtrip" };
  static struct random random;
  const struct cb_id id = { .idx = 0x123, .val = 0x345 };

  random.count = sockets_allowed(options->sockets);
  random.iterations = options->iterations;
  random.length = build_message(random.message, &id, options->payload);
  draw_turns(&random);
  run_rounds(options, 1, names, take_turns, &random);
}
