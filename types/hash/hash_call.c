#include "types/hash/hash_call.h"

#include "core/base/check.h"
#include "core/base/error.h"

static int64_t clock_of(const struct request *rq)
{
    return rq->flags & REQUEST_REPLAY ? -1 : rq->now_ms;
}

int hash_call_begin(struct hash_call *call, struct request *rq, size_t at, enum find_mode mode,
                    struct reply *out)
{
    void *value;

    *call = (struct hash_call){.rq = rq, .key = request_key(rq, at), .next_ms = -1};
    call->now_ms = clock_of(rq);
    if (keyspace_find_value(rq, call->key, mode, &hash_type, &value, out) < 0)
        return ERR_UNSUPPORTED;
    call->hash = value;
    if (value)
        call->next_ms = hash_next_expire_ms(value);
    return 0;
}

/* Notes the name of a field that is about to be removed because of its time. */
static void note_expired(struct hash_call *call, struct span name)
{
    struct arena *arena = call->rq->arena;

    if (request_is_logged(call->rq)) {
        if (call->expired == call->name_capacity) {
            size_t capacity = call->name_capacity ? call->name_capacity * 2 : 8;
            struct span *names = arena_array(arena, capacity, sizeof(*names));

            if (call->expired)
                memcpy(names, call->names, call->expired * sizeof(*names));
            call->names = names;
            call->name_capacity = capacity;
        }
        call->names[call->expired] = arena_span(arena, name);
    }
    call->expired++;
}

bool hash_call_find(struct hash_call *call, struct span name, struct hash_item *item)
{
    if (!call->hash || !hash_find(call->hash, name, item))
        return false;
    if (!hash_item_is_expired(item, call->now_ms))
        return true;
    if (request_hides_expired(call->rq))
        return false;
    note_expired(call, name);
    hash_delete(call->hash, name);
    return false;
}

/* Removes at most `limit` expired fields; returns how many. */
static size_t expire_some(struct hash_call *call, size_t limit)
{
    struct hash_item item;
    size_t count = 0;

    for (; count < limit && hash_first_to_expire(call->hash, &item); count++) {
        if (!hash_item_is_expired(&item, call->now_ms))
            break;
        note_expired(call, item.name);
        hash_delete(call->hash, item.name);
    }
    return count;
}

void hash_call_expire_all(struct hash_call *call)
{
    struct hash_item item;

    if (!call->hash || !hash_first_to_expire(call->hash, &item) ||
        !hash_item_is_expired(&item, call->now_ms))
        return;
    if (!request_hides_expired(call->rq)) {
        expire_some(call, SIZE_MAX);
        return;
    }
    call->shown = hash_type.copy(call->hash);
    while (hash_first_to_expire(call->shown, &item) && hash_item_is_expired(&item, call->now_ms))
        hash_delete(call->shown, item.name);
    call->hash = call->shown;
}

void hash_call_make(struct hash_call *call)
{
    if (call->hash)
        return;
    call->hash = hash_new();
    call->is_new = true;
}

size_t hash_call_set(struct hash_call *call, const struct span *pairs, size_t count, bool keep_ttl)
{
    const struct settings *settings = call->rq->settings;
    size_t longest = 0, added = 0;

    hash_call_make(call);
    for (size_t i = 0; i < 2 * count; i++)
        longest = pairs[i].size > longest ? pairs[i].size : longest;
    hash_make_room(call->hash, settings, count, longest);
    for (size_t i = 0; i < count; i++) {
        struct hash_item item;

        if (call->next_ms >= 0)
            hash_call_find(call, pairs[2 * i], &item); /* an expired one is not overwritten */
        added += hash_set(call->hash, settings, pairs[2 * i], pairs[2 * i + 1], keep_ttl);
    }
    return added;
}

/* --- What follows. */

/* Tells about the fields that were found expired. */
static void tell_expired(struct hash_call *call, bool active)
{
    if (call->expired == 0)
        return;
    keyspace_count_expired_parts(call->rq, call->key, call->expired, active);
    request_changed(call->rq, call->key, EVENT_HASH, "hexpired");
    if (request_is_logged(call->rq)) {
        bool rewritten = call->rewritten;

        hash_call_rewrite_hdel(call, call->names, call->expired);
        call->rewritten = rewritten;
        call->told = true;
    }
    call->expired = 0;
}

void hash_call_event(struct hash_call *call, const char *event)
{
    tell_expired(call, false);
    if (call->is_new) {
        keyspace_add_take(call->rq, call->key, &hash_type, call->hash);
        request_effect(call->rq, call->key, 0, EVENT_NEW, "new");
        call->is_new = false;
    }
    request_changed(call->rq, call->key, EVENT_HASH, event);
    call->changed = true;
}

void hash_call_rewrite(struct hash_call *call, size_t argc, struct span *argv)
{
    call->rewritten = true;
    if (request_is_logged(call->rq))
        request_rewrite(call->rq, argc, argv);
}

void hash_call_rewrite_fields(struct hash_call *call, struct span name, struct span time,
                              const struct span *fields, size_t count)
{
    char *text;
    struct span *argv;
    size_t argc = 0;

    call->rewritten = true;
    if (!request_is_logged(call->rq))
        return;
    text = arena_alloc(call->rq->arena, NUM_TEXT_LIMIT);
    argv = arena_array(call->rq->arena, count + 5, sizeof(*argv));
    argv[argc++] = name;
    argv[argc++] = call->key.name;
    if (time.data)
        argv[argc++] = time;
    argv[argc++] = SPAN("FIELDS");
    argv[argc++] = span_of(text, num_format_u64(text, count));
    memcpy(argv + argc, fields, count * sizeof(*fields));
    hash_call_rewrite(call, argc + count, argv);
}

void hash_call_rewrite_hdel(struct hash_call *call, const struct span *fields, size_t count)
{
    struct span *argv;

    call->rewritten = true;
    if (!request_is_logged(call->rq))
        return;
    argv = arena_array(call->rq->arena, count + 2, sizeof(*argv));
    argv[0] = SPAN("HDEL");
    argv[1] = call->key.name;
    memcpy(argv + 2, fields, count * sizeof(*fields));
    hash_call_rewrite(call, count + 2, argv);
}

static void settle(struct hash_call *call)
{
    if (hash_count(call->hash) == 0) {
        keyspace_delete(call->rq, call->key, false);
        request_changed(call->rq, call->key, EVENT_GENERIC, "del");
    } else {
        int64_t next_ms = hash_next_expire_ms(call->hash);

        if (next_ms != call->next_ms)
            keyspace_set_part_expire(call->rq, call->key, next_ms);
    }
}

/* Where the HDEL took the last field, the key that a replay makes anew has no expiry yet. */
static void log_key_time(struct hash_call *call)
{
    struct entry *entry = keyspace_find(call->rq, call->key, FIND_QUIET);
    struct span *argv;

    if (!entry || entry_expire_ms(entry) < 0)
        return;
    argv = arena_array(call->rq->arena, 3, sizeof(*argv));
    argv[0] = SPAN("PEXPIREAT");
    argv[1] = call->key.name;
    argv[2] = arena_printf(call->rq->arena, "%lld", (long long)entry_expire_ms(entry));
    request_rewrite(call->rq, 3, argv);
}

void hash_call_end(struct hash_call *call)
{
    if (!call->hash)
        return;
    if (call->shown) {
        hash_free(call->shown);
        return;
    }
    CHECK(!call->is_new);
    tell_expired(call, false);
    /* the HDEL in the log stands for what time did; the call itself is still to be logged */
    if (call->told && call->changed && !call->rewritten)
        request_rewrite(call->rq, call->rq->argc, call->rq->argv);
    if (call->told && call->changed && hash_count(call->hash) > 0)
        log_key_time(call);
    settle(call);
}

size_t hash_expire_fields(struct request *rq, struct key key, void *value, size_t limit)
{
    struct hash_call call = {
        .rq = rq, .key = key, .hash = value, .now_ms = rq->now_ms, .next_ms = -2};
    size_t count = expire_some(&call, limit);

    tell_expired(&call, true);
    settle(&call);
    return count;
}
