/* dummy_value.h - a value type for tests of the keyspace: a number with as many allocations as
 * asked for. Counts how many are alive, on any thread. */
#ifndef MS_TESTS_UNIT_STORAGE_DUMMY_VALUE_H
#define MS_TESTS_UNIT_STORAGE_DUMMY_VALUE_H

#include "core/base/mem.h"
#include "storage/keyspace/value.h"

#include <stdatomic.h>

struct dummy {
    int number;
    size_t effort;
};

static atomic_int dummies_alive;

static inline struct dummy *dummy_new(int number, size_t effort)
{
    struct dummy *dummy = mem_alloc(sizeof(*dummy));

    *dummy = (struct dummy){.number = number, .effort = effort};
    atomic_fetch_add(&dummies_alive, 1);
    return dummy;
}

static inline void dummy_free(void *value)
{
    atomic_fetch_sub(&dummies_alive, 1);
    mem_free(value);
}

static inline void *dummy_copy(const void *value)
{
    const struct dummy *dummy = value;

    return dummy_new(dummy->number, dummy->effort);
}

static inline const char *dummy_encoding(const void *value)
{
    (void)value;
    return "dummy";
}

static inline size_t dummy_memory(const void *value, size_t samples)
{
    (void)samples;
    return mem_size(value);
}

static inline size_t dummy_free_effort(const void *value)
{
    return ((const struct dummy *)value)->effort;
}

static const struct value_type dummy_type = {
    .name = "dummy",
    .id = VALUE_LIST,
    .free = dummy_free,
    .copy = dummy_copy,
    .encoding = dummy_encoding,
    .memory = dummy_memory,
    .free_effort = dummy_free_effort,
};

#endif
