#include "types/set/set_args.h"

struct set *set_create(struct request *rq, struct key key)
{
    struct set *set = set_new();

    keyspace_add_take(rq, key, &set_type, set);
    request_effect(rq, key, 0, EVENT_NEW, "new");
    return set;
}

void set_removed(struct request *rq, struct key key, struct set *set, const char *event)
{
    request_changed(rq, key, EVENT_SET, event);
    if (set_count(set) > 0)
        return;
    keyspace_delete(rq, key, false);
    request_changed(rq, key, EVENT_GENERIC, "del");
}

void set_reply_members(const struct set *set, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];
    struct set_iterator it;
    struct span member;

    reply_set(out, set ? set_count(set) : 0);
    if (!set)
        return;
    set_iterate_begin(&it, set);
    while (set_iterate_next(&it, &member, scratch))
        reply_bulk(out, member);
    set_iterate_end(&it);
}
