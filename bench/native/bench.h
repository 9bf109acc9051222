/*
 * The Linux half of the bench: one small program, one measurement per run, own code (MIT, as the package).
 *
 *   netlink-bench MEASUREMENT --rounds=N --warmup=MS [--payload=N] [--listeners=N] [--messages=N] [--sockets=N]
 *                 [--iterations=N]
 *
 * It prints one JSON object on standard output: { "samples": { PART: [ns per operation, one for each round] } },
 * or { "unavailable": "why" } where this machine cannot do it. Statistics are made by bench/statistics.mjs for both
 * halves alike, so nothing is averaged here.
 */
#ifndef BENCH_H
#define BENCH_H

#include <linux/connector.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

/* Parts of a measurement that are timed apart, such as the enqueue and the drain of a multicast. */
#define MAX_PARTS 3

/* nlmsghdr 16 + cn_msg 20. */
#define HEADERS (NLMSG_HDRLEN + sizeof(struct cn_msg))
#define MAX_MESSAGE (HEADERS + 16384)

struct options {
  unsigned rounds;     /* how many samples */
  unsigned warmup;     /* milliseconds of unrecorded rounds before them */
  unsigned iterations; /* operations in a round */
  unsigned payload;    /* bytes behind cn_msg */
  unsigned listeners;  /* members of the group */
  unsigned sockets;    /* how many send to each other */
  unsigned messages;   /* messages that lie in each listener's queue before it is drained */
};

/* Runs one round and tells for each part how many ns one operation took. */
typedef void (*round_function)(void *state, double ns_per_operation[MAX_PARTS]);

/* harness.c */
double now_ns(void);
void run_rounds(const struct options *options, size_t parts, const char *const names[], round_function round,
    void *state);
void unavailable(const char *what); /* with strerror(errno); does not return */
void broken(const char *what);      /* the measurement itself went wrong: exit status 1; does not return */

/* netlink.c */
int open_netlink(int protocol);
void bind_to(int fd, uint32_t groups);
void connect_to(int fd, uint32_t portid);
uint32_t portid_of(int fd);
void hold_queue(int fd, int bytes);
int raise_descriptors(unsigned count); /* 0, or -1 where that is not allowed: what is allowed at most is set then */
void allow_descriptors(unsigned count);
size_t build_message(unsigned char *buffer, const struct cb_id *id, unsigned payload);

/* One file per measurement. */
void measure_unicast(const struct options *options);
void measure_random(const struct options *options);
void measure_multicast(const struct options *options);
void measure_callback(const struct options *options);
void measure_socket(const struct options *options);

#endif
