/* Sets to RDB form and back, from forms of other versions, and from bytes that make no sense. */
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "core/packed/listpack.h"
#include "storage/rdb/rdb_reader.h"
#include "storage/rdb/rdb_types.h"
#include "storage/rdb/rdb_writer.h"
#include "types/set/set.h"

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

static int load(uint8_t type, struct span from, struct set **set)
{
    struct rdb_reader reader;
    void *value;
    int rc;

    rdb_reader_init(&reader, from, &settings, 0);
    rc = set_type.load(&reader, type, &value);
    rdb_reader_release(&reader);
    *set = value;
    return rc;
}

static struct span written(void)
{
    return span_of(bytes.data, bytes.size);
}

static void fill(struct set *set, int64_t from, int64_t end)
{
    char text[NUM_TEXT_LIMIT];

    for (int64_t i = from; i < end; i++)
        set_add(set, span_of(text, num_format_i64(text, i)), &settings);
}

static void assert_equal(const struct set *a, const struct set *b)
{
    char scratch[NUM_TEXT_LIMIT];
    struct set_iterator it;
    struct span member;

    assert_int_equal(set_count(a), set_count(b));
    set_iterate_begin(&it, a);
    while (set_iterate_next(&it, &member, scratch))
        assert_true(set_contains(b, member));
    set_iterate_end(&it);
}

static struct set *round_trip(const struct set *set)
{
    struct set *copy;

    bytes.size = 0;
    set_type.save(set, &writer);
    assert_int_equal(load(set_type.rdb_type(set), written(), &copy), 0);
    assert_equal(set, copy);
    return copy;
}

static void test_a_set_comes_back_as_it_was_saved(void **state)
{
    struct set *set = set_new(), *copy;

    (void)state;
    fill(set, -5, 500);
    assert_int_equal(set_type.rdb_type(set), RDB_SET_INTSET);
    copy = round_trip(set);
    assert_int_equal(set_encoding(copy), SET_INTSET);
    set_free(copy);
    fill(set, 500, 5000);
    assert_int_equal(set_type.rdb_type(set), RDB_SET);
    copy = round_trip(set);
    assert_int_equal(set_encoding(copy), SET_HASHTABLE);
    set_free(copy);
    set_free(set);
    set = set_new();
    set_add(set, SPAN(""), &settings);
    fill(set, 0, 100);
    assert_int_equal(set_encoding(set), SET_LISTPACK);
    assert_int_equal(set_type.rdb_version(set), RDB_VERSION_OLDEST);
    copy = round_trip(set);
    assert_int_equal(set_encoding(copy), SET_LISTPACK);
    set_free(copy);
    set_free(set);
}

static void test_encodings_are_what_the_settings_want(void **state)
{
    struct set *integers = set_new(), *words = set_new(), *copy;

    (void)state;
    fill(integers, 0, 100);
    set_add(words, SPAN("word"), &settings);
    fill(words, 0, 100);
    settings.set_max_intset_entries = 99;
    copy = round_trip(integers);
    assert_int_equal(set_encoding(copy), SET_HASHTABLE);
    set_free(copy);
    settings.set_max_listpack_entries = 100;
    copy = round_trip(words);
    assert_int_equal(set_encoding(copy), SET_HASHTABLE);
    set_free(copy);
    settings.set_max_listpack_entries = 101;
    settings.set_max_listpack_value = 3;
    copy = round_trip(words);
    assert_int_equal(set_encoding(copy), SET_HASHTABLE);
    set_free(copy);
    set_free(integers);
    set_free(words);
}

static void test_a_packed_set_of_later_versions_is_read(void **state)
{
    struct listpack *pack = listpack_new(0);
    struct set *set;

    (void)state;
    listpack_append(&pack, SPAN("a"));
    listpack_append(&pack, SPAN("17"));
    rdb_write_string(&writer, listpack_span(pack));
    assert_int_equal(load(RDB_SET_LISTPACK, written(), &set), 0);
    assert_int_equal(set_encoding(set), SET_LISTPACK);
    assert_int_equal(set_count(set), 2);
    assert_true(set_contains(set, SPAN("a")) && set_contains(set, SPAN("17")));
    set_free(set);
    listpack_append(&pack, SPAN("a"));
    bytes.size = 0;
    rdb_write_string(&writer, listpack_span(pack));
    assert_int_equal(load(RDB_SET_LISTPACK, written(), &set), ERR_DAMAGED);
    listpack_free(pack);
}

static void test_a_set_of_nothing_is_refused(void **state)
{
    struct listpack *pack = listpack_new(0);
    struct set *set;

    (void)state;
    rdb_write_length(&writer, 0);
    assert_int_equal(load(RDB_SET, written(), &set), ERR_DAMAGED);
    bytes.size = 0;
    rdb_write_string(&writer, SPAN("\x02\0\0\0\0\0\0\0"));
    assert_int_equal(load(RDB_SET_INTSET, written(), &set), ERR_DAMAGED);
    bytes.size = 0;
    rdb_write_string(&writer, listpack_span(pack));
    assert_int_equal(load(RDB_SET_LISTPACK, written(), &set), ERR_DAMAGED);
    listpack_free(pack);
}

static void test_a_member_twice_is_refused(void **state)
{
    struct set *set;

    (void)state;
    rdb_write_length(&writer, 3);
    rdb_write_string(&writer, SPAN("a"));
    rdb_write_string(&writer, SPAN("b"));
    rdb_write_string(&writer, SPAN("a"));
    assert_int_equal(load(RDB_SET, written(), &set), ERR_DAMAGED);
    assert_null(set);
}

static void damage(const struct set *set)
{
    uint8_t type = set_type.rdb_type(set);
    struct random random;
    struct set *loaded;
    size_t used;

    random_init(&random, 7);
    bytes.size = 0;
    set_type.save(set, &writer);
    used = mem_used();
    for (size_t size = 0; size < bytes.size; size++) {
        assert_true(load(type, span_of(bytes.data, size), &loaded) < 0);
        assert_null(loaded);
    }
    /* a changed byte gives an error or some set, never anything else */
    for (int i = 0; i < 3000; i++) {
        size_t at = (size_t)random_below(&random, bytes.size);
        char before = bytes.data[at];

        bytes.data[at] = (char)random_next(&random);
        if (load(type, written(), &loaded) == 0)
            set_free(loaded);
        bytes.data[at] = before;
    }
    assert_int_equal(mem_used(), used);
}

static void test_damage_is_refused_wherever_it_is(void **state)
{
    struct set *set = set_new();

    (void)state;
    writer.compress = false;
    fill(set, 0, 40);
    damage(set);
    set_add(set, SPAN("word"), &settings);
    damage(set);
    set_free(set);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_set_comes_back_as_it_was_saved),
        TEST(test_encodings_are_what_the_settings_want),
        TEST(test_a_packed_set_of_later_versions_is_read),
        TEST(test_a_set_of_nothing_is_refused),
        TEST(test_a_member_twice_is_refused),
        TEST(test_damage_is_refused_wherever_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
