/* KEYS, SCAN and RANDOMKEY over databases that change meanwhile. */
#include "tests/lib/unit/fake_request.h"
#include "tests/unit/types/other_type.h"
#include "types/generic/database_commands.h"
#include "types/generic/key_commands.h"
#include "types/generic/scan_commands.h"
#include "types/string/string_commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define RUN(fake, line, expected) assert_string_equal(fake_line((fake), (line)), (expected))

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    fake_add_commands(fake, string_commands);
    fake_add_commands(fake, key_commands);
    fake_add_commands(fake, scan_commands);
    fake_add_commands(fake, database_commands);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

static struct random seeded(void)
{
    const char *text = getenv("MS_TEST_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : (uint64_t)time(NULL);
    struct random random;

    print_message("MS_TEST_SEED=%llu\n", (unsigned long long)seed);
    random_init(&random, seed);
    return random;
}

enum {
    STEADY = 500,
    PASSING = 2000,
    SCAN_CALLS_LIMIT = 100000
};

/* Reads a SCAN reply as shown, ["cursor" ["steady:5" "passing:7"]], and marks the steady ones. */
static void read_reply(char *cursor, size_t cursor_size, bool *seen, size_t *names)
{
    const char *at = fake->shown.data;
    const char *end;

    assert_memory_equal(at, "[\"", 2);
    end = strchr(at + 2, '"');
    assert_true((size_t)(end - at) < cursor_size);
    memcpy(cursor, at + 2, (size_t)(end - at - 2));
    cursor[end - at - 2] = 0;
    for (at = end + 1; (at = strchr(at, '"')) != NULL; at = strchr(at + 1, '"') + 1) {
        ++*names;
        if (strncmp(at + 1, "steady:", 7) == 0)
            seen[atol(at + 8)] = true;
    }
}

static void run_name(const char *command, const char *kind, uint64_t number)
{
    char name[32];

    snprintf(name, sizeof(name), "%s:%llu", kind, (unsigned long long)number);
    if (strcmp(command, "SET") == 0)
        fake_run(fake, "SET", name, "v");
    else
        fake_run(fake, command, name);
}

static void test_scan_returns_whatever_stays_throughout(void **state)
{
    struct random random = seeded();

    (void)state;
    for (int round = 0; round < 20; round++) {
        static bool seen[STEADY];
        char cursor[32] = "0", count[32];
        size_t names = 0, calls = 0;

        memset(seen, 0, sizeof(seen));
        fake_run(fake, "FLUSHALL");
        for (uint64_t i = 0; i < STEADY; i++)
            run_name("SET", "steady", i);
        snprintf(count, sizeof(count), "%d", 1 << random_below(&random, 8));
        do {
            /* mostly growing in one half of the rounds, mostly shrinking in the other */
            for (int i = 0; i < 50; i++)
                run_name(random_below(&random, 4) == (uint64_t)(round % 2) ? "DEL" : "SET",
                         "passing", random_below(&random, PASSING));
            if (round % 2 && random_below(&random, 10) == 0)
                for (uint64_t i = 0; i < PASSING; i++)
                    run_name("DEL", "passing", i);
            fake_run(fake, "SCAN", cursor, "COUNT", count);
            read_reply(cursor, sizeof(cursor), seen, &names);
            assert_true(++calls < SCAN_CALLS_LIMIT);
        } while (strcmp(cursor, "0") != 0);
        for (size_t i = 0; i < STEADY; i++)
            assert_true(seen[i]);
    }
}

static void test_scan_filters_by_name_and_type(void **state)
{
    static bool seen[STEADY];
    char cursor[32] = "0";
    size_t names = 0;

    (void)state;
    for (uint64_t i = 0; i < STEADY; i++)
        run_name("SET", "steady", i);
    other_add(fake, "steady:stream");
    do {
        fake_run(fake, "SCAN", cursor, "MATCH", "steady:4?", "TYPE", "string");
        read_reply(cursor, sizeof(cursor), seen, &names);
    } while (strcmp(cursor, "0") != 0);
    assert_int_equal(names, 10);
    RUN(fake, "SCAN 0 COUNT 100000 TYPE stream", "[\"0\" [\"steady:stream\"]]");
    RUN(fake, "SCAN 0 COUNT 9223372036854775807 TYPE stream", "[\"0\" [\"steady:stream\"]]");
}

static void test_count_is_about_what_a_call_returns(void **state)
{
    static bool seen[STEADY];
    char cursor[32] = "0";
    size_t names = 0, calls = 0;

    (void)state;
    for (uint64_t i = 0; i < STEADY; i++)
        run_name("SET", "steady", i);
    do {
        size_t before = names;

        fake_run(fake, "SCAN", cursor, "COUNT", "20");
        read_reply(cursor, sizeof(cursor), seen, &names);
        assert_in_range(names - before, 0, 60);
        calls++;
    } while (strcmp(cursor, "0") != 0);
    assert_true(names >= STEADY);
    assert_in_range(calls, 5, 60);
}

static void test_expired_keys_are_not_shown(void **state)
{
    (void)state;
    RUN(fake, "SET gone v PX 10", "OK");
    RUN(fake, "SET stays v PX 1000", "OK");
    fake->now_ms += 11;
    RUN(fake, "KEYS *", "[\"stays\"]");
    RUN(fake, "SCAN 0 COUNT 1000", "[\"0\" [\"stays\"]]");
    for (int i = 0; i < 20; i++)
        RUN(fake, "RANDOMKEY", "\"stays\"");
}

static void test_keys_returns_every_key_once(void **state)
{
    size_t names = 0;
    const char *at;

    (void)state;
    RUN(fake, "KEYS *", "[]");
    for (uint64_t i = 0; i < STEADY; i++)
        run_name("SET", "steady", i);
    fake_run(fake, "KEYS", "*");
    for (at = fake->shown.data; (at = strchr(at, '"')) != NULL; at++)
        names++;
    assert_int_equal(names, 2 * STEADY);
    RUN(fake, "KEYS steady:499", "[\"steady:499\"]");
    RUN(fake, "KEYS *y:49[8]", "[\"steady:498\"]");
    fake->db = 1;
    RUN(fake, "KEYS *", "[]");
    RUN(fake, "RANDOMKEY", "nil");
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_scan_returns_whatever_stays_throughout),
        CASE(test_scan_filters_by_name_and_type),
        CASE(test_count_is_about_what_a_call_returns),
        CASE(test_expired_keys_are_not_shown),
        CASE(test_keys_returns_every_key_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
