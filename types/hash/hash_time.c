#include "types/hash/hash_time.h"

#include "core/base/error.h"
#include "core/command/command.h"
#include "core/num/num.h"
#include "types/hash/hash.h"

int hash_time_parse(const struct request *rq, size_t at, struct hash_time_unit unit, int64_t *at_ms,
                    struct reply *out)
{
    int64_t time;

    if (num_parse_i64(rq->argv[at], &time) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return ERR_SYNTAX;
    }
    if (time < 0) {
        reply_error(out, "ERR invalid expire time, must be >= 0");
        return ERR_RANGE;
    }
    if (!num_mul_i64(time, unit.ms, &time) ||
        !num_add_i64(time, unit.relative ? rq->now_ms : 0, &time) || time > HASH_TIME_LIMIT) {
        reply_error_format(out, "ERR invalid expire time in '%s' command", rq->spec->name);
        return ERR_RANGE;
    }
    *at_ms = time;
    return 0;
}

bool hash_time_is_past(const struct request *rq, int64_t at_ms)
{
    return at_ms <= rq->now_ms && !(rq->flags & REQUEST_REPLAY);
}

struct span hash_time_text(struct request *rq, int64_t at_ms)
{
    char *text = arena_alloc(rq->arena, NUM_TEXT_LIMIT);

    return span_of(text, num_format_i64(text, at_ms));
}

int hash_time_fields(const struct request *rq, size_t at, struct span **fields, size_t *count,
                     struct reply *out)
{
    int64_t wanted;

    if (!span_is(rq->argv[at], "fields")) {
        reply_error(out, "ERR Mandatory argument FIELDS is missing or not at the right position");
        return ERR_SYNTAX;
    }
    if (num_parse_i64(rq->argv[at + 1], &wanted) < 0 || wanted < 1) {
        reply_error(out, "ERR Number of fields must be a positive integer");
        return ERR_RANGE;
    }
    if ((uint64_t)wanted != rq->argc - at - 2) {
        reply_error(out, "ERR The `numfields` parameter must match the number of arguments");
        return ERR_SYNTAX;
    }
    *fields = rq->argv + at + 2;
    *count = (size_t)wanted;
    return 0;
}
