/* Commands of hashes that know no time: what they record and log, when a hash changes its form, and
 * how chance is spread. Their replies are in tests/wire/hash. */
#include "tests/unit/types/hash/hash_test.h"

#include <string.h>

static void test_setting_records_the_new_key_once(void **state)
{
    (void)state;
    hash_test_check("HSET h a 1 b 2 a 3", "2", "new hset", NULL);
    hash_test_check("HSET h a 1", "0", "hset", NULL);
    hash_test_check("HMSET h c 1", "OK", "hset", NULL);
    hash_test_check("HSETNX h c 2", "0", "", NULL);
    hash_test_check("HSETNX h d 2", "1", "hset", NULL);
    hash_test_check("HSETNX other d 2", "1", "new hset", NULL);
    RUN("HGETALL h", "[\"a\" \"1\" \"b\" \"2\" \"c\" \"1\" \"d\" \"2\"]");
}

static void test_the_last_field_takes_the_key_with_it(void **state)
{
    (void)state;
    fake_line(fake, "HSET h a 1 b 2");
    hash_test_check("HDEL h x", "0", "", NULL);
    hash_test_check("HDEL h a x", "1", "hdel", NULL);
    hash_test_check("HDEL h b b", "1", "hdel del", NULL);
    RUN("EXISTS h", "0");
    hash_test_check("HDEL h b", "0", "", NULL);
    fake_line(fake, "HSET h a 1 b 2");
    hash_test_check("HGETDEL h FIELDS 2 a x", "[\"1\" nil]", "hdel", "HDEL h a");
    hash_test_check("HGETDEL h FIELDS 2 b b", "[\"2\" nil]", "hdel del", "HDEL h b");
}

static void test_floats_are_logged_as_their_sum(void **state)
{
    (void)state;
    hash_test_check("HINCRBY h n 5", "5", "new hincrby", NULL);
    hash_test_check("HINCRBYFLOAT h n 0.5", "\"5.5\"", "hincrbyfloat", "HSET h n 5.5");
    hash_test_check("HINCRBY h n 1", "-ERR hash value is not an integer", "", NULL);
    fake_line(fake, "HSET h n 9223372036854775807 t x");
    hash_test_check("HINCRBY h n 1", "-ERR increment or decrement would overflow", "", NULL);
    hash_test_check("HINCRBYFLOAT h t 1", "-ERR hash value is not a float", "", NULL);
    fake_line(fake, "HPEXPIRE h 1000 FIELDS 1 n");
    hash_test_check("HINCRBYFLOAT h n 1", "\"9223372036854775808\"", "hincrbyfloat",
                    "HSETEX h KEEPTTL FIELDS 1 n 9223372036854775808");
    RUN("HPTTL h FIELDS 1 n", "[1000]");
}

static void test_entries_and_sizes_decide_the_form(void **state)
{
    char value[80];

    (void)state;
    fake->settings.hash_max_listpack_entries = 3;
    fake->settings.hash_max_listpack_value = 64;
    fake_line(fake, "HSET h a 1 b 2 c 3");
    RUN("OBJECT ENCODING h", "\"listpack\"");
    fake_line(fake, "HSET h c 4");
    RUN("OBJECT ENCODING h", "\"listpack\"");
    fake_line(fake, "HSET h d 4");
    RUN("OBJECT ENCODING h", "\"hashtable\"");
    fake_line(fake, "HDEL h d c b");
    RUN("OBJECT ENCODING h", "\"hashtable\"");
    RUN("HGETALL h", "[\"a\" \"1\"]");
    memset(value, 'v', sizeof(value));
    value[64] = '\0';
    fake_run(fake, "HSET", "s", "f", value);
    RUN("OBJECT ENCODING s", "\"listpack\"");
    value[64] = 'v';
    value[65] = '\0';
    fake_run(fake, "HSET", "s", "f", value);
    RUN("OBJECT ENCODING s", "\"hashtable\"");
    RUN("HSTRLEN s f", "65");
    fake_run(fake, "HSET", "t", value, "x");
    RUN("OBJECT ENCODING t", "\"hashtable\"");
}

/* Values of all sizes around those at which a field's block changes its layout. */
static void test_a_value_may_grow_and_shrink(void **state)
{
    static const size_t sizes[] = {0, 1, 20, 254, 255, 256, 257, 4000, 70000, 256, 255, 3, 0, 300};
    static char bytes[70001];
    char reply[16];

    (void)state;
    hash_test_tables_only();
    fake_line(fake, "HSET h f x g y");
    fake_line(fake, "HPEXPIRE h 5000 FIELDS 1 f");
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        memset(bytes, 'a' + (int)i, sizes[i]);
        bytes[sizes[i]] = '\0';
        fake_run(fake, "HSETEX", "h", "KEEPTTL", "FIELDS", "1", "f", bytes);
        snprintf(reply, sizeof(reply), "%zu", sizes[i]);
        RUN("HSTRLEN h f", reply);
        RUN("HPTTL h FIELDS 2 f g", "[5000 -1]");
        fake_line(fake, "HGET h f");
        if (sizes[i] > 0)
            assert_int_equal(fake->shown.data[sizes[i]], 'a' + (int)i);
    }
}

static void set_many(const char *key, int count)
{
    char field[16];

    for (int i = 0; i < count; i++) {
        snprintf(field, sizeof(field), "f%d", i);
        fake_run(fake, "HSET", key, field, field);
    }
}

/* 60 000 draws from 40 fields: each comes 1500 times, give or take six deviations of 38. */
static void check_draws(const char *command)
{
    int seen[40] = {0};

    for (int draws = 0; draws < 60000;) {
        const char *at = fake_line(fake, command);

        while ((at = strchr(at, 'f')) != NULL) {
            seen[atoi(++at)]++;
            draws++;
        }
    }
    for (int i = 0; i < 40; i++)
        assert_in_range(seen[i], 1500 - 230, 1500 + 230);
}

static void test_each_field_is_as_likely_as_any_other(void **state)
{
    (void)state;
    for (int tables = 0; tables < 2; tables++) {
        fake_line(fake, "DEL h");
        set_many("h", 40);
        check_draws("HRANDFIELD h");
        check_draws("HRANDFIELD h -50");
        check_draws("HRANDFIELD h 5");
        check_draws("HRANDFIELD h 30");
        hash_test_tables_only();
    }
}

static void test_a_positive_count_draws_different_fields(void **state)
{
    (void)state;
    hash_test_tables_only();
    set_many("h", 200);
    for (int count = 1; count <= 210; count++) {
        char line[40];
        bool seen[200] = {false};
        const char *at;
        int drawn = 0;

        snprintf(line, sizeof(line), "HRANDFIELD h %d", count);
        at = fake_line(fake, line);
        while ((at = strchr(at, 'f')) != NULL) {
            int field = atoi(++at);

            assert_false(seen[field]);
            seen[field] = true;
            drawn++;
        }
        assert_int_equal(drawn, count < 200 ? count : 200);
    }
}

/* What stays through a scan is seen, whatever comes and goes meanwhile. */
static void test_a_scan_finds_all_that_stays(void **state)
{
    bool seen[300] = {false};
    char line[60];
    unsigned long long cursor = 0;
    int step = 0;

    (void)state;
    hash_test_tables_only();
    set_many("h", 300);
    do {
        const char *at;

        snprintf(line, sizeof(line), "HSCAN h %llu NOVALUES COUNT 7", cursor);
        at = fake_line(fake, line);
        cursor = strtoull(at + 2, NULL, 10);
        while ((at = strchr(at, 'f')) != NULL)
            seen[atoi(++at)] = true;
        for (int i = 0; i < 20; i++, step++) { /* others come, and the upper half goes */
            snprintf(line, sizeof(line), "HSET h other%d x", step);
            fake_line(fake, line);
            snprintf(line, sizeof(line), "HDEL h f%d", 150 + step % 150);
            fake_line(fake, line);
        }
    } while (cursor != 0);
    for (int i = 0; i < 150; i++)
        assert_true(seen[i]);
}

static void test_memory_of_a_table_grows_with_its_fields(void **state)
{
    struct hash *hash = hash_new();
    size_t before;

    (void)state;
    fake->settings.hash_max_listpack_entries = 0;
    before = hash_type.memory(hash, 0);
    for (int i = 0; i < 1000; i++) {
        char name[16];

        hash_set(hash, &fake->settings, span_of(name, (size_t)snprintf(name, 16, "f%d", i)),
                 SPAN("0123456789"), false);
    }
    assert_true(hash_type.memory(hash, 0) > before + 1000 * 16);
    assert_true(hash_type.memory(hash, 0) < before + 1000 * 64);
    assert_true(hash_type.memory(hash, 5) < before + 1000 * 64);
    assert_int_equal(hash_type.free_effort(hash), 1000);
    hash_free(hash);
}

static void test_sort_reads_live_fields_only(void **state)
{
    struct hash *hash = hash_new();
    char scratch[NUM_TEXT_LIMIT];

    (void)state;
    hash_add(hash, &fake->settings, SPAN("n"), SPAN("42"), -1);
    hash_add(hash, &fake->settings, SPAN("t"), SPAN("text"), 1000);
    assert_true(span_equal(hash_get(hash, SPAN("n"), 0, scratch), SPAN("42")));
    assert_true(span_equal(hash_get(hash, SPAN("t"), 999, scratch), SPAN("text")));
    assert_null(hash_get(hash, SPAN("t"), 1000, scratch).data);
    assert_null(hash_get(hash, SPAN("x"), 0, scratch).data);
    hash_free(hash);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hash_test_set_up, hash_test_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_setting_records_the_new_key_once),
        TEST(test_the_last_field_takes_the_key_with_it),
        TEST(test_floats_are_logged_as_their_sum),
        TEST(test_entries_and_sizes_decide_the_form),
        TEST(test_a_value_may_grow_and_shrink),
        TEST(test_each_field_is_as_likely_as_any_other),
        TEST(test_a_positive_count_draws_different_fields),
        TEST(test_a_scan_finds_all_that_stays),
        TEST(test_memory_of_a_table_grows_with_its_fields),
        TEST(test_sort_reads_live_fields_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
