#include "streams/args.h"
#include "core/base/error.h"
#include "core/num/num.h"
#include "streams/idmp.h"

int stream_args_find(struct request *rq, size_t at, enum find_mode mode, struct stream **stream,
                     struct reply *out)
{
    void *value = NULL;
    int rc = keyspace_find_value(rq, request_key(rq, at), mode, &stream_type, &value, out);

    *stream = value;
    return rc;
}

static void log_limits(struct request *rq, struct key key, const struct stream_idmp_facts *facts)
{
    struct span *argv = arena_array(rq->arena, 6, sizeof(*argv));

    argv[0] = SPAN("XCFGSET");
    argv[1] = key.name;
    argv[2] = SPAN("IDMP-DURATION");
    argv[3] = arena_printf(rq->arena, "%u", facts->duration_s);
    argv[4] = SPAN("IDMP-MAXSIZE");
    argv[5] = arena_printf(rq->arena, "%u", facts->max_size);
    request_rewrite(rq, 6, argv);
}

struct stream *stream_args_create(struct request *rq, struct key key)
{
    struct stream *stream = stream_new(rq->settings);
    struct stream_idmp_facts facts;

    if (rq->flags & REQUEST_REPLAY)
        stream_idmp_configure(stream, IDMP_DURATION_DEFAULT_S, IDMP_SIZE_DEFAULT);
    stream_idmp_facts(stream, &facts);
    if (request_is_logged(rq) &&
        (facts.duration_s != IDMP_DURATION_DEFAULT_S || facts.max_size != IDMP_SIZE_DEFAULT))
        log_limits(rq, key, &facts);
    keyspace_add_take(rq, key, &stream_type, stream);
    return stream;
}

bool stream_args_reference_mode(struct span word, enum stream_reference_mode *mode)
{
    if (span_is(word, "keepref"))
        *mode = STREAM_KEEPREF;
    else if (span_is(word, "delref"))
        *mode = STREAM_DELREF;
    else if (span_is(word, "acked"))
        *mode = STREAM_ACKED;
    else
        return false;
    return true;
}

static int fail(struct reply *out, const char *error)
{
    reply_error(out, error);
    return ERR_SYNTAX;
}

int stream_args_delete_options(struct request *rq, size_t at, enum stream_reference_mode *mode,
                               size_t *ids_at, size_t *count, struct reply *out)
{
    bool has_mode = false, has_ids = false;

    *mode = STREAM_KEEPREF;
    while (at < rq->argc) {
        enum stream_reference_mode word;
        int64_t numids;

        if (!has_mode && stream_args_reference_mode(rq->argv[at], &word)) {
            *mode = word;
            has_mode = true;
            at++;
        } else if (!has_ids && span_is(rq->argv[at], "ids") && at + 1 < rq->argc) {
            if (num_parse_i64(rq->argv[at + 1], &numids) < 0 || numids < 1)
                return fail(out, "ERR Number of IDs must be a positive integer");
            if ((uint64_t)numids > rq->argc - at - 2)
                return fail(out, "ERR The `numids` parameter must match the number of arguments");
            *ids_at = at + 2;
            *count = (size_t)numids;
            has_ids = true;
            at += 2 + (size_t)numids;
        } else {
            return fail(out, ERROR_SYNTAX);
        }
    }
    return has_ids ? 0 : fail(out, "ERR IDS option is required");
}

/* --- XREAD, XREADGROUP. */

static int parse_block(struct request *rq, struct span word, struct stream_read_args *args,
                       struct reply *out)
{
    int64_t timeout_ms;

    if (num_parse_i64(word, &timeout_ms) < 0)
        return fail(out, ERROR_TIMEOUT_INTEGER);
    if (timeout_ms < 0)
        return fail(out, ERROR_TIMEOUT_SIGN);
    args->block = true;
    args->deadline_ms = 0;
    if (timeout_ms > 0 && !num_add_i64(rq->now_ms, timeout_ms, &args->deadline_ms))
        return fail(out, ERROR_TIMEOUT_RANGE);
    return 0;
}

static int parse_positive(struct span word, int64_t *value, const char *error, struct reply *out)
{
    if (num_parse_i64(word, value) < 0)
        return fail(out, ERROR_NOT_INTEGER);
    return *value < 1 ? fail(out, error) : 0;
}

static int parse_claim(struct span word, struct stream_read_args *args, struct reply *out)
{
    if (num_parse_i64(word, &args->claim_min_idle_ms) < 0)
        return fail(out, "ERR min-idle-time is not an integer or out of range");
    if (args->claim_min_idle_ms < 0)
        return fail(out, "ERR min-idle-time must be a positive integer");
    args->claim = true;
    return 0;
}

static int group_only(struct reply *out, const char *option)
{
    reply_error_format(out,
                       "ERR The %s option is only supported by XREADGROUP. You called XREAD "
                       "instead.",
                       option);
    return ERR_SYNTAX;
}

/* STREAMS takes all the rest: keys, then as many ids. */
static int parse_streams(struct request *rq, size_t at, bool for_group,
                         struct stream_read_args *args, struct reply *out)
{
    size_t left = rq->argc - at - 1;

    if (left % 2 != 0) {
        reply_error_format(out,
                           "ERR Unbalanced '%s' list of streams: for each stream key an ID%s must "
                           "be specified.",
                           for_group ? "xreadgroup" : "xread",
                           for_group ? " or '>'" : ", '+', or '$'");
        return ERR_SYNTAX;
    }
    args->keys_at = at + 1;
    args->streams = left / 2;
    return 0;
}

/* One option at argument `*at`, which it moves behind it. */
static int parse_option(struct request *rq, size_t *at, bool for_group,
                        struct stream_read_args *args, struct reply *out)
{
    struct span word = rq->argv[*at];
    size_t left = rq->argc - *at - 1;
    struct span value = left ? rq->argv[*at + 1] : span_of(NULL, 0);

    *at += 2;
    if (span_is(word, "block") && left)
        return parse_block(rq, value, args, out);
    if (span_is(word, "count") && left) {
        if (num_parse_i64(value, &args->count) < 0)
            return fail(out, ERROR_NOT_INTEGER);
        if (args->count < 0)
            args->count = 0;
        return 0;
    }
    if (span_is(word, "maxcount") && left)
        return parse_positive(value, &args->max_count, "ERR MAXCOUNT must be a positive integer",
                              out);
    if (span_is(word, "maxsize") && left)
        return parse_positive(value, &args->max_size, "ERR MAXSIZE must be a positive integer",
                              out);
    if (span_is(word, "group") && left >= 2) {
        if (!for_group)
            return group_only(out, "GROUP");
        args->has_group = true;
        args->group = value;
        args->consumer = rq->argv[*at];
        *at += 1;
        return 0;
    }
    if (span_is(word, "noack")) {
        if (!for_group)
            return group_only(out, "NOACK");
        args->no_ack = true;
        *at -= 1;
        return 0;
    }
    if (span_is(word, "claim") && left)
        return for_group ? parse_claim(value, args, out) : group_only(out, "CLAIM");
    return fail(out, ERROR_SYNTAX);
}

int stream_args_read(struct request *rq, bool for_group, struct stream_read_args *args,
                     struct reply *out)
{
    size_t at = 1;

    *args = (struct stream_read_args){0};
    while (at < rq->argc && args->streams == 0) {
        int rc;

        if (span_is(rq->argv[at], "streams") && at + 1 < rq->argc) {
            rc = parse_streams(rq, at, for_group, args, out);
            if (rc < 0)
                return rc;
            break;
        }
        rc = parse_option(rq, &at, for_group, args, out);
        if (rc < 0)
            return rc;
    }
    if (args->streams == 0)
        return fail(out, ERROR_SYNTAX);
    if (for_group && !args->has_group)
        return fail(out, "ERR Missing GROUP option for XREADGROUP");
    if (args->max_count && args->count > 0 && args->max_count < args->count)
        return fail(out, "ERR MAXCOUNT must be greater than or equal to COUNT");
    return 0;
}

int stream_args_find_keys(size_t argc, const struct span *argv, struct arena *arena,
                          struct command_key **keys)
{
    size_t at = 1, count;

    while (at < argc && !span_is(argv[at], "streams")) {
        if (span_is(argv[at], "group"))
            at += 3;
        else
            at += span_is(argv[at], "noack") ? 1 : 2;
    }
    if (at + 1 >= argc || (argc - at - 1) % 2 != 0)
        return ERR_SYNTAX;
    count = (argc - at - 1) / 2;
    *keys = arena_array(arena, count, sizeof(**keys));
    for (size_t i = 0; i < count; i++)
        (*keys)[i] = (struct command_key){.at = (int)(at + 1 + i), .flags = KEY_RO | KEY_ACCESS};
    return (int)count;
}

int64_t stream_args_allowance(const struct stream_read_args *args, int64_t given)
{
    int64_t allowed = args->count > 0 ? args->count : INT64_MAX;

    if (args->max_count && args->max_count - given < allowed)
        allowed = args->max_count - given;
    return allowed;
}

bool stream_args_size_reached(const struct stream_read_args *args, const struct reply *out,
                              int64_t given)
{
    return args->max_size > 0 && given > 0 && (int64_t)reply_size(out) >= args->max_size;
}
