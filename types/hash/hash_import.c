#include "types/hash/hash_import.h"

#include "core/base/mem.h"
#include "types/hash/hash_call.h"

#include <stdlib.h>

struct place {
    struct span name;
    uint32_t value;
};

static int compare(const void *a, const void *b)
{
    const struct place *one = a, *other = b;

    if (one->name.size != other->name.size)
        return one->name.size < other->name.size ? -1 : 1;
    return span_compare(one->name, other->name);
}

bool hash_fieldset_fill(struct hash_fieldset *set, const struct span *names, size_t count)
{
    struct place *places = mem_alloc(count * sizeof(*places));
    bool distinct = true;

    for (size_t i = 0; i < count; i++)
        places[i] = (struct place){names[i], (uint32_t)i};
    qsort(places, count, sizeof(*places), compare);
    for (size_t i = 0; i < count; i++) {
        distinct = distinct && (i == 0 || compare(&places[i - 1], &places[i]) != 0);
        set->fields[i] = places[i].name;
        set->values[i] = places[i].value;
    }
    set->count = count;
    mem_free(places);
    return distinct;
}

/* Logged as what a server without field sets understands. */
static void log_import(struct request *rq, struct key key, const struct span *pairs, size_t count,
                       bool replaced)
{
    struct span *argv;

    if (!request_is_logged(rq))
        return;
    if (replaced) {
        argv = arena_array(rq->arena, 2, sizeof(*argv));
        argv[0] = SPAN("DEL");
        argv[1] = key.name;
        request_rewrite(rq, 2, argv);
    }
    argv = arena_array(rq->arena, 2 + 2 * count, sizeof(*argv));
    argv[0] = SPAN("HSET");
    argv[1] = key.name;
    memcpy(argv + 2, pairs, 2 * count * sizeof(*argv));
    request_rewrite(rq, 2 + 2 * count, argv);
}

static struct hash *make(struct request *rq, const struct span *pairs, size_t count)
{
    struct hash *hash = hash_new();
    size_t longest = 0;

    for (size_t i = 0; i < 2 * count; i++)
        longest = pairs[i].size > longest ? pairs[i].size : longest;
    hash_make_room(hash, rq->settings, count, longest);
    for (size_t i = 0; i < count; i++)
        hash_add(hash, rq->settings, pairs[2 * i], pairs[2 * i + 1], -1);
    return hash;
}

void hash_import(struct request *rq, size_t at, const struct hash_fieldset *set, size_t first,
                 struct reply *out)
{
    struct key key = request_key(rq, at);
    struct span *pairs;
    void *old;

    if (keyspace_find_value(rq, key, FIND_WRITE, &hash_type, &old, out) < 0)
        return;
    if (!set) {
        reply_error(out, "ERR no such fieldset");
        return;
    }
    if (rq->argc - first != set->count) {
        reply_error(out, "ERR value count does not match fieldset field count");
        return;
    }
    pairs = arena_array(rq->arena, 2 * set->count, sizeof(*pairs));
    for (size_t i = 0; i < set->count; i++) {
        pairs[2 * i] = set->fields[i];
        pairs[2 * i + 1] = rq->argv[first + set->values[i]];
    }
    keyspace_put_take(rq, key, &hash_type, make(rq, pairs, set->count), false);
    request_effect(rq, key, 0, old ? EVENT_OVERWRITTEN : EVENT_NEW, old ? "overwritten" : "new");
    request_changed(rq, key, EVENT_HASH, "hset");
    log_import(rq, key, pairs, set->count, old != NULL);
    reply_ok(out);
}
