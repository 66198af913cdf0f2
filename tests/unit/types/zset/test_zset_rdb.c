/* Sorted sets in RDB: every encoding that was ever written is read, in any order; damage is
 * refused.
 */
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/bytes/buffer.h"
#include "core/packed/listpack.h"
#include "storage/rdb/rdb_reader.h"
#include "storage/rdb/rdb_types.h"
#include "storage/rdb/rdb_writer.h"
#include "types/zset/zset.h"

#include <math.h>
#include <stdio.h>

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

/* What `bytes` hold, as "member=score ...", or the reason why they are refused, or "nothing". */
static const char *loaded(uint8_t rdb_type)
{
    static char text[512];
    struct rdb_reader reader;
    struct zset_walk walk;
    struct span member;
    size_t size = 0;
    double score;
    void *value;

    text[0] = 0;
    rdb_reader_init(&reader, span_of(bytes.data, bytes.size), &settings, 0);
    if (zset_type.load(&reader, rdb_type, &value) < 0) {
        assert_null(value);
        snprintf(text, sizeof(text), "%s", reader.diag.text);
    } else if (!value) {
        snprintf(text, sizeof(text), "nothing");
    } else {
        zset_walk_begin(&walk, value, 0, false);
        while (zset_walk_next(&walk, &member, &score))
            size += (size_t)snprintf(text + size, sizeof(text) - size, "%s%.*s=%g", size ? " " : "",
                                     SPAN_ARGS(member), score);
        zset_free(value);
    }
    rdb_reader_release(&reader);
    return text;
}

static void write_pair(const char *member, double score)
{
    rdb_write_string(&writer, span_text(member));
    rdb_write_double(&writer, score);
}

/* A listpack of words, as a string of RDB. */
static void write_listpack(const char *const *words, size_t count)
{
    struct listpack *pack = listpack_new(0);

    for (size_t i = 0; i < count; i++)
        listpack_append(&pack, span_text(words[i]));
    rdb_write_string(&writer, listpack_span(pack));
    listpack_free(pack);
}

#define WRITE_LISTPACK(...)                                                                        \
    write_listpack((const char *const[]){__VA_ARGS__},                                             \
                   sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void test_binary_scores_load_in_any_order(void **state)
{
    (void)state;
    rdb_write_length(&writer, 4);
    write_pair("b", 2);
    write_pair("c", (double)INFINITY);
    write_pair("a", -0.5);
    write_pair("7", 2);
    assert_string_equal(loaded(RDB_ZSET_2), "a=-0.5 7=2 b=2 c=inf");
}

static void test_text_scores_load_with_their_three_special_sizes(void **state)
{
    (void)state;
    rdb_write_length(&writer, 3);
    rdb_write_string(&writer, SPAN("b"));
    rdb_write_raw(&writer,
                  "\3"
                  "2.5",
                  4);
    rdb_write_string(&writer, SPAN("c"));
    rdb_write_byte(&writer, 254); /* +inf */
    rdb_write_string(&writer, SPAN("a"));
    rdb_write_byte(&writer, 255); /* -inf */
    assert_string_equal(loaded(RDB_ZSET), "a=-inf b=2.5 c=inf");
    rdb_write_length(&writer, 0);
}

static void test_a_text_score_that_is_no_number_is_refused(void **state)
{
    (void)state;
    rdb_write_length(&writer, 1);
    rdb_write_string(&writer, SPAN("b"));
    rdb_write_byte(&writer, 253); /* nan */
    assert_non_null(strstr(loaded(RDB_ZSET), "not a number"));
}

static void test_a_listpack_in_order_is_taken_as_it_is(void **state)
{
    (void)state;
    WRITE_LISTPACK("a", "-1.5", "b", "2", "10", "3");
    assert_string_equal(loaded(RDB_ZSET_LISTPACK), "a=-1.5 b=2 10=3");
}

static void test_a_listpack_out_of_order_is_sorted(void **state)
{
    (void)state;
    WRITE_LISTPACK("b", "2", "a", "2", "c", "-inf");
    assert_string_equal(loaded(RDB_ZSET_LISTPACK), "c=-inf a=2 b=2");
}

static void test_a_listpack_beyond_the_limits_becomes_large(void **state)
{
    (void)state;
    settings.zset_max_listpack_entries = 1;
    WRITE_LISTPACK("a", "1", "b", "2");
    assert_string_equal(loaded(RDB_ZSET_LISTPACK), "a=1 b=2");
}

static void test_a_member_that_comes_twice_is_refused(void **state)
{
    (void)state;
    WRITE_LISTPACK("a", "1", "b", "2", "a", "3");
    assert_non_null(strstr(loaded(RDB_ZSET_LISTPACK), "twice"));
    buffer_clear(&bytes);
    rdb_write_length(&writer, 2);
    write_pair("a", 1);
    write_pair("a", 2);
    assert_non_null(strstr(loaded(RDB_ZSET_2), "twice"));
}

static void test_scores_that_are_no_numbers_are_refused(void **state)
{
    (void)state;
    WRITE_LISTPACK("a", "1", "b", "x");
    assert_non_null(strstr(loaded(RDB_ZSET_LISTPACK), "not a number"));
    buffer_clear(&bytes);
    WRITE_LISTPACK("a", "nan");
    assert_non_null(strstr(loaded(RDB_ZSET_LISTPACK), "not a number"));
    buffer_clear(&bytes);
    rdb_write_length(&writer, 1);
    write_pair("a", (double)NAN);
    assert_non_null(strstr(loaded(RDB_ZSET_2), "not a number"));
}

static void test_a_member_without_a_score_is_refused(void **state)
{
    (void)state;
    WRITE_LISTPACK("a", "1", "b");
    assert_non_null(strstr(loaded(RDB_ZSET_LISTPACK), "without a score"));
}

static void test_a_ziplist_loads_and_half_a_pair_is_refused(void **state)
{
    /* bytes 4 | place of the last 4 | count 2 | elements | 0xff; element: size before, encoding */
    static const char sound[] = "\x16\0\0\0\x12\0\0\0\4\0"
                                "\0\1b"
                                "\3\xf3"
                                "\2\1a"
                                "\3\xfe\xff"
                                "\xff";
    static const char half[] = "\x0e\0\0\0\x0a\0\0\0\1\0"
                               "\0\1b"
                               "\xff";

    (void)state;
    rdb_write_string(&writer, span_of(sound, sizeof(sound) - 1));
    assert_string_equal(loaded(RDB_ZSET_ZIPLIST), "a=-1 b=2");
    buffer_clear(&bytes);
    rdb_write_string(&writer, span_of(half, sizeof(half) - 1));
    assert_non_null(strstr(loaded(RDB_ZSET_ZIPLIST), "not sound"));
    buffer_clear(&bytes);
    rdb_write_string(&writer, SPAN("nonsense"));
    assert_non_null(strstr(loaded(RDB_ZSET_ZIPLIST), "not sound"));
}

static void test_nothing_in_it_gives_nothing(void **state)
{
    (void)state;
    rdb_write_length(&writer, 0);
    assert_string_equal(loaded(RDB_ZSET_2), "nothing");
    assert_string_equal(loaded(RDB_ZSET), "nothing");
    buffer_clear(&bytes);
    write_listpack(NULL, 0);
    assert_string_equal(loaded(RDB_ZSET_LISTPACK), "nothing");
}

static void test_every_truncation_is_refused(void **state)
{
    size_t whole;

    (void)state;
    rdb_write_length(&writer, 3);
    write_pair("member one", 1);
    write_pair("member two", 2);
    write_pair("3", 3);
    whole = bytes.size;
    for (size_t size = 0; size < whole; size++) {
        bytes.size = size;
        assert_null(strchr(loaded(RDB_ZSET_2), '='));
    }
    bytes.size = whole;
    assert_non_null(strchr(loaded(RDB_ZSET_2), '='));
}

static void test_the_form_chosen_is_the_one_written(void **state)
{
    struct zset *zset = zset_new();

    (void)state;
    zset_add(zset, SPAN("a"), 1.5, 0, &settings, NULL);
    assert_int_equal(zset_type.rdb_type(zset), RDB_ZSET_LISTPACK);
    assert_int_equal(zset_type.rdb_version(zset), RDB_VERSION_OLDEST);
    zset_type.save(zset, &writer);
    assert_string_equal(loaded(RDB_ZSET_LISTPACK), "a=1.5");
    zset_expect(zset, 1000, 1, &settings);
    zset_add(zset, SPAN("b"), 1, 0, &settings, NULL);
    assert_int_equal(zset_type.rdb_type(zset), RDB_ZSET_2);
    buffer_clear(&bytes);
    zset_type.save(zset, &writer);
    assert_string_equal(loaded(RDB_ZSET_2), "b=1 a=1.5");
    zset_free(zset);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_binary_scores_load_in_any_order),
        EACH(test_text_scores_load_with_their_three_special_sizes),
        EACH(test_a_text_score_that_is_no_number_is_refused),
        EACH(test_a_listpack_in_order_is_taken_as_it_is),
        EACH(test_a_listpack_out_of_order_is_sorted),
        EACH(test_a_listpack_beyond_the_limits_becomes_large),
        EACH(test_a_member_that_comes_twice_is_refused),
        EACH(test_scores_that_are_no_numbers_are_refused),
        EACH(test_a_member_without_a_score_is_refused),
        EACH(test_a_ziplist_loads_and_half_a_pair_is_refused),
        EACH(test_nothing_in_it_gives_nothing),
        EACH(test_every_truncation_is_refused),
        EACH(test_the_form_chosen_is_the_one_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
