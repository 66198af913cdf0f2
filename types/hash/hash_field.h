/* hash_field.h - a field of a large hash: name, value and, if it expires, its time, in one
 * allocation.
 *
 *   byte 0       1              9          13
 *       +------+--------------+----------+------------+-------------+------+-------+
 *       | kind | expire 8     | place 4  | name size  | value size  | name | value |
 *       +------+--------------+----------+------------+-------------+------+-------+
 *
 *   expire, place   only with FIELD_EXPIRES: Unix ms; the place in the hash's heap of times
 *   sizes           1 byte each; 4 bytes each with FIELD_WIDE
 *
 * A field of 10 bytes with a value of 10 takes 23 bytes. Calls that may move a field return its new
 * place. Owned by its hash_table. */
#ifndef MS_TYPES_HASH_HASH_FIELD_H
#define MS_TYPES_HASH_HASH_FIELD_H

#include "core/bytes/span.h"

#include <stdbool.h>
#include <stdint.h>

struct field;

/* Both spans are copied. Each at most UINT32_MAX bytes. */
struct field *field_new(struct span name, struct span value, bool expires);

struct span field_name(const struct field *field);
struct span field_value(const struct field *field);

/* Gives it another value, which may not lie inside of it. Time and place stay. */
struct field *field_set_value(struct field *field, struct span value);

/* Makes or drops the room for a time; new room is not filled in. */
struct field *field_set_expires(struct field *field, bool expires);

bool field_expires(const struct field *field);

/* The time in Unix ms, -1 if it does not expire. */
int64_t field_time(const struct field *field);
void field_set_time(struct field *field, int64_t at_ms); /* CHECKs that there is room */

/* The place in the heap of times; only if it expires. */
uint32_t field_place(const struct field *field);
void field_set_place(struct field *field, uint32_t at);

#endif
