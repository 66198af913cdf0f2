/* APPEND, SETRANGE, GETRANGE against a plain array of bytes, and the limit on a string's size. LCS
 * against a table of its own. */
#include "tests/lib/unit/fake_request.h"
#include "core/base/mem.h"
#include "types/generic/expire_commands.h"
#include "types/generic/key_commands.h"
#include "types/string/string_commands.h"
#include "types/string/string_lcs_commands.h"
#include "types/string/string_range_commands.h"

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
    fake_add_commands(fake, string_range_commands);
    fake_add_commands(fake, string_lcs_commands);
    fake_add_commands(fake, key_commands);
    fake_add_commands(fake, expire_commands);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

/* MS_TEST_SEED repeats a run. */
static struct random seeded(void)
{
    const char *text = getenv("MS_TEST_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : (uint64_t)time(NULL);
    struct random random;

    print_message("MS_TEST_SEED=%llu\n", (unsigned long long)seed);
    random_init(&random, seed);
    return random;
}

/* The bytes of a bulk reply. */
static struct span bulk(void)
{
    char *end;
    size_t size = strtoul(fake->reply.data + 1, &end, 10);

    assert_int_equal(fake->reply.data[0], '$');
    return span_of(end + 2, size);
}

enum {
    MODEL_LIMIT = 4096
};

struct model {
    char bytes[MODEL_LIMIT];
    size_t size;
};

static void run_range(const char *name, int64_t a, int64_t b)
{
    char first[32], second[32];

    snprintf(first, sizeof(first), "%lld", (long long)a);
    snprintf(second, sizeof(second), "%lld", (long long)b);
    fake_run(fake, name, "k", first, second);
}

/* What GETRANGE must give, byte by byte: those whose index is between the two. */
static struct span model_range(const struct model *model, int64_t start, int64_t end, char *to)
{
    int64_t size = (int64_t)model->size;
    size_t count = 0;

    if (start < 0 && end < 0 && start > end)
        return span_of(to, 0);
    start = start < 0 ? start + size : start;
    end = end < 0 ? end + size : end;
    if (start < 0)
        start = 0;
    if (end < 0)
        end = 0;
    for (int64_t i = 0; i < size; i++)
        if (i >= start && i <= end)
            to[count++] = model->bytes[i];
    return span_of(to, count);
}

static void test_editing_agrees_with_an_array_of_bytes(void **state)
{
    static struct model model;
    struct random random = seeded();
    char more[64], expected[MODEL_LIMIT];

    (void)state;
    model.size = 0;
    for (int step = 0; step < 20000; step++) {
        size_t size = random_below(&random, sizeof(more));
        struct span argv[4] = {SPAN("APPEND"), SPAN("k"), {more, size}, {more, size}};
        int64_t a = (int64_t)random_below(&random, 600) - 300;
        int64_t b = (int64_t)random_below(&random, 600) - 300;

        for (size_t i = 0; i < size; i++)
            more[i] = (char)random_next(&random);
        if (model.size > 400 || random_below(&random, 100) == 0) {
            fake_run(fake, "DEL", "k");
            model.size = 0;
        }
        switch (random_below(&random, 3)) {
        case 0:
            fake_run_spans(fake, 3, argv);
            memcpy(model.bytes + model.size, more, size);
            model.size += size;
            break;
        case 1: {
            char offset[32];
            size_t at = (size_t)llabs(a);

            snprintf(offset, sizeof(offset), "%zu", at);
            argv[0] = SPAN("SETRANGE");
            argv[2] = span_text(offset);
            fake_run_spans(fake, 4, argv);
            if (size == 0)
                break;
            for (; model.size < at + size; model.size++)
                model.bytes[model.size] = 0;
            memcpy(model.bytes + at, more, size);
            break;
        }
        default:
            run_range("GETRANGE", a, b);
            assert_true(span_equal(bulk(), model_range(&model, a, b, expected)));
        }
        fake_run(fake, "STRLEN", "k");
        assert_int_equal(atol(fake->shown.data), model.size);
    }
    run_range("GETRANGE", 0, -1);
    assert_true(span_equal(bulk(), span_of(model.bytes, model.size)));
}

static void test_a_string_stops_at_the_limit(void **state)
{
    (void)state;
    fake->settings.proto_max_bulk_len = 10;
    RUN(fake, "APPEND k 12345678", "8");
    RUN(fake, "APPEND k 90", "10");
    RUN(fake, "APPEND k x", "-" ERROR_STRING_TOO_LONG);
    assert_int_equal(fake->rq.effect_count, 0);
    RUN(fake, "SETRANGE k 9 x", "10");
    RUN(fake, "SETRANGE k 10 x", "-" ERROR_STRING_TOO_LONG);
    RUN(fake, "SETRANGE none 10 x", "-" ERROR_STRING_TOO_LONG);
    RUN(fake, "EXISTS none", "0");
    RUN(fake, "GET k", "\"123456789x\"");
    fake->flags = REQUEST_REPLAY; /* what was logged was within the limit then */
    RUN(fake, "APPEND k yz", "12");
}

static void test_edits_are_announced(void **state)
{
    (void)state;
    RUN(fake, "APPEND k 1", "1");
    assert_int_equal(fake_events(fake, "new"), 1);
    assert_int_equal(fake_events(fake, "append"), 1);
    RUN(fake, "APPEND k 2", "2");
    assert_int_equal(fake_events(fake, "new"), 0);
    assert_int_equal(fake_events(fake, "append"), 1);
    RUN(fake, "SETRANGE k 0 x", "2");
    assert_int_equal(fake_events(fake, "setrange"), 1);
    RUN(fake, "SETRANGE m 2 x", "3");
    assert_int_equal(fake_events(fake, "new"), 1);
    assert_null(fake_rewrite(fake, 0));
    RUN(fake, "SETRANGE k 5 \"\"", "2");
    assert_int_equal(fake->rq.effect_count, 0);
}

static void test_edits_keep_the_expiry(void **state)
{
    (void)state;
    RUN(fake, "SET k v EX 10", "OK");
    RUN(fake, "APPEND k w", "2");
    RUN(fake, "SETRANGE k 100 x", "101");
    RUN(fake, "TTL k", "10");
    fake->now_ms += 10001;
    RUN(fake, "APPEND k x", "1");
    RUN(fake, "TTL k", "-1");
}

/* --- LCS. */

static size_t longest(struct span a, struct span b)
{
    size_t length[17][17] = {{0}};

    for (size_t i = 1; i <= a.size; i++)
        for (size_t j = 1; j <= b.size; j++) {
            size_t best = length[i - 1][j] > length[i][j - 1] ? length[i - 1][j] : length[i][j - 1];

            if (a.data[i - 1] == b.data[j - 1] && length[i - 1][j - 1] + 1 > best)
                best = length[i - 1][j - 1] + 1;
            length[i][j] = best;
        }
    return length[a.size][b.size];
}

static bool is_subsequence(struct span part, struct span whole)
{
    size_t at = 0;

    for (size_t i = 0; i < whole.size && at < part.size; i++)
        if (whole.data[i] == part.data[at])
            at++;
    return at == part.size;
}

static void test_lcs_finds_a_longest_common_subsequence(void **state)
{
    struct random random = seeded();
    char texts[2][17];

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct span a, b;

        for (int t = 0; t < 2; t++) {
            size_t size = random_below(&random, 17);

            for (size_t i = 0; i < size; i++)
                texts[t][i] = (char)('a' + random_below(&random, 3));
            texts[t][size] = 0;
        }
        a = span_text(texts[0]);
        b = span_text(texts[1]);
        fake_run(fake, "SET", "a", texts[0]);
        fake_run(fake, "SET", "b", texts[1]);
        fake_run(fake, "LCS", "a", "b", "LEN");
        assert_int_equal(atol(fake->shown.data), longest(a, b));
        fake_run(fake, "LCS", "a", "b");
        assert_int_equal(bulk().size, longest(a, b));
        assert_true(is_subsequence(bulk(), a));
        assert_true(is_subsequence(bulk(), b));
    }
}

static void test_lcs_refuses_a_table_above_the_limit(void **state)
{
    (void)state;
    fake->settings.proto_max_bulk_len = 9 * 5 * 4 - 1;
    RUN(fake, "SET a 12345678", "OK");
    RUN(fake, "SET b 1234", "OK");
    RUN(fake, "LCS a b",
        "-ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
    fake->settings.proto_max_bulk_len++;
    RUN(fake, "LCS a b", "\"1234\"");
}

static void test_lcs_survives_a_failed_allocation(void **state)
{
    (void)state;
    RUN(fake, "SET a 12345678", "OK");
    RUN(fake, "SET b 1234", "OK");
    mem_fail_after(1);
    RUN(fake, "LCS a b", "-ERR Insufficient memory, failed allocating transient memory for LCS");
    mem_fail_after(0);
    RUN(fake, "LCS a b LEN", "4");
}

static void test_lcs_ranges_are_a_map_in_resp3(void **state)
{
    (void)state;
    RUN(fake, "SET a xab", "OK");
    RUN(fake, "SET b aby", "OK");
    fake->protocol = 3;
    RUN(fake, "LCS a b IDX WITHMATCHLEN", "{\"matches\" [[[1 2] [0 1] 2]] \"len\" 2}");
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_editing_agrees_with_an_array_of_bytes),
        CASE(test_a_string_stops_at_the_limit),
        CASE(test_edits_are_announced),
        CASE(test_edits_keep_the_expiry),
        CASE(test_lcs_finds_a_longest_common_subsequence),
        CASE(test_lcs_refuses_a_table_above_the_limit),
        CASE(test_lcs_survives_a_failed_allocation),
        CASE(test_lcs_ranges_are_a_map_in_resp3),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
