#include "types/array/array_rdb.h"
#include "core/base/error.h"
#include "storage/rdb/rdb_reader.h"
#include "storage/rdb/rdb_types.h"
#include "storage/rdb/rdb_writer.h"
#include "types/array/array.h"

enum element_tag {
    TAG_STRING = 0,
    TAG_INTEGER = 1,
    TAG_DOUBLE = 2,
    TAG_SMALL_STRING = 3,
};

enum {
    VERSION_WITH_ARRAYS = 14
};

const uint8_t array_rdb_types[] = {RDB_ARRAY, RDB_NO_TYPE};

unsigned array_rdb_version(const void *value)
{
    (void)value;
    return VERSION_WITH_ARRAYS;
}

uint8_t array_rdb_type(const void *value)
{
    (void)value;
    return RDB_ARRAY;
}

static void save_element(uint64_t slot, struct rdb_writer *out)
{
    char scratch[NUM_TEXT_LIMIT];
    struct span text;

    if (slot_kind(slot) == SLOT_INTEGER) {
        rdb_write_length(out, TAG_INTEGER);
        rdb_write_ms(out, slot_integer(slot));
        return;
    }
    text = slot_text(slot, scratch);
    rdb_write_length(out, text.size <= SLOT_TEXT_LIMIT ? TAG_SMALL_STRING : TAG_STRING);
    rdb_write_string(out, text);
}

void array_rdb_save(const void *value, struct rdb_writer *out)
{
    const struct array *array = value;
    struct array_walk walk;
    uint64_t index, slot;
    bool has_cursor = array_cursor(array) != ARRAY_NO_INDEX;

    rdb_write_length(out, array_count(array));
    rdb_write_length(out, has_cursor);
    if (has_cursor)
        rdb_write_length(out, array_cursor(array));
    array_walk_begin(&walk, array, 0, ARRAY_INDEX_MAX);
    while (array_walk_next(&walk, &index, &slot)) {
        rdb_write_length(out, index);
        save_element(slot, out);
    }
}

/* One element's bytes, good until the next; numbers are written to `scratch` (40 bytes). */
static int load_text(struct rdb_reader *in, struct span *text, char *scratch)
{
    uint64_t tag;
    int64_t integer;
    double number;
    int rc = rdb_read_length(in, &tag);

    if (rc < 0)
        return rc;
    switch (tag) {
    case TAG_STRING:
    case TAG_SMALL_STRING:
        return rdb_read_string(in, text);
    case TAG_INTEGER:
        rc = rdb_read_ms(in, &integer);
        *text = span_of(scratch, num_format_i64(scratch, integer));
        return rc;
    case TAG_DOUBLE:
        rc = rdb_read_double(in, &number);
        *text = span_of(scratch, num_format_double(scratch, number));
        return rc;
    default:
        return rdb_reader_damaged(in, "an array's element is of unknown kind %llu",
                                  (unsigned long long)tag);
    }
}

static int load_element(struct rdb_reader *in, struct array *array)
{
    char scratch[40];
    struct span text;
    uint64_t index;
    int rc = rdb_read_length(in, &index);

    if (rc == 0)
        rc = load_text(in, &text, scratch);
    if (rc < 0)
        return rc;
    if (index > ARRAY_INDEX_MAX)
        return rdb_reader_damaged(in, "an array's index is too large");
    if (!array_set(array, index, text, in->settings))
        return rdb_reader_damaged(in, "an array has two elements at one index");
    return 0;
}

static int load_cursor(struct rdb_reader *in, struct array *array)
{
    uint64_t known, cursor;
    int rc = rdb_read_length(in, &known);

    if (rc < 0 || known == 0)
        return rc;
    if (known > 1)
        return rdb_reader_damaged(in, "an array's cursor is of unknown kind");
    rc = rdb_read_length(in, &cursor);
    if (rc < 0)
        return rc;
    if (cursor > ARRAY_INDEX_MAX)
        return rdb_reader_damaged(in, "an array's cursor is too large");
    array_set_cursor(array, cursor);
    return 0;
}

int array_rdb_load(struct rdb_reader *in, uint8_t rdb_type, void **value)
{
    struct array *array;
    uint64_t count;
    int rc = rdb_read_count(in, UINT64_MAX, &count);

    (void)rdb_type;
    *value = NULL;
    if (rc < 0)
        return rc;
    array = array_new(in->settings);
    rc = load_cursor(in, array);
    for (uint64_t i = 0; i < count && rc == 0; i++)
        rc = load_element(in, array);
    if (rc < 0 || count == 0) {
        array_free(array);
        return rc;
    }
    *value = array;
    return 0;
}
