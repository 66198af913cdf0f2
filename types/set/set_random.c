/* Members by chance. A choice of several different ones is made in one of two ways, whichever costs
 * less: going through all members and taking each with the chance that leaves as many as are wanted
 * (Knuth, volume 2, algorithm S), or drawing members until enough different ones have come. */
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "types/set/set_internal.h"

enum {
    DENSE_PART = 3, /* from a third of the members on, a choice goes through all of them */
};

struct span set_random(const struct set *set, struct random *random, char *scratch)
{
    size_t count = set_count(set);

    CHECK(count > 0);
    if (set->encoding == SET_HASHTABLE)
        return set_member_bytes(dict_random(set->members, random));
    if (set->encoding == SET_INTSET) {
        int64_t value = intset_get(set->integers, random_below(random, count));

        return span_of(scratch, num_format_i64(scratch, value));
    }
    return listpack_text(set->list, listpack_seek(set->list, (int64_t)random_below(random, count)),
                         scratch);
}

/* The places of all elements; the caller frees them. */
static size_t *listpack_places(const struct listpack *list, size_t count)
{
    size_t *places = mem_alloc((count ? count : 1) * sizeof(*places));
    size_t at = listpack_first(list);

    for (size_t i = 0; i < count; i++) {
        places[i] = at;
        at = listpack_next(list, at);
    }
    return places;
}

void set_random_repeated(const struct set *set, struct random *random, size_t count,
                         void (*visit)(void *context, struct span member), void *context)
{
    char scratch[NUM_TEXT_LIMIT];
    size_t total = set_count(set);
    size_t *places;

    if (set->encoding != SET_LISTPACK || count == 1) {
        for (; count > 0; count--)
            visit(context, set_random(set, random, scratch));
        return;
    }
    places = listpack_places(set->list, total);
    for (; count > 0; count--)
        visit(context, listpack_text(set->list, places[random_below(random, total)], scratch));
    mem_free(places);
}

/* Goes through all members. */
static void choose_from_all(const struct set *set, struct random *random, size_t count,
                            void (*visit)(void *context, struct span member), void *context)
{
    size_t left = set_count(set);
    char scratch[NUM_TEXT_LIMIT];
    struct set_iterator it;
    struct span member;

    set_iterate_begin(&it, set);
    for (; count > 0 && set_iterate_next(&it, &member, scratch); left--) {
        if (random_below(random, left) < count) {
            visit(context, member);
            count--;
        }
    }
    set_iterate_end(&it);
}

/* Notes a number other than 0 in a table of `mask` + 1 places, at least half of which are free;
 * false if it is noted already. */
static bool note(uint64_t *seen, size_t mask, uint64_t number)
{
    size_t at = (size_t)(number * UINT64_C(0x9e3779b97f4a7c15) >> 20) & mask;

    while (seen[at] && seen[at] != number)
        at = (at + 1) & mask;
    if (seen[at])
        return false;
    seen[at] = number;
    return true;
}

/* Draws members of an intset or a hashtable until `count` different ones have come. What is noted
 * of one is where it is. */
static void draw(const struct set *set, struct random *random, size_t count,
                 void (*visit)(void *context, struct span member), void *context)
{
    size_t size = 8, total = set_count(set);
    char scratch[NUM_TEXT_LIMIT];
    uint64_t *seen;

    while (size < count * 2)
        size *= 2;
    seen = mem_zalloc(size * sizeof(*seen));
    while (count > 0) {
        struct span member;
        uint64_t where;

        if (set->encoding == SET_INTSET) {
            size_t at = random_below(random, total);

            where = at + 1;
            member = span_of(scratch, num_format_i64(scratch, intset_get(set->integers, at)));
        } else {
            const void *entry = dict_random(set->members, random);

            where = (uint64_t)(uintptr_t)entry;
            member = set_member_bytes(entry);
        }
        if (note(seen, size - 1, where)) {
            visit(context, member);
            count--;
        }
    }
    mem_free(seen);
}

void set_random_some(const struct set *set, struct random *random, size_t count,
                     void (*visit)(void *context, struct span member), void *context)
{
    size_t total = set_count(set);

    CHECK(count < total);
    if (set->encoding != SET_LISTPACK && count < total / DENSE_PART)
        draw(set, random, count, visit, context);
    else
        choose_from_all(set, random, count, visit, context);
}

/* --- Taking them out. */

static void pop_from_intset(struct set *set, struct random *random, size_t count,
                            void (*visit)(void *context, struct span member), void *context)
{
    size_t left = intset_count(set->integers), wanted = count, found = 0;
    size_t *chosen = mem_alloc(count * sizeof(*chosen));
    char scratch[NUM_TEXT_LIMIT];

    for (size_t at = 0; wanted > 0; at++, left--) {
        if (random_below(random, left) >= wanted)
            continue;
        visit(context, span_of(scratch, num_format_i64(scratch, intset_get(set->integers, at))));
        chosen[found++] = at;
        wanted--;
    }
    intset_remove_at(&set->integers, chosen, count);
    mem_free(chosen);
}

/* Builds another list of what stays, run by run. */
static void pop_from_listpack(struct set *set, struct random *random, size_t count,
                              void (*visit)(void *context, struct span member), void *context)
{
    struct listpack *list = set->list, *rest = listpack_new(listpack_bytes(list));
    size_t left = listpack_count(list), at = listpack_first(list), run = at;
    char scratch[NUM_TEXT_LIMIT];

    for (; count > 0; left--) {
        size_t next = listpack_next(list, at);

        if (random_below(random, left) < count) {
            visit(context, listpack_text(list, at, scratch));
            if (run != at)
                listpack_append_range(&rest, list, run, at);
            run = next;
            count--;
        }
        at = next;
    }
    if (run != LISTPACK_END)
        listpack_append_range(&rest, list, run, LISTPACK_END);
    listpack_shrink(&rest);
    listpack_free(list);
    set->list = rest;
}

void set_pop_some(struct set *set, struct random *random, size_t count,
                  void (*visit)(void *context, struct span member), void *context)
{
    CHECK(count < set_count(set));
    if (count == 0)
        return;
    if (set->encoding == SET_INTSET) {
        pop_from_intset(set, random, count, visit, context);
    } else if (set->encoding == SET_LISTPACK) {
        pop_from_listpack(set, random, count, visit, context);
    } else {
        for (; count > 0; count--) {
            struct span member = set_member_bytes(dict_random(set->members, random));

            visit(context, member);
            set_table_remove(set, member);
        }
    }
}
