/* workload.h - the tests of millstream-benchmark as a table. */
#ifndef MS_CLIENTS_BENCH_WORKLOAD_H
#define MS_CLIENTS_BENCH_WORKLOAD_H

#include "clients/bench/bench.h"

struct workload {
    const char *name, *summary;
    const char *command; /* plain tests: words; %k a key, %v the value, %r a random number, which
                            may end a word */
    bool usual;          /* runs when no test is named */
    void (*prepare)(struct bench *bench);               /* before the clock starts; may be NULL */
    void (*start)(struct bench_connection *connection); /* NULL: plain */
    /* a reply to the command sent at `sent_ns`; NULL: plain */
    void (*reply)(struct bench_connection *connection, const struct resp_value *value,
                  uint64_t sent_ns);
};

extern const struct workload workloads[]; /* ended by one without a name */

/* NULL if there is none. */
const struct workload *workload_find(const char *name);

/* The plain kind: keeps `pipeline` commands under way. */
void workload_plain_start(struct bench_connection *connection);
void workload_plain_reply(struct bench_connection *connection, const struct resp_value *value,
                          uint64_t sent_ns);

#endif
