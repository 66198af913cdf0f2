#include "types/hash/hash_field.h"

#include "core/base/check.h"
#include "core/base/mem.h"

#include <string.h>

enum {
    FIELD_EXPIRES = 1 << 0,
    FIELD_WIDE = 1 << 1,
    NARROW_LIMIT = UINT8_MAX,
    TIME_SIZE = sizeof(int64_t),
    PLACE_SIZE = sizeof(uint32_t),
};

struct field {
    uint8_t kind;
    char tail[];
};

/* Bytes before the sizes. */
static size_t front_size(unsigned kind)
{
    return kind & FIELD_EXPIRES ? 1 + TIME_SIZE + PLACE_SIZE : 1;
}

static size_t head_size(unsigned kind)
{
    return front_size(kind) + (kind & FIELD_WIDE ? 2 * sizeof(uint32_t) : 2);
}

static unsigned kind_of(size_t name_size, size_t value_size, bool expires)
{
    CHECK(name_size <= UINT32_MAX && value_size <= UINT32_MAX);
    return (expires ? FIELD_EXPIRES : 0) |
           (name_size > NARROW_LIMIT || value_size > NARROW_LIMIT ? FIELD_WIDE : 0);
}

static void get_sizes(const struct field *field, size_t *name_size, size_t *value_size)
{
    const char *at = (const char *)field + front_size(field->kind);
    uint32_t wide[2];

    if (field->kind & FIELD_WIDE) {
        memcpy(wide, at, sizeof(wide));
        *name_size = wide[0];
        *value_size = wide[1];
    } else {
        *name_size = (uint8_t)at[0];
        *value_size = (uint8_t)at[1];
    }
}

static void put_sizes(struct field *field, size_t name_size, size_t value_size)
{
    char *at = (char *)field + front_size(field->kind);
    uint32_t wide[2] = {(uint32_t)name_size, (uint32_t)value_size};

    if (field->kind & FIELD_WIDE) {
        memcpy(at, wide, sizeof(wide));
    } else {
        at[0] = (char)(uint8_t)name_size;
        at[1] = (char)(uint8_t)value_size;
    }
}

struct field *field_new(struct span name, struct span value, bool expires)
{
    unsigned kind = kind_of(name.size, value.size, expires);
    struct field *field = mem_alloc(head_size(kind) + name.size + value.size);
    char *at = (char *)field + head_size(kind);

    field->kind = (uint8_t)kind;
    put_sizes(field, name.size, value.size);
    if (name.size)
        memcpy(at, name.data, name.size);
    if (value.size)
        memcpy(at + name.size, value.data, value.size);
    return field;
}

struct span field_name(const struct field *field)
{
    size_t name_size, value_size;

    get_sizes(field, &name_size, &value_size);
    return span_of((const char *)field + head_size(field->kind), name_size);
}

struct span field_value(const struct field *field)
{
    size_t name_size, value_size;

    get_sizes(field, &name_size, &value_size);
    return span_of((const char *)field + head_size(field->kind) + name_size, value_size);
}

/* A field like `field`, which goes, with another value or without a time. */
static struct field *remade(struct field *field, struct span value, bool expires)
{
    struct field *other = field_new(field_name(field), value, expires);

    if (expires && field_expires(field))
        memcpy(other->tail, field->tail, TIME_SIZE + PLACE_SIZE);
    mem_free(field);
    return other;
}

struct field *field_set_value(struct field *field, struct span value)
{
    size_t name_size, value_size, size;
    bool expires = field_expires(field);

    get_sizes(field, &name_size, &value_size);
    if (kind_of(name_size, value.size, expires) != field->kind)
        return remade(field, value, expires);
    size = head_size(field->kind) + name_size + value.size;
    if (size > mem_size(field) || mem_good_size(size) < mem_size(field))
        field = mem_realloc(field, size);
    put_sizes(field, name_size, value.size);
    if (value.size)
        memcpy((char *)field + size - value.size, value.data, value.size);
    return field;
}

struct field *field_set_expires(struct field *field, bool expires)
{
    return expires == field_expires(field) ? field : remade(field, field_value(field), expires);
}

bool field_expires(const struct field *field)
{
    return field->kind & FIELD_EXPIRES;
}

int64_t field_time(const struct field *field)
{
    int64_t at_ms = -1;

    if (field_expires(field))
        memcpy(&at_ms, field->tail, TIME_SIZE);
    return at_ms;
}

void field_set_time(struct field *field, int64_t at_ms)
{
    CHECK(field_expires(field));
    memcpy(field->tail, &at_ms, TIME_SIZE);
}

uint32_t field_place(const struct field *field)
{
    uint32_t at;

    CHECK(field_expires(field));
    memcpy(&at, field->tail + TIME_SIZE, PLACE_SIZE);
    return at;
}

void field_set_place(struct field *field, uint32_t at)
{
    memcpy(field->tail + TIME_SIZE, &at, PLACE_SIZE);
}
