/* A set is a header of 16 bytes, which is what its key's entry points to, and one of three bodies.
 */
#include "types/set/set.h"

#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/hash/key_hash.h"
#include "types/set/set_internal.h"

#include <string.h>

enum {
    STEPS_PER_COUNT = 10, /* buckets a scan looks at for each member wanted */
    NARROW_LIMIT = UINT8_MAX,
    LISTPACK_ELEMENT_OVERHEAD = 10, /* bytes beside those of a member, at most */
};

/* --- Members of a hashtable. */

struct set_member {
    uint8_t size;
    char tail[];
};

static struct set_member *member_new(struct span bytes)
{
    bool wide = bytes.size >= NARROW_LIMIT;
    size_t head = wide ? sizeof(uint32_t) : 0;
    uint32_t size = (uint32_t)bytes.size;
    struct set_member *member;

    CHECK(bytes.size <= UINT32_MAX);
    member = mem_alloc(sizeof(*member) + head + bytes.size);
    member->size = (uint8_t)(wide ? NARROW_LIMIT : bytes.size);
    if (wide)
        memcpy(member->tail, &size, sizeof(size));
    if (bytes.size)
        memcpy(member->tail + head, bytes.data, bytes.size);
    return member;
}

struct span set_member_bytes(const void *entry)
{
    const struct set_member *member = entry;
    uint32_t size;

    if (member->size < NARROW_LIMIT)
        return span_of(member->tail, member->size);
    memcpy(&size, member->tail, sizeof(size));
    return span_of(member->tail + sizeof(size), size);
}

static const struct dict_type member_dict = {
    .key = set_member_bytes, .hash = key_hash, .free = mem_free};

/* Adds a member that must be absent. */
static void table_add(struct dict *members, struct span bytes)
{
    dict_add(members, key_hash(bytes), member_new(bytes));
}

static bool table_add_absent(struct dict *members, struct span bytes)
{
    uint64_t hash = key_hash(bytes);

    if (dict_find(members, hash, bytes))
        return false;
    dict_add(members, hash, member_new(bytes));
    return true;
}

bool set_table_remove(struct set *set, struct span bytes)
{
    void *member = dict_remove(set->members, key_hash(bytes), bytes);

    mem_free(member);
    return member != NULL;
}

/* --- Life. */

static struct set *set_of(struct intset *integers)
{
    struct set *set = mem_alloc(sizeof(*set));

    set->integers = integers;
    set->encoding = SET_INTSET;
    return set;
}

struct set *set_new(void)
{
    return set_of(intset_new());
}

static struct dict *members_new(void)
{
    struct dict *members = mem_alloc(sizeof(*members));

    dict_init(members, &member_dict);
    return members;
}

struct set *set_new_table(void)
{
    struct set *set = mem_alloc(sizeof(*set));

    set->members = members_new();
    set->encoding = SET_HASHTABLE;
    return set;
}

static void body_free(struct set *set)
{
    if (set->encoding == SET_INTSET) {
        intset_free(set->integers);
    } else if (set->encoding == SET_LISTPACK) {
        listpack_free(set->list);
    } else {
        dict_release(set->members);
        mem_free(set->members);
    }
}

void set_free(struct set *set)
{
    body_free(set);
    mem_free(set);
}

size_t set_count(const struct set *set)
{
    if (set->encoding == SET_INTSET)
        return intset_count(set->integers);
    return set->encoding == SET_LISTPACK ? listpack_count(set->list) : dict_count(set->members);
}

enum set_encoding set_encoding(const struct set *set)
{
    return set->encoding;
}

/* --- From one encoding to the next. */

static void make_listpack(struct set *set)
{
    size_t count = intset_count(set->integers);
    struct listpack *list = listpack_new(0);

    for (size_t i = 0; i < count; i++)
        listpack_append_integer(&list, intset_get(set->integers, i));
    intset_free(set->integers);
    set->list = list;
    set->encoding = SET_LISTPACK;
}

static void make_table(struct set *set)
{
    struct dict *members = members_new();
    char scratch[NUM_TEXT_LIMIT];
    struct set_iterator it;
    struct span member;

    set_iterate_begin(&it, set);
    while (set_iterate_next(&it, &member, scratch))
        table_add(members, member);
    set_iterate_end(&it);
    body_free(set);
    set->members = members;
    set->encoding = SET_HASHTABLE;
}

static bool within(size_t count, int64_t limit)
{
    return limit >= 0 && count <= (uint64_t)limit;
}

static bool intset_allowed(size_t count, const struct settings *settings)
{
    return count <= INTSET_COUNT_LIMIT && within(count, settings->set_max_intset_entries);
}

/* True if `count` members, one of which takes `size` bytes, may be in a listpack. */
static bool listpack_allowed(size_t count, size_t size, const struct settings *settings)
{
    return within(count, settings->set_max_listpack_entries) &&
           within(size, settings->set_max_listpack_value);
}

/* The digits of the longest integer, its sign included. */
static size_t longest_integer(const struct intset *integers)
{
    size_t count = intset_count(integers);
    char text[NUM_TEXT_LIMIT];
    size_t low, high;

    if (count == 0)
        return 0;
    low = num_format_i64(text, intset_get(integers, 0));
    high = num_format_i64(text, intset_get(integers, count - 1));
    return low > high ? low : high;
}

void set_expect(struct set *set, struct span first, size_t count, const struct settings *settings)
{
    int64_t value;

    if (set->encoding == SET_HASHTABLE)
        return;
    if (set->encoding == SET_INTSET && intset_count(set->integers) > 0) {
        if (!intset_allowed(count, settings))
            make_table(set);
        return;
    }
    if (set->encoding == SET_INTSET) {
        if (intset_allowed(count, settings) && num_parse_i64(first, &value) == 0)
            return;
        make_listpack(set);
    }
    if (!within(count, settings->set_max_listpack_entries))
        make_table(set);
}

struct set *set_new_take(struct intset *integers, const struct settings *settings)
{
    struct set *set = set_of(integers);

    if (!intset_allowed(intset_count(integers), settings))
        make_table(set);
    return set;
}

/* --- Single members. */

static bool add_integer(struct set *set, int64_t value, const struct settings *settings)
{
    if (intset_count(set->integers) == INTSET_COUNT_LIMIT &&
        !intset_find(set->integers, value, NULL)) {
        char text[NUM_TEXT_LIMIT];

        make_table(set);
        table_add(set->members, span_of(text, num_format_i64(text, value)));
        return true;
    }
    if (!intset_add(&set->integers, value))
        return false;
    if (!intset_allowed(intset_count(set->integers), settings))
        make_table(set);
    return true;
}

bool set_add(struct set *set, struct span member, const struct settings *settings)
{
    size_t count;
    int64_t value;

    if (set->encoding == SET_HASHTABLE)
        return table_add_absent(set->members, member);
    if (set->encoding == SET_INTSET) {
        if (num_parse_i64(member, &value) == 0)
            return add_integer(set, value, settings);
        count = intset_count(set->integers);
        if (listpack_allowed(count + 1, longest_integer(set->integers), settings) &&
            listpack_allowed(count + 1, member.size, settings))
            make_listpack(set);
        else
            make_table(set);
    } else if (listpack_find(set->list, listpack_first(set->list), member, 0) != LISTPACK_END) {
        return false;
    }
    if (set->encoding == SET_LISTPACK &&
        (!listpack_allowed(listpack_count(set->list) + 1, member.size, settings) ||
         !listpack_fits(set->list, member.size + LISTPACK_ELEMENT_OVERHEAD)))
        make_table(set);
    if (set->encoding == SET_LISTPACK)
        listpack_append(&set->list, member);
    else
        table_add(set->members, member);
    return true;
}

bool set_remove(struct set *set, struct span member)
{
    int64_t value;
    size_t at;

    if (set->encoding == SET_HASHTABLE)
        return set_table_remove(set, member);
    if (set->encoding == SET_INTSET)
        return num_parse_i64(member, &value) == 0 && intset_remove(&set->integers, value);
    at = listpack_find(set->list, listpack_first(set->list), member, 0);
    if (at == LISTPACK_END)
        return false;
    listpack_remove(&set->list, at, 1);
    return true;
}

bool set_contains(const struct set *set, struct span member)
{
    int64_t value;

    if (set->encoding == SET_HASHTABLE)
        return dict_find(set->members, key_hash(member), member) != NULL;
    if (set->encoding == SET_INTSET)
        return num_parse_i64(member, &value) == 0 && intset_find(set->integers, value, NULL);
    return listpack_find(set->list, listpack_first(set->list), member, 0) != LISTPACK_END;
}

/* --- Going through it. */

void set_iterate_begin(struct set_iterator *it, const struct set *set)
{
    it->set = set;
    it->at = 0;
    if (set->encoding == SET_LISTPACK)
        it->at = listpack_first(set->list);
    else if (set->encoding == SET_HASHTABLE)
        dict_walk_begin(&it->walk, set->members);
}

bool set_iterate_next(struct set_iterator *it, struct span *member, char *scratch)
{
    const struct set *set = it->set;
    const void *entry;

    if (set->encoding == SET_HASHTABLE) {
        entry = dict_walk_next(&it->walk);
        if (!entry)
            return false;
        *member = set_member_bytes(entry);
        return true;
    }
    if (set->encoding == SET_INTSET) {
        if (it->at == intset_count(set->integers))
            return false;
        *member = span_of(scratch, num_format_i64(scratch, intset_get(set->integers, it->at++)));
        return true;
    }
    if (it->at == LISTPACK_END)
        return false;
    *member = listpack_text(set->list, it->at, scratch);
    it->at = listpack_next(set->list, it->at);
    return true;
}

void set_iterate_end(struct set_iterator *it)
{
    if (it->set->encoding == SET_HASHTABLE)
        dict_walk_end(&it->walk);
}

struct scan {
    void (*visit)(void *context, struct span member);
    void *context;
    size_t visited;
};

static void scan_member(void *context, void *entry)
{
    struct scan *scan = context;

    scan->visited++;
    scan->visit(scan->context, set_member_bytes(entry));
}

uint64_t set_scan(const struct set *set, uint64_t cursor, size_t count,
                  void (*visit)(void *context, struct span member), void *context)
{
    struct scan scan = {.visit = visit, .context = context};
    size_t steps = count < SIZE_MAX / STEPS_PER_COUNT ? count * STEPS_PER_COUNT : SIZE_MAX;
    char scratch[NUM_TEXT_LIMIT];
    struct set_iterator it;
    struct span member;

    if (set->encoding != SET_HASHTABLE) {
        set_iterate_begin(&it, set);
        while (set_iterate_next(&it, &member, scratch))
            visit(context, member);
        set_iterate_end(&it);
        return 0;
    }
    do {
        cursor = dict_scan(set->members, cursor, scan_member, &scan);
    } while (cursor != 0 && scan.visited < count && --steps > 0);
    return cursor;
}

struct set *set_copy(const struct set *set)
{
    struct set *copy = mem_alloc(sizeof(*copy));
    struct dict_walk walk;
    const void *entry;

    copy->encoding = set->encoding;
    if (set->encoding == SET_INTSET) {
        copy->integers = intset_copy(set->integers);
    } else if (set->encoding == SET_LISTPACK) {
        copy->list = listpack_copy(set->list);
    } else {
        copy->members = members_new();
        dict_walk_begin(&walk, set->members);
        while ((entry = dict_walk_next(&walk)) != NULL)
            table_add(copy->members, set_member_bytes(entry));
        dict_walk_end(&walk);
    }
    return copy;
}

size_t set_memory(const struct set *set, size_t samples)
{
    size_t count = set_count(set), seen = 0, bytes = 0;
    struct dict_walk walk;
    const void *entry;

    if (set->encoding == SET_INTSET)
        return mem_size(set) + intset_memory(set->integers);
    if (set->encoding == SET_LISTPACK)
        return mem_size(set) + listpack_memory(set->list);
    dict_walk_begin(&walk, set->members);
    while ((samples == 0 || seen < samples) && (entry = dict_walk_next(&walk)) != NULL) {
        bytes += mem_size(entry);
        seen++;
    }
    dict_walk_end(&walk);
    if (seen > 0 && seen < count)
        bytes = (size_t)((double)bytes / (double)seen * (double)count);
    return mem_size(set) + mem_size(set->members) + dict_memory(set->members) + bytes;
}

struct span set_intset_bytes(const struct set *set)
{
    CHECK(set->encoding == SET_INTSET);
    return intset_span(set->integers);
}
