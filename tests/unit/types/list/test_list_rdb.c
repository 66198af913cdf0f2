/* Lists to RDB form and back, from older forms, and from bytes that make no sense. */
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "storage/rdb/rdb_reader.h"
#include "storage/rdb/rdb_types.h"
#include "storage/rdb/rdb_writer.h"
#include "types/list/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

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

static int load(uint8_t type, struct span from, struct list **list)
{
    struct rdb_reader reader;
    void *value;
    int rc;

    rdb_reader_init(&reader, from, &settings, 0);
    rc = list_type.load(&reader, type, &value);
    rdb_reader_release(&reader);
    *list = value;
    return rc;
}

static struct span written(void)
{
    return span_of(bytes.data, bytes.size);
}

static struct list *make(size_t count)
{
    struct list *list = list_new();
    char text[NUM_TEXT_LIMIT];

    for (size_t i = 0; i < count; i++)
        list_push(list, LIST_TAIL, span_of(text, num_format_i64(text, (int64_t)(i * i))),
                  &settings);
    return list;
}

static void assert_equal(const struct list *a, const struct list *b)
{
    char scratch_a[NUM_TEXT_LIMIT], scratch_b[NUM_TEXT_LIMIT];
    struct list_place place_a, place_b;

    assert_int_equal(list_count(a), list_count(b));
    assert_true(list_seek(a, 0, &place_a) && list_seek(b, 0, &place_b));
    do {
        assert_true(
            span_equal(list_text(a, &place_a, scratch_a), list_text(b, &place_b, scratch_b)));
    } while (list_next(a, &place_a) && list_next(b, &place_b));
}

static void round_trip(const struct list *list)
{
    struct list *copy;

    bytes.size = 0;
    list_type.save(list, &writer);
    assert_int_equal(load(list_type.rdb_type(list), written(), &copy), 0);
    assert_equal(list, copy);
    list_free(copy);
}

static void test_a_list_comes_back_as_it_was_saved(void **state)
{
    static char large[20000] = "large";
    struct list *list = make(1);

    (void)state;
    round_trip(list);
    list_free(list);
    list = make(5000);
    list_push(list, LIST_HEAD, span_of(large, sizeof(large)), &settings);
    list_push(list, LIST_TAIL, SPAN(""), &settings);
    round_trip(list);
    list_free(list);
}

static void test_nodes_become_what_the_settings_want(void **state)
{
    struct list *list = make(100), *copy;

    (void)state;
    list_type.save(list, &writer);
    settings.list_max_listpack_size = 7;
    assert_int_equal(load(RDB_LIST_QUICKLIST_2, written(), &copy), 0);
    assert_equal(list, copy);
    assert_int_equal(list_node_count(copy), 15);
    list_free(list);
    bytes.size = 0;
    list_type.save(copy, &writer);
    list_free(copy);
    settings.list_max_listpack_size = -2;
    assert_int_equal(load(RDB_LIST_QUICKLIST_2, written(), &copy), 0);
    assert_int_equal(list_count(copy), 100);
    list_free(copy);
}

/* A ziplist of "a" and 5: bytes, offset of the last, count; previous size, encoding, data; end. */
static const char ziplist[] = "\x10\0\0\0\x0d\0\0\0\x02\0"
                              "\0\x01"
                              "a"
                              "\x03\xf6"
                              "\xff";

static void test_older_forms_are_read(void **state)
{
    char scratch[NUM_TEXT_LIMIT];
    struct list *list;

    (void)state;
    rdb_write_length(&writer, 2);
    rdb_write_string(&writer, SPAN("a"));
    rdb_write_string(&writer, SPAN("5"));
    assert_int_equal(load(RDB_LIST, written(), &list), 0);
    assert_true(list_is_small(list) && list_count(list) == 2);
    list_free(list);
    bytes.size = 0;
    rdb_write_string(&writer, span_of(ziplist, sizeof(ziplist) - 1));
    assert_int_equal(load(RDB_LIST_ZIPLIST, written(), &list), 0);
    assert_int_equal(list_count(list), 2);
    assert_true(span_equal(list_peek(list, LIST_TAIL, scratch), SPAN("5")));
    list_free(list);
    bytes.size = 0;
    rdb_write_length(&writer, 2);
    rdb_write_string(&writer, span_of(ziplist, sizeof(ziplist) - 1));
    rdb_write_string(&writer, span_of(ziplist, sizeof(ziplist) - 1));
    assert_int_equal(load(RDB_LIST_QUICKLIST, written(), &list), 0);
    assert_int_equal(list_count(list), 4);
    list_free(list);
}

static void test_a_list_of_nothing_is_no_value(void **state)
{
    struct listpack *pack = listpack_new(0);
    struct list *list;

    (void)state;
    rdb_write_length(&writer, 0);
    assert_int_equal(load(RDB_LIST, written(), &list), 0);
    assert_null(list);
    bytes.size = 0;
    rdb_write_length(&writer, 1);
    rdb_write_length(&writer, 2);
    rdb_write_string(&writer, listpack_span(pack));
    assert_int_equal(load(RDB_LIST_QUICKLIST_2, written(), &list), 0);
    assert_null(list);
    listpack_free(pack);
}

static void test_damage_is_refused_wherever_it_is(void **state)
{
    struct list *list = make(40), *loaded;
    size_t used;
    struct random random;

    (void)state;
    random_init(&random, 7);
    writer.compress = false;
    list_type.save(list, &writer);
    list_free(list);
    used = mem_used();
    for (size_t size = 0; size < bytes.size; size++) {
        assert_true(load(RDB_LIST_QUICKLIST_2, span_of(bytes.data, size), &loaded) < 0);
        assert_null(loaded);
    }
    /* a flipped byte gives an error or some list, never anything else */
    for (int i = 0; i < 3000; i++) {
        size_t at = (size_t)random_below(&random, bytes.size);
        char before = bytes.data[at];

        bytes.data[at] = (char)random_next(&random);
        if (load(RDB_LIST_QUICKLIST_2, written(), &loaded) == 0)
            list_free(loaded);
        bytes.data[at] = before;
    }
    assert_int_equal(mem_used(), used);
}

static void test_a_node_of_unknown_kind_is_refused(void **state)
{
    struct list *list;

    (void)state;
    rdb_write_length(&writer, 1);
    rdb_write_length(&writer, 3);
    rdb_write_string(&writer, SPAN("a"));
    assert_int_equal(load(RDB_LIST_QUICKLIST_2, written(), &list), ERR_DAMAGED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_list_comes_back_as_it_was_saved),
        TEST(test_nodes_become_what_the_settings_want),
        TEST(test_older_forms_are_read),
        TEST(test_a_list_of_nothing_is_no_value),
        TEST(test_damage_is_refused_wherever_it_is),
        TEST(test_a_node_of_unknown_kind_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
