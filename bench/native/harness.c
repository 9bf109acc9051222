/* The clock, the rounds and the way results and failures are told. */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double now_ns(void)
{
  struct timespec time;

  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void print_samples(const double *samples, size_t parts, size_t part, unsigned rounds)
{
  for (unsigned i = 0; i < rounds; i++)
    printf("%s%.2f", i ? "," : "", samples[i * parts + part]);
}

void run_rounds(const struct options *options, size_t parts, const char *const names[], round_function round,
    void *state)
{
  double *samples = calloc(options->rounds * parts, sizeof(*samples));
  double ignored[MAX_PARTS];
  double warm = now_ns() + options->warmup * 1e6;

  if (!samples)
    broken("calloc");
  do
    round(state, ignored);
  while (now_ns() < warm);
  for (unsigned i = 0; i < options->rounds; i++)
    round(state, samples + i * parts);

  printf("{\"samples\":{");
  for (size_t part = 0; part < parts; part++) {
    printf("%s\"%s\":[", part ? "," : "", names[part]);
    print_samples(samples, parts, part, options->rounds);
    printf("]");
  }
  printf("}}\n");
  free(samples);
}

void unavailable(const char *what)
{
  printf("{\"unavailable\":\"%s: %s\"}\n", what, strerror(errno));
  exit(0);
}

void broken(const char *what)
{
  fprintf(stderr, "netlink-bench: %s: %s\n", what, strerror(errno));
  exit(1);
}
