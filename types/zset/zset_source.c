#include "types/zset/zset_source.h"
#include "core/base/error.h"
#include "storage/keyspace/keyspace.h"

int zset_source_find(struct request *rq, struct key key, struct zset_source *source,
                     struct reply *out)
{
    struct entry *entry = keyspace_find(rq, key, FIND_READ);

    source->zset = NULL;
    source->set = NULL;
    if (!entry)
        return 0;
    if (entry_type(entry) == &zset_type) {
        source->zset = entry_value(entry);
    } else if (entry_type(entry) == &set_type) {
        source->set = entry_value(entry);
    } else {
        reply_error(out, ERROR_WRONGTYPE);
        return ERR_UNSUPPORTED;
    }
    return 0;
}

size_t zset_source_count(const struct zset_source *source)
{
    if (source->zset)
        return zset_count(source->zset);
    return source->set ? set_count(source->set) : 0;
}

bool zset_source_score(const struct zset_source *source, struct span member, double *score)
{
    if (source->zset)
        return zset_score(source->zset, member, score);
    *score = 1;
    return source->set && set_contains(source->set, member);
}

void zset_source_walk_begin(struct zset_source_walk *walk, const struct zset_source *source)
{
    walk->source = source;
    if (source->zset)
        zset_walk_begin(&walk->at.zset, source->zset, 0, false);
    else if (source->set)
        set_iterate_begin(&walk->at.set, source->set);
}

bool zset_source_walk_next(struct zset_source_walk *walk, struct span *member, double *score)
{
    if (walk->source->zset)
        return zset_walk_next(&walk->at.zset, member, score);
    *score = 1;
    return walk->source->set && set_iterate_next(&walk->at.set, member, walk->scratch);
}

void zset_source_walk_end(struct zset_source_walk *walk)
{
    if (walk->source->set)
        set_iterate_end(&walk->at.set);
}
