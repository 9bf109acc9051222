/* The life of a socket: socket(), bind() to port 0, close(). */
#include "bench.h"

#include <unistd.h>

static void open_and_close(void *state, double ns_per_operation[MAX_PARTS])
{
  unsigned iterations = *(unsigned *)state;
  double start = now_ns();

  for (unsigned i = 0; i < iterations; i++) {
    int fd = open_netlink(NETLINK_USERSOCK);

    bind_to(fd, 0);
    close(fd);
  }
  ns_per_operation[0] = (now_ns() - start) / iterations;
}

void measure_socket(const struct options *options)
{
  static const char *const names[] = { "life" };
  unsigned iterations = options->iterations;

  run_rounds(options, 1, names, open_and_close, &iterations);
}
