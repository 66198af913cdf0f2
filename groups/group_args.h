/* group_args.h - what the group commands have in common: finding stream and group of a call,
 * and the errors for it. Functions that return false have written the error reply. */
#ifndef MS_GROUPS_GROUP_ARGS_H
#define MS_GROUPS_GROUP_ARGS_H

#include "core/command/reply.h"
#include "core/command/request.h"
#include "groups/group.h"
#include "streams/args.h"

/* Stream and group at arguments `key_at` and `key_at` + 1. False: WRONGTYPE, or NOGROUP naming key
 * and group. */
bool group_args_find(struct request *rq, size_t key_at, enum find_mode mode, struct stream **stream,
                     struct group **group, struct reply *out);

/* The group at argument `at` of a stream that exists. False: NOGROUP naming group and key, as
 * XGROUP and XINFO put it. */
bool group_args_named(struct request *rq, struct stream *stream, size_t key_at, size_t at,
                      struct group **group, struct reply *out);

/* A signed 64-bit argument; `error` is the reply if it is none. */
bool group_args_integer(struct request *rq, size_t at, const char *error, int64_t *value,
                        struct reply *out);

/* "subcommand or its options are wrong", for containers. */
void group_args_bad_subcommand(struct request *rq, const char *container, struct reply *out);

#endif
