#include "types/list/list_args.h"
#include "core/num/num.h"

#include <math.h>

bool list_args_end(struct span word, enum list_end *end, struct reply *out)
{
    if (span_is(word, "left")) {
        *end = LIST_HEAD;
    } else if (span_is(word, "right")) {
        *end = LIST_TAIL;
    } else {
        reply_error(out, ERROR_SYNTAX);
        return false;
    }
    return true;
}

bool list_args_count(struct span word, const char *text, int64_t *count, struct reply *out)
{
    if (num_parse_i64(word, count) == 0 && *count > 0)
        return true;
    reply_error(out, text);
    return false;
}

static bool deadline_error(struct reply *out, const char *text)
{
    reply_error(out, text);
    return false;
}

bool list_args_deadline(struct request *rq, struct span word, int64_t *deadline_ms,
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

struct span list_end_word(enum list_end end)
{
    return end == LIST_HEAD ? SPAN("LEFT") : SPAN("RIGHT");
}

void list_reply_range(const struct list *list, size_t index, size_t count, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];
    struct list_place place;
    struct list_run run;

    if (count == 0 || !list_seek(list, index, &place))
        return;
    while (count > 0) {
        list_run(list, &place, &run);
        if (!run.pack) {
            reply_bulk(out, run.plain);
            count--;
        }
        for (size_t at = run.at; run.pack && at != LISTPACK_END && count > 0; count--) {
            reply_bulk(out, listpack_text(run.pack, at, scratch));
            at = listpack_next(run.pack, at);
        }
    }
}

void list_reply_pop(const struct list *list, enum list_end end, size_t count, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];
    struct list_place place;

    if (end == LIST_HEAD) {
        list_reply_range(list, 0, count, out);
        return;
    }
    list_seek(list, list_count(list) - 1, &place);
    for (size_t i = 0; i < count; i++) {
        reply_bulk(out, list_text(list, &place, scratch));
        list_previous(list, &place);
    }
}

struct list *list_create(struct request *rq, struct key key)
{
    struct list *list = list_new();

    keyspace_add_take(rq, key, &list_type, list);
    return list;
}

void list_pushed(struct request *rq, struct key key, enum list_end end, bool fresh)
{
    if (fresh)
        request_effect(rq, key, 0, EVENT_NEW, "new");
    request_changed(rq, key, EVENT_LIST, end == LIST_HEAD ? "lpush" : "rpush");
}

void list_removed(struct request *rq, struct key key, struct list *list, const char *event)
{
    request_changed(rq, key, EVENT_LIST, event);
    if (list_count(list) > 0)
        return;
    keyspace_delete(rq, key, false);
    request_changed(rq, key, EVENT_GENERIC, "del");
}

void list_pop(struct request *rq, struct key key, struct list *list, enum list_end end,
              size_t count)
{
    if (count == 1)
        list_drop(list, end, rq->settings);
    else
        list_remove(list, end == LIST_HEAD ? 0 : list_count(list) - count, count, rq->settings);
    list_removed(rq, key, list, end == LIST_HEAD ? "lpop" : "rpop");
}
