/* Arrays to RDB form and back, the form of other writers, and bytes that make no sense. */
#include "core/base/error.h"
#include "core/base/mem.h"
#include "storage/rdb/rdb_reader.h"
#include "storage/rdb/rdb_types.h"
#include "storage/rdb/rdb_writer.h"
#include "types/array/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static struct settings settings;
static struct buffer bytes;
static struct rdb_writer writer;

static int set_up(void **state)
{
    (void)state;
    settings_init(&settings);
    rdb_writer_init(&writer, &bytes, true);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buffer_release(&bytes);
    return 0;
}

static int load(const char *data, size_t size, struct array **array)
{
    struct rdb_reader reader;
    void *value;
    int rc;

    rdb_reader_init(&reader, span_of(data, size), &settings, 0);
    rc = array_type.load(&reader, RDB_ARRAY, &value);
    rdb_reader_release(&reader);
    *array = value;
    return rc;
}

#define LOAD(literal, array) load((literal), sizeof(literal) - 1, (array))

static void assert_equal(const struct array *a, const struct array *b)
{
    char of_a[NUM_TEXT_LIMIT], of_b[NUM_TEXT_LIMIT];
    uint64_t index_a, index_b, slot_a, slot_b;
    struct array_walk walk_a, walk_b;

    assert_true(array_count(a) == array_count(b));
    assert_true(array_cursor(a) == array_cursor(b));
    array_walk_begin(&walk_a, a, 0, ARRAY_INDEX_MAX);
    array_walk_begin(&walk_b, b, 0, ARRAY_INDEX_MAX);
    while (array_walk_next(&walk_a, &index_a, &slot_a)) {
        assert_true(array_walk_next(&walk_b, &index_b, &slot_b));
        assert_true(index_a == index_b);
        assert_true(span_equal(slot_text(slot_a, of_a), slot_text(slot_b, of_b)));
    }
}

static struct array *make(void)
{
    static const char *const texts[] = {"0",   "-7",           "2305843009213693951",
                                        "",    "short",        "9223372036854775807",
                                        "1.5", "3.1415926535", "a text of more than seven bytes"};
    struct array *array = array_new(&settings);

    for (uint64_t i = 0; i < 900; i++)
        array_set(array, i * 31, span_text(texts[i % 9]), &settings);
    array_set(array, ARRAY_INDEX_MAX, SPAN("last"), &settings);
    return array;
}

static void test_arrays_come_back_as_they_were(void **state)
{
    struct array *array = make(), *back;
    size_t before;

    (void)state;
    for (uint64_t cursor = ARRAY_NO_INDEX;; cursor = ARRAY_INDEX_MAX) {
        array_set_cursor(array, cursor);
        buffer_clear(&bytes);
        array_type.save(array, &writer);
        assert_int_equal(load(bytes.data, bytes.size, &back), 0);
        assert_equal(array, back);
        array_free(back);
        if (cursor == ARRAY_INDEX_MAX)
            break;
    }
    before = mem_used();
    for (size_t size = 0; size < bytes.size; size += size < 64 ? 1 : 97) {
        assert_true(load(bytes.data, size, &back) <
                    0); /* cut off anywhere: refused, nothing left */
        assert_null(back);
    }
    assert_int_equal(mem_used(), before);
    array_free(array);
}

static void test_written_form_is_that_of_version_14(void **state)
{
    static const char expected[] = "\x03\x01\x05"                             /* cursor 5 */
                                   "\x00\x01\xfe\xff\xff\xff\xff\xff\xff\xff" /* 0: -2 */
                                   "\x07\x03\x02hi"                           /* 7: hi */
                                   "\x40\x64\x00\x0c"
                                   "eleven bytes"; /* 100 */
    struct array *array = array_new(&settings);

    (void)state;
    array_set(array, 0, SPAN("-2"), &settings);
    array_set(array, 7, SPAN("hi"), &settings);
    array_set(array, 100, SPAN("eleven bytes"), &settings);
    array_set_cursor(array, 5);
    array_type.save(array, &writer);
    assert_int_equal(bytes.size, sizeof(expected) - 1);
    assert_memory_equal(bytes.data, expected, bytes.size);
    assert_int_equal(array_type.rdb_version(array), 14);
    assert_int_equal(array_type.rdb_type(array), 28);
    array_free(array);
}

static void test_doubles_of_other_writers_are_read_as_text(void **state)
{
    struct array *array;
    char scratch[NUM_TEXT_LIMIT];

    (void)state;
    assert_int_equal(LOAD("\x01\x00\x03\x02\x00\x00\x00\x00\x00\x00\xf8\x3f", &array), 0);
    assert_true(span_equal(slot_text(array_get(array, 3), scratch), SPAN("1.5")));
    array_free(array);
}

static void test_bytes_that_make_no_sense_are_refused(void **state)
{
    struct array *array;

    (void)state;
    assert_int_equal(LOAD("\x01\x00\x03\x04\x01x", &array), ERR_DAMAGED); /* tag */
    assert_int_equal(LOAD("\x01\x02\x03\x03\x01x", &array), ERR_DAMAGED); /* cursor flag */
    assert_int_equal(LOAD("\x02\x00\x03\x03\x01x\x03\x03\x01y", &array), ERR_DAMAGED); /* twice */
    assert_int_equal(LOAD("\x01\x00\x81\xff\xff\xff\xff\xff\xff\xff\xff\x03\x01x", &array),
                     ERR_DAMAGED); /* index */
    assert_int_equal(LOAD("\x01\x01\x81\xff\xff\xff\xff\xff\xff\xff\xff\x00\x03\x01x", &array),
                     ERR_DAMAGED);                                             /* cursor */
    assert_true(LOAD("\x81\xff\xff\xff\xff\xff\xff\xff\xff\x00", &array) < 0); /* count */
    assert_int_equal(LOAD("\x00\x00", &array), 0);
    assert_null(array); /* nothing in it: no key */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_arrays_come_back_as_they_were, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_written_form_is_that_of_version_14, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_doubles_of_other_writers_are_read_as_text, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_bytes_that_make_no_sense_are_refused, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
