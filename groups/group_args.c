#include "groups/group_args.h"

#include "core/num/num.h"

bool group_args_find(struct request *rq, size_t key_at, enum find_mode mode, struct stream **stream,
                     struct group **group, struct reply *out)
{
    if (stream_args_find(rq, key_at, mode, stream, out) < 0)
        return false;
    *group = *stream ? group_find(*stream, rq->argv[key_at + 1]) : NULL;
    if (*group)
        return true;
    reply_error_format(out, "NOGROUP No such key '%.*s' or consumer group '%.*s'",
                       SPAN_ARGS(rq->argv[key_at]), SPAN_ARGS(rq->argv[key_at + 1]));
    return false;
}

bool group_args_named(struct request *rq, struct stream *stream, size_t key_at, size_t at,
                      struct group **group, struct reply *out)
{
    *group = group_find(stream, rq->argv[at]);
    if (*group)
        return true;
    reply_error_format(out, "NOGROUP No such consumer group '%.*s' for key name '%.*s'",
                       SPAN_ARGS(rq->argv[at]), SPAN_ARGS(rq->argv[key_at]));
    return false;
}

bool group_args_integer(struct request *rq, size_t at, const char *error, int64_t *value,
                        struct reply *out)
{
    if (num_parse_i64(rq->argv[at], value) == 0)
        return true;
    reply_error(out, error);
    return false;
}

void group_args_bad_subcommand(struct request *rq, const char *container, struct reply *out)
{
    struct span word = rq->argv[1];

    if (word.size > 128)
        word.size = 128;
    reply_error_format(
        out, "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try %s HELP.",
        SPAN_ARGS(word), container);
}
