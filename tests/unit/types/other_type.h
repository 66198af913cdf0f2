/* other_type.h - a value type that is not a string, for tests of how commands treat one. */
#ifndef MS_TESTS_UNIT_TYPES_OTHER_TYPE_H
#define MS_TESTS_UNIT_TYPES_OTHER_TYPE_H

#include "core/base/mem.h"
#include "storage/keyspace/keyspace.h"
#include "storage/keyspace/digest.h"
#include "tests/lib/unit/fake_request.h"

static inline void *other_copy(const void *value)
{
    return mem_strdup(value);
}

static inline const char *other_encoding(const void *value)
{
    (void)value;
    return "plain";
}

static inline size_t other_memory(const void *value, size_t samples)
{
    (void)samples;
    return mem_size(value);
}

static inline size_t other_effort(const void *value)
{
    (void)value;
    return 1;
}

static inline void other_digest(const void *value, struct value_digest *to)
{
    value_digest_mix(to, span_text(value));
}

static const struct value_type other_type = {
    .name = "stream",
    .id = VALUE_STREAM,
    .free = mem_free,
    .copy = other_copy,
    .encoding = other_encoding,
    .memory = other_memory,
    .free_effort = other_effort,
    .digest = other_digest,
};

/* Puts such a value at a missing key. */
static inline void other_add(struct fake *fake, const char *name)
{
    keyspace_add_take(fake_request(fake), fake_key(fake, name), &other_type, mem_strdup("value"));
}

#endif
