#include "core/command/request.h"
#include "core/base/check.h"
#include "core/command/command.h"
#include "core/hash/key_hash.h"

#include <string.h>

void request_init(struct request *rq)
{
    memset(rq, 0, offsetof(struct request, inline_effects));
    rq->effects = rq->inline_effects;
    rq->effect_count = 0;
    rq->effect_capacity = REQUEST_INLINE_EFFECTS;
    rq->rewrites = NULL;
    rq->rewrite_count = 0;
    rq->wait = NULL;
    rq->wait_count = 0;
    rq->wait_deadline_ms = 0;
}

struct key request_key(struct request *rq, size_t at)
{
    struct key key;

    CHECK(at < rq->argc);
    for (unsigned i = 0; i < rq->known_count; i++)
        if (rq->known[i].at == at)
            return (struct key){.name = rq->argv[at], .hash = rq->known[i].hash, .db = rq->db};
    if (rq->hashes && rq->hashes[at])
        return (struct key){.name = rq->argv[at], .hash = rq->hashes[at], .db = rq->db};
    key = request_key_of(rq, rq->argv[at], rq->db);
    if (rq->known_count < REQUEST_INLINE_KEYS && at <= UINT32_MAX) {
        rq->known[rq->known_count].at = (uint32_t)at;
        rq->known[rq->known_count++].hash = key.hash;
    }
    return key;
}

struct key request_key_of(struct request *rq, struct span name, int db)
{
    (void)rq;
    return (struct key){.name = name, .hash = key_hash(name), .db = db};
}

void request_changed(struct request *rq, struct key key, enum event_class class, const char *event)
{
    request_effect(rq, key, EFFECT_CHANGED, class, event);
}

void request_effect(struct request *rq, struct key key, unsigned flags, enum event_class class,
                    const char *event)
{
    if (rq->effect_count == rq->effect_capacity) {
        struct effect *more = arena_array(rq->arena, rq->effect_capacity * 2, sizeof(*more));

        memcpy(more, rq->effects, rq->effect_count * sizeof(*more));
        rq->effects = more;
        rq->effect_capacity *= 2;
    }
    rq->effects[rq->effect_count++] =
        (struct effect){.key = key, .event = event, .class = class, .flags = flags};
}

void request_rewrite(struct request *rq, size_t argc, struct span *argv)
{
    size_t count = rq->rewrite_count;

    /* The room is the next power of two, so it is used up whenever the count is one. */
    if ((count & (count - 1)) == 0) {
        struct request_rewrite_form *more =
            arena_array(rq->arena, count ? count * 2 : 1, sizeof(*more));

        if (count)
            memcpy(more, rq->rewrites, count * sizeof(*more));
        rq->rewrites = more;
    }
    rq->rewrites[count] = (struct request_rewrite_form){argc, argv, rq->db};
    rq->rewrite_count++;
}

bool request_wait(struct request *rq, const struct wait_on *keys, size_t count, int64_t deadline_ms)
{
    struct wait_on *copy;

    if (rq->flags & REQUEST_NO_WAIT)
        return false;
    CHECK(count > 0);
    copy = arena_array(rq->arena, count, sizeof(*copy));
    for (size_t i = 0; i < count; i++) {
        copy[i] = keys[i];
        copy[i].key.name = arena_span(rq->arena, keys[i].key.name);
        copy[i].lane = arena_span(rq->arena, keys[i].lane);
    }
    rq->wait = copy;
    rq->wait_count = count;
    rq->wait_deadline_ms = deadline_ms;
    return true;
}

bool request_hides_expired(const struct request *rq)
{
    return rq->flags & REQUEST_REPLICA && !(rq->spec && rq->spec->flags & CMD_WRITE);
}
