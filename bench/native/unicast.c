/* One message at a time from one process's socket to another's: send() and recv(), the caller's own buffers. */
#include "bench.h"

#include <string.h>
#include <sys/socket.h>

struct unicast {
  int sender, receiver;
  unsigned iterations;
  size_t length;
  unsigned char message[MAX_MESSAGE];
  unsigned char buffer[MAX_MESSAGE];
};

static void round_trips(void *state, double ns_per_operation[MAX_PARTS])
{
  struct unicast *unicast = state;
  ssize_t length = (ssize_t)unicast->length;
  double start = now_ns();

  for (unsigned i = 0; i < unicast->iterations; i++) {
    if (send(unicast->sender, unicast->message, unicast->length, 0) != length)
      broken("send");
    if (recv(unicast->receiver, unicast->buffer, sizeof(unicast->buffer), MSG_DONTWAIT) != length)
      broken("recv");
  }
  ns_per_operation[0] = (now_ns() - start) / unicast->iterations;
  if (memcmp(unicast->message, unicast->buffer, unicast->length))
    broken("another message came");
  memset(unicast->buffer, 0, unicast->length);
}

void measure_unicast(const struct options *options)
{
  static const char *const names[] = { "roundtrip" };
  static struct unicast unicast;
  const struct cb_id id = { .idx = 0x123, .val = 0x345 };

  unicast.iterations = options->iterations;
  unicast.length = build_message(unicast.message, &id, options->payload);
  unicast.sender = open_netlink(NETLINK_USERSOCK);
  unicast.receiver = open_netlink(NETLINK_USERSOCK);
  bind_to(unicast.receiver, 0);
  connect_to(unicast.sender, portid_of(unicast.receiver));
  run_rounds(options, 1, names, round_trips, &unicast);
}
