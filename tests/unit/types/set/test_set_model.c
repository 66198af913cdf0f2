/* The set against an array of flags: random changes with small and large limits, so that every
 * encoding and every change of encoding is met; then all ways to go through it agree with the
 * model, and memory with what is reported. MS_TEST_SEED repeats a run. */
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "types/set/set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum {
    UNIVERSE = 400,
    ROUNDS = 60
};

static struct random random_source;
static struct settings settings;
static struct span words[UNIVERSE];
static bool in[UNIVERSE];
static int visits[UNIVERSE];
static size_t count;

static size_t below(size_t limit)
{
    return (size_t)random_below(&random_source, limit);
}

/* Integers of all widths, short words, the empty one, and some with more bytes than one can count.
 */
static struct span make_word(int at)
{
    static char text[700];
    size_t size;

    if (at == 0)
        size = 0;
    else if (at < UNIVERSE / 2)
        size = num_format_i64(text, (int64_t)at * (at % 3 == 0    ? -1
                                                   : at % 7 == 0  ? 100000
                                                   : at % 11 == 0 ? 10000000000
                                                                  : 1));
    else
        size = (size_t)snprintf(text, sizeof(text), "%0*dx", at % 20 == 0 ? at : at % 90, at);
    return span_of(mem_dup(text, size ? size : 1), size);
}

static int set_up(void **state)
{
    const char *given = getenv("MS_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

    (void)state;
    print_message("MS_TEST_SEED=%llu\n", (unsigned long long)seed);
    random_init(&random_source, seed);
    settings_init(&settings);
    for (int i = 0; i < UNIVERSE; i++)
        words[i] = make_word(i);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < UNIVERSE; i++)
        mem_free((void *)(uintptr_t)words[i].data);
    return 0;
}

static void note_visit(void *context, struct span member)
{
    (void)context;
    for (int i = 0; i < UNIVERSE; i++) {
        if (span_equal(words[i], member)) {
            assert_true(in[i]);
            visits[i]++;
            return;
        }
    }
    fail_msg("a member nobody has added: %.*s", SPAN_ARGS(member));
}

static void assert_visited_once(void)
{
    for (int i = 0; i < UNIVERSE; i++) {
        assert_int_equal(visits[i], in[i]);
        visits[i] = 0;
    }
}

static void assert_same_as_model(const struct set *set)
{
    char scratch[NUM_TEXT_LIMIT];
    struct set_iterator it;
    struct span member;
    uint64_t cursor = 0;

    assert_int_equal(set_count(set), count);
    for (int i = 0; i < UNIVERSE; i++)
        assert_int_equal(set_contains(set, words[i]), in[i]);
    set_iterate_begin(&it, set);
    while (set_iterate_next(&it, &member, scratch))
        note_visit(NULL, member);
    assert_false(set_iterate_next(&it, &member, scratch));
    set_iterate_end(&it);
    assert_visited_once();
    do {
        cursor = set_scan(set, cursor, 1 + below(20), note_visit, NULL);
    } while (cursor);
    for (int i = 0; i < UNIVERSE; i++) { /* more than once is allowed in a resize */
        assert_int_equal(visits[i] > 0, in[i]);
        visits[i] = 0;
    }
}

static void assert_encoding_is_allowed(const struct set *set)
{
    if (set_encoding(set) == SET_INTSET) {
        assert_true((int64_t)count <= settings.set_max_intset_entries);
    } else if (set_encoding(set) == SET_LISTPACK) {
        assert_true((int64_t)count <= settings.set_max_listpack_entries);
        for (int i = 0; i < UNIVERSE; i++)
            assert_true(!in[i] || (int64_t)words[i].size <= settings.set_max_listpack_value);
    }
}

static void pop(struct set *set)
{
    size_t wanted = below(count);

    set_pop_some(set, &random_source, wanted, note_visit, NULL);
    for (int i = 0; i < UNIVERSE; i++) {
        assert_true(visits[i] <= 1);
        if (visits[i]) {
            in[i] = false;
            count--;
            wanted--;
        }
        visits[i] = 0;
    }
    assert_int_equal(wanted, 0);
}

static void change(struct set *set, size_t universe, int growth)
{
    size_t at = below(universe);
    char scratch[NUM_TEXT_LIMIT];
    struct span member;

    if (below(2000) == 0 && count > 0) {
        pop(set);
    } else if (below(50) == 0 && count > 0) { /* a member where it lies */
        member = set_random(set, &random_source, scratch);
        for (at = 0; !span_equal(words[at], member); at++) {
        }
        assert_true(in[at] && set_remove(set, member));
        in[at] = false;
        count--;
    } else if ((int)below(100) < growth) {
        assert_int_equal(set_add(set, words[at], &settings), !in[at]);
        count += !in[at];
        in[at] = true;
    } else {
        assert_int_equal(set_remove(set, words[at]), in[at]);
        count -= in[at];
        in[at] = false;
    }
    assert_int_equal(set_count(set), count);
    assert_encoding_is_allowed(set);
}

static void run(void)
{
    size_t before = mem_used(), universe = 1 + below(UNIVERSE);
    struct set *set = set_new(), *copy;

    count = 0;
    memset(in, 0, sizeof(in));
    for (int part = 0; part < 4; part++) {
        int growth = 20 + (int)below(70);

        if (below(2))
            set_expect(set, words[below(UNIVERSE)], below(300), &settings);
        for (size_t i = below(2000); i > 0; i--)
            change(set, universe, growth);
        assert_same_as_model(set);
        assert_int_equal(mem_used() - before, set_memory(set, 0));
        copy = set_copy(set);
        assert_int_equal(set_encoding(copy), set_encoding(set));
        set_free(set);
        set = copy;
        assert_same_as_model(set);
    }
    set_free(set);
    assert_int_equal(mem_used(), before);
}

static void test_it_behaves_as_flags_do(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        settings_init(&settings);
        if (round % 3 != 0) {
            settings.set_max_intset_entries = (int64_t)below(300);
            settings.set_max_listpack_entries = (int64_t)below(round % 3 == 1 ? 30 : 300);
            settings.set_max_listpack_value = (int64_t)below(100);
        }
        run();
    }
}

static void test_memory_by_samples_is_near_the_truth(void **state)
{
    struct set *set = set_new_table();
    char text[NUM_TEXT_LIMIT];
    size_t exact, sampled;

    (void)state;
    for (int64_t i = 0; i < 5000; i++)
        set_add(set, span_of(text, num_format_i64(text, i * i)), &settings);
    exact = set_memory(set, 0);
    sampled = set_memory(set, 50);
    assert_in_range(sampled, exact / 10 * 8, exact / 10 * 12);
    assert_true(exact / 5000 < 40);
    set_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_it_behaves_as_flags_do, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_memory_by_samples_is_near_the_truth, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
