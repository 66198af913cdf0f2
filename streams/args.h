/* args.h - options that several stream commands share. Every function writes the error to `out` and
 * returns a negative enum err when the arguments don't fit. */
#ifndef MS_STREAMS_ARGS_H
#define MS_STREAMS_ARGS_H

#include "core/command/command.h"
#include "streams/stream.h"

#include <stdbool.h>
#include <stdint.h>

/* The stream of the key at argument `at`: *stream is NULL when missing. WRONGTYPE. */
int stream_args_find(struct request *rq, size_t at, enum find_mode mode, struct stream **stream,
                     struct reply *out);

/* A new stream at a key that is missing, with the producers' limits of the settings. Where these
 * are not the defaults, an XCFGSET is logged ahead, which in replay makes the stream: the settings
 * may be others by then. The caller must note the effects, and log its call as a rewrite if there
 * is one already (rq->rewrite_count). */
struct stream *stream_args_create(struct request *rq, struct key key);

/* KEEPREF, DELREF or ACKED; false if the word is none of them. */
bool stream_args_reference_mode(struct span word, enum stream_reference_mode *mode);

/* "[KEEPREF|DELREF|ACKED] IDS numids id ..." from argument `at` to the end, as XDELEX and XACKDEL
 * have it. The ids themselves are not parsed yet: *ids_at is the first, *count their number. */
int stream_args_delete_options(struct request *rq, size_t at, enum stream_reference_mode *mode,
                               size_t *ids_at, size_t *count, struct reply *out);

/* Options of XREAD and XREADGROUP (sections 9 and 11), up to and with STREAMS. */
struct stream_read_args {
    int64_t count;     /* per stream; 0: no limit */
    int64_t max_count; /* over all streams; 0: no limit */
    int64_t max_size;  /* reply bytes; 0: no limit */
    bool block;
    int64_t deadline_ms; /* of BLOCK: Unix time, 0 for ever */
    bool has_group, no_ack, claim;
    struct span group, consumer;
    int64_t claim_min_idle_ms;
    size_t keys_at, streams; /* keys are argv[keys_at ...], ids streams behind them */
};

int stream_args_read(struct request *rq, bool for_group, struct stream_read_args *args,
                     struct reply *out);

/* The keys of such a call, found by the options' own sizes: a group or consumer may be named
 * STREAMS. For command_spec.find_keys. */
int stream_args_find_keys(size_t argc, const struct span *argv, struct arena *arena,
                          struct command_key **keys);

/* How many entries the stream about to be read may give, by COUNT and what MAXCOUNT leaves;
 * INT64_MAX for no limit, 0 when the budget is used up. `given`: entries written by the command so
 * far. */
int64_t stream_args_allowance(const struct stream_read_args *args, int64_t given);

/* True if MAXSIZE ends the reply here: at least one entry is out and the bytes reach it. */
bool stream_args_size_reached(const struct stream_read_args *args, const struct reply *out,
                              int64_t given);

#endif
