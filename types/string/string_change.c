#include "types/string/string_change.h"

#include "core/num/num.h"

void string_reply(const struct entry *entry, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];

    reply_bulk(out, entry_string(entry, scratch));
}

void string_written(struct request *rq, struct key key, const struct value_type *before,
                    const char *event)
{
    if (!before) {
        request_effect(rq, key, 0, EVENT_NEW, "new");
    } else {
        request_effect(rq, key, 0, EVENT_OVERWRITTEN, "overwritten");
        if (before->id != VALUE_STRING)
            request_effect(rq, key, 0, EVENT_TYPE_CHANGED, "type_changed");
    }
    request_changed(rq, key, EVENT_STRING, event);
}

void string_edited(struct request *rq, struct key key, const struct value_type *before,
                   const char *event)
{
    if (!before)
        request_effect(rq, key, 0, EVENT_NEW, "new");
    request_changed(rq, key, EVENT_STRING, event);
}

bool string_put(struct request *rq, struct key key, const struct value_type *before,
                struct span bytes, const struct expiry_option *expiry)
{
    struct entry *entry;

    if (expiry_option_is_past(rq, expiry)) {
        if (before)
            string_remove(rq, key);
        return false;
    }
    entry = keyspace_set_string(rq, key, bytes, expiry->word == EXPIRY_KEEPTTL);
    string_written(rq, key, before, "set");
    if (expiry->word & EXPIRY_TIMES) {
        keyspace_set_expire(rq, key, entry, expiry->at_ms);
        request_changed(rq, key, EVENT_GENERIC, "expire");
    }
    return true;
}

void string_remove(struct request *rq, struct key key)
{
    keyspace_delete(rq, key, rq->settings->lazyfree_lazy_expire);
    request_changed(rq, key, EVENT_GENERIC, "del");
}

struct span string_log_number(struct request *rq, int64_t value)
{
    char *text = arena_alloc(rq->arena, NUM_TEXT_LIMIT);

    return span_of(text, num_format_i64(text, value));
}

void string_log_set(struct request *rq, struct key key, struct span value,
                    const struct expiry_option *expiry)
{
    struct span *argv;
    size_t argc = 3;

    if (!request_is_logged(rq))
        return;
    argv = arena_array(rq->arena, 5, sizeof(*argv));
    argv[0] = SPAN("SET");
    argv[1] = key.name;
    argv[2] = value;
    if (expiry->word == EXPIRY_KEEPTTL) {
        argv[argc++] = SPAN("KEEPTTL");
    } else if (expiry->word & EXPIRY_TIMES) {
        argv[argc++] = SPAN("PXAT");
        argv[argc++] = string_log_number(rq, expiry->at_ms);
    }
    request_rewrite(rq, argc, argv);
}

static void log_words(struct request *rq, struct span name, struct key key, struct span more)
{
    struct span *argv = arena_array(rq->arena, 3, sizeof(*argv));

    argv[0] = name;
    argv[1] = key.name;
    argv[2] = more;
    request_rewrite(rq, more.data ? 3 : 2, argv);
}

void string_log_del(struct request *rq, struct key key)
{
    if (request_is_logged(rq))
        log_words(rq, SPAN("DEL"), key, (struct span){0});
}

void string_log_expire(struct request *rq, struct key key, int64_t at_ms)
{
    if (request_is_logged(rq))
        log_words(rq, SPAN("PEXPIREAT"), key, string_log_number(rq, at_ms));
}

void string_log_persist(struct request *rq, struct key key)
{
    if (request_is_logged(rq))
        log_words(rq, SPAN("PERSIST"), key, (struct span){0});
}

bool string_size_fits(const struct request *rq, size_t size, size_t more, struct reply *out)
{
    size_t total;

    if (rq->flags & REQUEST_REPLAY)
        return true;
    if (num_add_size(size, more, &total) && total <= (uint64_t)rq->settings->proto_max_bulk_len)
        return true;
    reply_error(out, ERROR_STRING_TOO_LONG);
    return false;
}
