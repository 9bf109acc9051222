/* The command line: which measurement, how much of it. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name;
  void (*measure)(const struct options *options);
} measurements[] = {
  { "unicast", measure_unicast },
  { "random", measure_random },
  { "multicast", measure_multicast },
  { "callback", measure_callback },
  { "socket", measure_socket },
};

static int take_option(struct options *options, const char *argument)
{
  const struct {
    const char *name;
    unsigned *value;
  } known[] = {
    { "--rounds=", &options->rounds },         { "--warmup=", &options->warmup },
    { "--iterations=", &options->iterations }, { "--payload=", &options->payload },
    { "--listeners=", &options->listeners },   { "--messages=", &options->messages },
    { "--sockets=", &options->sockets },
  };

  for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
    size_t length = strlen(known[i].name);

    if (strncmp(argument, known[i].name, length))
      continue;
    *known[i].value = (unsigned)strtoul(argument + length, NULL, 10);
    return 1;
  }
  return 0;
}

int main(int argc, char **argv)
{
  struct options options = {
    .rounds = 100, .warmup = 300, .iterations = 1000, .payload = 64, .listeners = 64, .messages = 32, .sockets = 10
  };

  for (int i = 2; i < argc; i++) {
    if (take_option(&options, argv[i]))
      continue;
    fprintf(stderr, "netlink-bench: unknown option %s\n", argv[i]);
    return 2;
  }
  if (!options.rounds || !options.iterations || !options.listeners || !options.messages || !options.sockets ||
      options.payload > MAX_MESSAGE - HEADERS) {
    fprintf(stderr, "netlink-bench: a number is out of range\n");
    return 2;
  }
  for (size_t i = 0; argc > 1 && i < sizeof(measurements) / sizeof(measurements[0]); i++) {
    if (strcmp(argv[1], measurements[i].name))
      continue;
    measurements[i].measure(&options);
    return 0;
  }
  fprintf(stderr, "usage: netlink-bench unicast|random|multicast|callback|socket [--rounds=N] [--warmup=MS] ...\n");
  return 2;
}
