#include "types/zset/zset_args.h"
#include "core/num/num.h"

#include <math.h>

static bool deadline_error(struct reply *out, const char *text)
{
    reply_error(out, text);
    return false;
}

bool zset_args_deadline(struct request *rq, struct span word, int64_t *deadline_ms,
                        struct reply *out)
{
    long double timeout_ms;
    int64_t whole_ms;

    *deadline_ms = 0;
    if (num_parse_long_double(word, &timeout_ms) < 0)
        return deadline_error(out, ERROR_TIMEOUT_FLOAT);
    timeout_ms = ceill(timeout_ms * 1000);
    if (timeout_ms < 0)
        return deadline_error(out, ERROR_TIMEOUT_SIGN);
    if (timeout_ms >= 0x1p63L)
        return deadline_error(out, ERROR_TIMEOUT_RANGE);
    whole_ms = (int64_t)timeout_ms;
    if (whole_ms > 0 && !num_add_i64(rq->now_ms, whole_ms, deadline_ms))
        return deadline_error(out, ERROR_TIMEOUT_RANGE);
    return true;
}

/* --- Ranges. */

/* "[member", "(member", "-" or "+"; false if it is none of them. */
static bool parse_lex(struct span text, struct zset_lex_bound *bound)
{
    *bound = (struct zset_lex_bound){0};
    if (text.size == 0)
        return false;
    bound->exclusive = text.data[0] == '(';
    if (bound->exclusive || text.data[0] == '[') {
        bound->member = span_of(text.data + 1, text.size - 1);
        return true;
    }
    if (text.size != 1 || (text.data[0] != '-' && text.data[0] != '+'))
        return false;
    bound->end = text.data[0] == '-' ? -1 : 1;
    return true;
}

bool zset_range_parse(struct zset_range *range, struct span first, struct span second,
                      struct reply *out)
{
    bool swap = range->down && range->kind != ZSET_BY_RANK;
    struct span low = swap ? second : first, high = swap ? first : second;

    switch (range->kind) {
    case ZSET_BY_RANK:
        if (num_parse_i64(low, &range->start) == 0 && num_parse_i64(high, &range->stop) == 0)
            return true;
        reply_error(out, ERROR_NOT_INTEGER);
        return false;
    case ZSET_BY_SCORE:
        if (zset_score_bound_parse(low, &range->low_score) == 0 &&
            zset_score_bound_parse(high, &range->high_score) == 0)
            return true;
        reply_error(out, "ERR min or max is not a float");
        return false;
    case ZSET_BY_LEX:
        break;
    }
    if (parse_lex(low, &range->low_member) && parse_lex(high, &range->high_member))
        return true;
    reply_error(out, "ERR min or max not valid string range item");
    return false;
}

/* Ranks as given: both included, negative ones from the end, from the top if `down`. */
static void given_ranks(const struct zset_range *range, size_t count, size_t *begin, size_t *end)
{
    int64_t size = (int64_t)count, start = range->start, stop = range->stop;

    if (start < 0)
        start = start + size < 0 ? 0 : start + size;
    if (stop < 0)
        stop += size;
    if (stop >= size)
        stop = size - 1;
    if (start > stop) {
        *begin = *end = 0;
        return;
    }
    *begin = (size_t)(range->down ? size - 1 - stop : start);
    *end = *begin + (size_t)(stop - start + 1);
}

static size_t below_lex(const struct zset *zset, const struct zset_lex_bound *bound, bool or_equal)
{
    if (bound->end != 0)
        return bound->end < 0 ? 0 : zset_count(zset);
    return zset_count_below_member(zset, bound->member, or_equal);
}

void zset_range_ranks(const struct zset_range *range, const struct zset *zset, size_t *begin,
                      size_t *end)
{
    switch (range->kind) {
    case ZSET_BY_RANK:
        given_ranks(range, zset_count(zset), begin, end);
        break;
    case ZSET_BY_SCORE:
        *begin = zset_count_below_score(zset, range->low_score.score, range->low_score.exclusive);
        *end = zset_count_below_score(zset, range->high_score.score, !range->high_score.exclusive);
        break;
    case ZSET_BY_LEX:
        *begin = below_lex(zset, &range->low_member, range->low_member.exclusive);
        *end = below_lex(zset, &range->high_member, !range->high_member.exclusive);
        break;
    }
    if (*begin > *end)
        *end = *begin;
}

/* --- Replies. */

void zset_reply_header(struct reply *out, size_t count, bool scores)
{
    reply_array(out, scores && out->protocol < 3 ? count * 2 : count);
}

void zset_reply_element(struct reply *out, struct span member, double score, bool scores)
{
    if (scores && out->protocol >= 3)
        reply_array(out, 2);
    reply_bulk(out, member);
    if (scores)
        reply_double(out, score);
}

void zset_reply_range(struct reply *out, const struct zset *zset, size_t begin, size_t end,
                      bool down, bool scores)
{
    struct zset_walk walk;
    struct span member;
    double score;

    zset_reply_header(out, end - begin, scores);
    if (begin == end)
        return;
    zset_walk_begin(&walk, zset, down ? end - 1 : begin, down);
    for (size_t left = end - begin; left > 0 && zset_walk_next(&walk, &member, &score); left--)
        zset_reply_element(out, member, score, scores);
}

/* --- Changes. */

void zset_removed(struct request *rq, struct key key, struct zset *zset, const char *event)
{
    request_changed(rq, key, EVENT_ZSET, event);
    if (zset_count(zset) > 0)
        return;
    keyspace_delete(rq, key, false);
    request_changed(rq, key, EVENT_GENERIC, "del");
}

void zset_log_ranks(struct request *rq, struct span name, size_t keys, size_t begin, size_t end)
{
    struct span *argv;

    if (!request_is_logged(rq))
        return;
    argv = arena_array(rq->arena, keys + 3, sizeof(*argv));
    argv[0] = name;
    for (size_t i = 1; i <= keys; i++)
        argv[i] = rq->argv[i];
    /* an empty range has its end in front of its beginning */
    argv[keys + 1] = arena_printf(rq->arena, "%zu", begin < end ? begin : 1);
    argv[keys + 2] = arena_printf(rq->arena, "%zu", begin < end ? end - 1 : 0);
    request_rewrite(rq, keys + 3, argv);
}

size_t zset_store_take(struct request *rq, struct key key, struct zset *result, const char *event)
{
    struct entry *entry = keyspace_find(rq, key, FIND_QUIET);
    size_t count = zset_count(result);

    if (count == 0) {
        zset_free(result);
        if (entry) {
            keyspace_delete(rq, key, rq->settings->lazyfree_lazy_server_del);
            request_changed(rq, key, EVENT_GENERIC, "del");
        }
        return 0;
    }
    if (!entry) {
        request_effect(rq, key, 0, EVENT_NEW, "new");
    } else {
        request_effect(rq, key, 0, EVENT_OVERWRITTEN, "overwritten");
        if (entry_type(entry) != &zset_type)
            request_effect(rq, key, 0, EVENT_TYPE_CHANGED, "type_changed");
    }
    keyspace_put_take(rq, key, &zset_type, result, false);
    request_changed(rq, key, EVENT_ZSET, event);
    return count;
}
