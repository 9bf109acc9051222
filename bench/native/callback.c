/*
 * From a process into the kernel: send() on NETLINK_CONNECTOR, which returns when the callback of the id has run.
 *
 * No module of ours can be loaded here, so the callback is the one that every kernel with CONFIG_PROC_EVENTS has:
 * cn_proc, {1, 1}. It takes payloads of 4 or 8 bytes only and leaves at once for others, so 64 bytes run the whole way
 * (copy, header checks, lookup, call) and change nothing. In the machine a JavaScript callback counts the messages.
 * Where cn_proc is missing there is no callback to compare with, and the measurement says so.
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct callback {
  int sender;
  unsigned iterations;
  size_t length;
  unsigned char message[MAX_MESSAGE];
};

static void send_to_kernel(void *state, double ns_per_operation[MAX_PARTS])
{
  struct callback *callback = state;
  ssize_t length = (ssize_t)callback->length;
  double start = now_ns();

  for (unsigned i = 0; i < callback->iterations; i++) {
    if (send(callback->sender, callback->message, callback->length, 0) != length)
      broken("send");
  }
  ns_per_operation[0] = (now_ns() - start) / callback->iterations;
}

static int has_cn_proc(void)
{
  char line[128];
  int found = 0;
  FILE *file = fopen("/proc/net/connector", "r");

  if (!file)
    return 0;
  while (!found && fgets(line, sizeof(line), file))
    found = !strncmp(line, "cn_proc ", 8);
  fclose(file);
  return found;
}

void measure_callback(const struct options *options)
{
  static const char *const names[] = { "send" };
  static struct callback callback;
  const struct cb_id id = { .idx = CN_IDX_PROC, .val = CN_VAL_PROC };

  if (!has_cn_proc()) {
    errno = ENOENT;
    unavailable("cn_proc in /proc/net/connector");
  }
  callback.iterations = options->iterations;
  callback.length = build_message(callback.message, &id, options->payload);
  callback.sender = open_netlink(NETLINK_CONNECTOR);
  bind_to(callback.sender, 0);
  connect_to(callback.sender, 0);
  if (send(callback.sender, callback.message, callback.length, 0) < 0)
    unavailable("send to the kernel's connector (it lives in the initial network namespace)");
  run_rounds(options, 1, names, send_to_kernel, &callback);
}
