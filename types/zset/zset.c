#include "types/zset/zset.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/hash/key_hash.h"
#include "core/hash/random.h"
#include "types/zset/zset_gather.h"
#include "types/zset/zset_internal.h"
#include "types/zset/zset_pack.h"

#include <math.h>
#include <stdlib.h>

enum {
    PACK_CAPACITY = 32,      /* bytes a new listpack has room for */
    EXTREME_TEXT_LIMIT = 512 /* of a bound beyond what a double holds */
};

/* --- Elements. */

static struct span element_key(const void *entry)
{
    return zset_element_member(entry);
}

static const struct dict_type element_dict = {
    .key = element_key, .hash = key_hash, .free = mem_free};

static struct zset_element *element_new(struct zset_index *index, struct span member, double score)
{
    struct zset_element *element = mem_alloc(sizeof(*element) + member.size);

    CHECK(member.size <= UINT32_MAX);
    element->score = score;
    element->size = (uint32_t)member.size;
    if (member.size)
        memcpy(element->member, member.data, member.size);
    index->element_bytes += mem_size(element);
    return element;
}

static void element_free(struct zset_index *index, struct zset_element *element)
{
    index->element_bytes -= mem_size(element);
    mem_free(element);
}

static struct zset_index *index_new(void)
{
    struct zset_index *index = mem_zalloc(sizeof(*index));

    dict_init(&index->dict, &element_dict);
    return index;
}

static void index_free(struct zset_index *index)
{
    zset_tree_release(&index->tree);
    dict_release(&index->dict);
    mem_free(index);
}

/* The element of a member, or NULL. Lookups change nothing, though dict_find is not const. */
static struct zset_element *index_find(const struct zset_index *index, struct span member)
{
    return dict_find((struct dict *)&index->dict, key_hash(member), member);
}

static void index_add(struct zset_index *index, struct span member, double score)
{
    struct zset_element *element = element_new(index, member, score);

    dict_add(&index->dict, key_hash(member), element);
    zset_tree_add(&index->tree, element);
}

/* --- The whole. */

struct zset *zset_new_take(struct listpack *pack)
{
    struct zset *zset = mem_zalloc(sizeof(*zset));

    zset->pack = pack;
    return zset;
}

struct zset *zset_new(void)
{
    return zset_new_take(listpack_new(PACK_CAPACITY));
}

void zset_free(struct zset *zset)
{
    if (!zset)
        return;
    if (zset->pack)
        listpack_free(zset->pack);
    else
        index_free(zset->index);
    mem_free(zset);
}

struct zset *zset_copy(const struct zset *zset)
{
    struct zset *copy = mem_zalloc(sizeof(*copy));
    struct zset_walk walk;
    struct span member;
    double score;

    if (zset->pack) {
        copy->pack = listpack_copy(zset->pack);
        return copy;
    }
    copy->index = index_new();
    zset_walk_begin(&walk, zset, 0, false);
    while (zset_walk_next(&walk, &member, &score))
        index_add(copy->index, member, score);
    return copy;
}

size_t zset_count(const struct zset *zset)
{
    return zset->pack ? zset_pack_count(zset->pack) : zset->index->tree.count;
}

bool zset_is_small(const struct zset *zset)
{
    return zset->pack != NULL;
}

size_t zset_memory(const struct zset *zset, size_t samples)
{
    const struct zset_index *index = zset->index;

    (void)samples; /* counted as it grows, so sampling has nothing to save */
    if (zset->pack)
        return mem_size(zset) + listpack_memory(zset->pack);
    return mem_size(zset) + mem_size(index) + index->element_bytes + dict_memory(&index->dict) +
           zset_tree_memory(&index->tree);
}

/* --- Small to large and back. */

bool zset_fits_small(size_t count, size_t size, const struct settings *settings)
{
    return count <= (uint64_t)settings->zset_max_listpack_entries &&
           size <= (uint64_t)settings->zset_max_listpack_value;
}

static void make_large(struct zset *zset)
{
    struct zset_index *index = index_new();
    struct zset_walk walk;
    struct span member;
    double score;

    zset_walk_begin(&walk, zset, 0, false);
    while (zset_walk_next(&walk, &member, &score))
        index_add(index, member, score);
    listpack_free(zset->pack);
    zset->pack = NULL;
    zset->index = index;
}

void zset_expect(struct zset *zset, size_t count, size_t longest, const struct settings *settings)
{
    if (zset->pack && !zset_fits_small(count, longest, settings))
        make_large(zset);
}

void zset_settle(struct zset *zset, const struct settings *settings)
{
    struct listpack *pack;
    struct zset_walk walk;
    struct span member;
    size_t longest = 0, bytes = 0;
    double score;

    if (zset->pack || !zset_fits_small(zset_count(zset), 0, settings))
        return;
    zset_walk_begin(&walk, zset, 0, false);
    while (zset_walk_next(&walk, &member, &score)) {
        longest = member.size > longest ? member.size : longest;
        bytes += zset_pack_room(member);
    }
    if (!zset_fits_small(0, longest, settings) || bytes > LISTPACK_SIZE_LIMIT)
        return;
    pack = listpack_new(PACK_CAPACITY);
    zset_walk_begin(&walk, zset, 0, false);
    while (zset_walk_next(&walk, &member, &score))
        zset_pack_append(&pack, member, score);
    listpack_shrink(&pack);
    index_free(zset->index);
    zset->index = NULL;
    zset->pack = pack;
}

/* --- Single elements. */

/* What `score` makes of the score there is; ZSET_UPDATED with *score the new one, or the reason why
 * it stays. */
static enum zset_add_result decide(double current, unsigned flags, double *score)
{
    double wanted = *score;

    if (flags & ZSET_NX)
        return ZSET_REFUSED;
    if (flags & ZSET_INCREMENT) {
        wanted += current;
        if (isnan(wanted))
            return ZSET_NAN;
    }
    if ((flags & ZSET_GT && wanted <= current) || (flags & ZSET_LT && wanted >= current))
        return ZSET_REFUSED;
    *score = wanted;
    return wanted == current ? ZSET_SAME : ZSET_UPDATED;
}

static enum zset_add_result add_small(struct zset *zset, struct span member, double *score,
                                      unsigned flags, const struct settings *settings)
{
    size_t at = zset_pack_find(zset->pack, member);
    enum zset_add_result result;

    if (at != LISTPACK_END) {
        result = decide(zset_pack_score(zset->pack, at), flags, score);
        if (result == ZSET_UPDATED) {
            listpack_remove(&zset->pack, at, 2);
            zset_pack_add(&zset->pack, member, *score);
        }
        return result;
    }
    if (flags & ZSET_XX)
        return ZSET_REFUSED;
    if (zset_fits_small(zset_count(zset) + 1, member.size, settings) &&
        listpack_fits(zset->pack, zset_pack_room(member))) {
        zset_pack_add(&zset->pack, member, *score);
    } else {
        make_large(zset);
        index_add(zset->index, member, *score);
    }
    return ZSET_ADDED;
}

static enum zset_add_result add_large(struct zset_index *index, struct span member, double *score,
                                      unsigned flags)
{
    uint64_t hash = key_hash(member);
    struct zset_element *element = dict_find(&index->dict, hash, member);
    enum zset_add_result result;

    if (element) {
        result = decide(element->score, flags, score);
        if (result == ZSET_UPDATED)
            zset_tree_update(&index->tree, element, *score);
        return result;
    }
    if (flags & ZSET_XX)
        return ZSET_REFUSED;
    element = element_new(index, member, *score);
    dict_add(&index->dict, hash, element);
    zset_tree_add(&index->tree, element);
    return ZSET_ADDED;
}

enum zset_add_result zset_add(struct zset *zset, struct span member, double score, unsigned flags,
                              const struct settings *settings, double *now)
{
    enum zset_add_result result = zset->pack ? add_small(zset, member, &score, flags, settings)
                                             : add_large(zset->index, member, &score, flags);

    if (now && result != ZSET_REFUSED && result != ZSET_NAN)
        *now = score;
    return result;
}

bool zset_remove(struct zset *zset, struct span member)
{
    struct zset_element *element;

    if (zset->pack) {
        size_t at = zset_pack_find(zset->pack, member);

        if (at != LISTPACK_END)
            listpack_remove(&zset->pack, at, 2);
        return at != LISTPACK_END;
    }
    element = dict_remove(&zset->index->dict, key_hash(member), member);
    if (!element)
        return false;
    zset_tree_remove(&zset->index->tree, element);
    element_free(zset->index, element);
    return true;
}

bool zset_score(const struct zset *zset, struct span member, double *score)
{
    const struct zset_element *element;

    if (zset->pack) {
        size_t at = zset_pack_find(zset->pack, member);

        if (at == LISTPACK_END)
            return false;
        *score = zset_pack_score(zset->pack, at);
        return true;
    }
    element = index_find(zset->index, member);
    if (!element)
        return false;
    *score = element->score;
    return true;
}

bool zset_rank(const struct zset *zset, struct span member, size_t *rank, double *score)
{
    const struct zset_element *element;
    double found;

    if (zset->pack) {
        size_t at = zset_pack_find(zset->pack, member);

        if (at == LISTPACK_END)
            return false;
        *rank = zset_pack_rank(zset->pack, at);
        found = zset_pack_score(zset->pack, at);
    } else {
        element = index_find(zset->index, member);
        if (!element)
            return false;
        *rank = zset_tree_rank(&zset->index->tree, element);
        found = element->score;
    }
    if (score)
        *score = found;
    return true;
}

struct span zset_random(const struct zset *zset, struct random *random, double *score,
                        char *scratch)
{
    size_t rank = random_below(random, zset_count(zset)), at;
    const struct zset_leaf *leaf;

    if (zset->pack) {
        at = listpack_seek(zset->pack, (int64_t)rank * 2);
        *score = zset_pack_score(zset->pack, at);
        return listpack_text(zset->pack, at, scratch);
    }
    leaf = zset_tree_at(&zset->index->tree, rank, &at);
    *score = leaf->elements[at]->score;
    return zset_element_member(leaf->elements[at]);
}

/* --- Ranges. */

size_t zset_count_below_score(const struct zset *zset, double score, bool or_equal)
{
    return zset->pack ? zset_pack_below_score(zset->pack, score, or_equal)
                      : zset_tree_below_score(&zset->index->tree, score, or_equal);
}

size_t zset_count_below_member(const struct zset *zset, struct span member, bool or_equal)
{
    return zset->pack ? zset_pack_below_member(zset->pack, member, or_equal)
                      : zset_tree_below_member(&zset->index->tree, member, or_equal);
}

void zset_remove_ranks(struct zset *zset, size_t begin, size_t end)
{
    struct zset_index *index = zset->index;

    CHECK(begin <= end && end <= zset_count(zset));
    if (begin == end)
        return;
    if (zset->pack) {
        listpack_remove(&zset->pack, listpack_seek(zset->pack, (int64_t)begin * 2),
                        (end - begin) * 2);
        return;
    }
    for (size_t left = end - begin; left > 0; left--) {
        struct zset_element *element = zset_tree_remove_at(&index->tree, begin);
        struct span member = zset_element_member(element);

        dict_remove(&index->dict, key_hash(member), member);
        element_free(index, element);
    }
}

void zset_walk_begin(struct zset_walk *walk, const struct zset *zset, size_t rank, bool down)
{
    walk->zset = zset;
    walk->down = down;
    walk->leaf = NULL;
    walk->ended = rank >= zset_count(zset);
    if (walk->ended)
        return;
    if (zset->pack)
        walk->at = listpack_seek(zset->pack, (int64_t)rank * 2);
    else
        walk->leaf = zset_tree_at(&zset->index->tree, rank, &walk->at);
}

static void walk_pack(struct zset_walk *walk, struct span *member, double *score)
{
    const struct listpack *pack = walk->zset->pack;
    size_t at = walk->at;

    *member = listpack_text(pack, at, walk->scratch);
    *score = zset_pack_score(pack, at);
    if (!walk->down) {
        walk->at = listpack_next(pack, listpack_next(pack, at));
    } else {
        at = listpack_previous(pack, at);
        walk->at = at == LISTPACK_END ? at : listpack_previous(pack, at);
    }
    walk->ended = walk->at == LISTPACK_END;
}

static void walk_leaf(struct zset_walk *walk, struct span *member, double *score)
{
    const struct zset_leaf *leaf = walk->leaf;
    const struct zset_element *element = leaf->elements[walk->at];

    *member = zset_element_member(element);
    *score = element->score;
    if (walk->down) {
        if (walk->at-- == 0) {
            walk->leaf = leaf = leaf->previous;
            walk->at = leaf ? leaf->count - 1u : 0;
        }
    } else if (++walk->at == leaf->count) {
        walk->leaf = leaf = leaf->next;
        walk->at = 0;
    }
    walk->ended = !leaf;
    if (leaf)
        __builtin_prefetch(leaf->elements[walk->at]);
}

bool zset_walk_next(struct zset_walk *walk, struct span *member, double *score)
{
    if (walk->ended)
        return false;
    if (walk->zset->pack)
        walk_pack(walk, member, score);
    else
        walk_leaf(walk, member, score);
    return true;
}

struct scan {
    void (*visit)(void *context, struct span member, double score);
    void *context;
};

static void scan_element(void *context, void *entry)
{
    const struct scan *scan = context;
    const struct zset_element *element = entry;

    scan->visit(scan->context, zset_element_member(element), element->score);
}

uint64_t zset_scan(const struct zset *zset, uint64_t cursor,
                   void (*visit)(void *context, struct span member, double score), void *context)
{
    struct scan scan = {.visit = visit, .context = context};
    struct zset_walk walk;
    struct span member;
    double score;

    if (!zset->pack)
        return dict_scan(&zset->index->dict, cursor, scan_element, &scan);
    zset_walk_begin(&walk, zset, 0, false);
    while (zset_walk_next(&walk, &member, &score))
        visit(context, member, score);
    return 0;
}

/* What is too large for a score is beyond all of them, what is too small is 0: as a bound both say
 * what is meant. */
static int parse_extreme(struct span text, double *score)
{
    char copy[EXTREME_TEXT_LIMIT];

    if (text.size >= sizeof(copy))
        return ERR_SYNTAX;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    *score = strtod(copy, NULL);
    return 0;
}

int zset_score_bound_parse(struct span text, struct zset_score_bound *bound)
{
    int rc;

    bound->exclusive = text.size > 0 && text.data[0] == '(';
    if (bound->exclusive)
        text = span_of(text.data + 1, text.size - 1);
    rc = num_parse_double(text, &bound->score);
    return rc == ERR_RANGE ? parse_extreme(text, &bound->score) : rc;
}

/* --- Gathering: the dict of a large zset, without its tree. */

struct zset_gather {
    struct zset_index *index;
};

struct zset_gather *zset_gather_new(void)
{
    struct zset_gather *gather = mem_alloc(sizeof(*gather));

    gather->index = index_new();
    return gather;
}

void zset_gather_free(struct zset_gather *gather)
{
    if (!gather)
        return;
    index_free(gather->index);
    mem_free(gather);
}

double *zset_gather_score(struct zset_gather *gather, struct span member, bool *added)
{
    struct zset_index *index = gather->index;
    uint64_t hash = key_hash(member);
    struct zset_element *element = dict_find(&index->dict, hash, member);

    *added = !element;
    if (!element) {
        element = element_new(index, member, 0);
        dict_add(&index->dict, hash, element);
    }
    return &element->score;
}

static int compare_elements(const void *a, const void *b)
{
    return zset_element_compare(*(struct zset_element *const *)a, *(struct zset_element *const *)b);
}

struct zset *zset_gather_finish(struct zset_gather *gather, const struct settings *settings)
{
    struct zset_index *index = gather->index;
    struct zset *zset = mem_zalloc(sizeof(*zset));
    size_t count = dict_count(&index->dict), at = 0;
    struct zset_element **elements = mem_alloc((count + 1) * sizeof(struct zset_element *)),
                        *element;
    struct dict_walk walk;

    dict_walk_begin(&walk, &index->dict);
    while ((element = dict_walk_next(&walk)))
        elements[at++] = element;
    dict_walk_end(&walk);
    CHECK(at == count);
    qsort(elements, count, sizeof(*elements), compare_elements);
    zset_tree_build(&index->tree, elements, count);
    mem_free(elements);
    mem_free(gather);
    zset->index = index;
    zset_settle(zset, settings);
    return zset;
}
