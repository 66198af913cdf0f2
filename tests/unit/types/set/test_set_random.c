/* Chance is fair: in every encoding each member, and each choice of members, comes as often as any
 * other (Pearson's chi-square; the seed is fixed, so a run that passes always passes). */
#include "core/hash/random.h"
#include "types/set/set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    MEMBERS_LIMIT = 1000
};

static struct random random_source;
static struct settings settings;
static int hits[MEMBERS_LIMIT];
static size_t shown;

static int set_up(void **state)
{
    (void)state;
    random_init(&random_source, 7);
    settings_init(&settings);
    memset(hits, 0, sizeof(hits));
    shown = 0;
    return 0;
}

static struct set *make(enum set_encoding encoding, int members)
{
    struct set *set = encoding == SET_HASHTABLE ? set_new_table() : set_new();
    char text[NUM_TEXT_LIMIT];

    settings.set_max_listpack_entries = MEMBERS_LIMIT;
    settings.set_max_intset_entries = MEMBERS_LIMIT;
    if (encoding == SET_LISTPACK) {
        set_add(set, SPAN("x"), &settings);
        set_remove(set, SPAN("x"));
    }
    for (int i = 0; i < members; i++)
        set_add(set, span_of(text, num_format_i64(text, i)), &settings);
    assert_int_equal(set_encoding(set), encoding);
    return set;
}

static void hit(void *context, struct span member)
{
    int64_t value;

    (void)context;
    assert_int_equal(num_parse_i64(member, &value), 0);
    hits[value]++;
    shown++;
}

/* All of the first `members` were hit equally often, as far as chance allows. More evenly than that
 * is fine: where a draw shows several different members, they are. */
static void assert_uniform(int members)
{
    double each = (double)shown / members, sum = 0;

    for (int i = 0; i < members; i++)
        sum += (hits[i] - each) * (hits[i] - each) / each;
    sum -= members - 1;
    assert_true(sum <= 0 || sum * sum <= 25.0 * 2 * (members - 1));
}

static void each_encoding(void (*check)(enum set_encoding encoding, int members))
{
    static const int members[] = {2, 7, 60, 500};

    for (int encoding = SET_INTSET; encoding <= SET_HASHTABLE; encoding++) {
        for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
            memset(hits, 0, sizeof(hits));
            shown = 0;
            check((enum set_encoding)encoding, members[i]);
        }
    }
}

static void check_one(enum set_encoding encoding, int members)
{
    struct set *set = make(encoding, members);
    char scratch[NUM_TEXT_LIMIT];

    for (int i = 0; i < members * 200; i++)
        hit(NULL, set_random(set, &random_source, scratch));
    assert_uniform(members);
    set_free(set);
}

static void test_one_member_is_any_member(void **state)
{
    (void)state;
    each_encoding(check_one);
}

static void check_repeated(enum set_encoding encoding, int members)
{
    struct set *set = make(encoding, members);

    set_random_repeated(set, &random_source, (size_t)members * 200, hit, NULL);
    assert_int_equal(shown, members * 200);
    assert_uniform(members);
    set_free(set);
}

static void test_repeated_members_are_any_members(void **state)
{
    (void)state;
    each_encoding(check_repeated);
}

/* `count` of `members`, all different each time. */
static void check_some(enum set_encoding encoding, int members, int count)
{
    struct set *set = make(encoding, members);
    int before[MEMBERS_LIMIT];

    memset(hits, 0, sizeof(hits));
    shown = 0;
    for (int i = 0; i < members * 200 / count + 1; i++) {
        size_t shown_before = shown;

        memcpy(before, hits, sizeof(before));
        set_random_some(set, &random_source, (size_t)count, hit, NULL);
        assert_int_equal(shown - shown_before, count);
        for (int j = 0; j < members; j++)
            assert_true(hits[j] - before[j] <= 1);
    }
    assert_uniform(members);
    set_free(set);
}

static void check_several_counts(enum set_encoding encoding, int members)
{
    for (int count = 1; count < members; count = count * 3 + 1)
        check_some(encoding, members, count);
    check_some(encoding, members, members - 1);
}

static void test_different_members_are_any_members(void **state)
{
    (void)state;
    each_encoding(check_several_counts);
}

static void test_no_member_of_none_is_asked_for(void **state)
{
    struct set *set = make(SET_HASHTABLE, 5);

    (void)state;
    set_random_some(set, &random_source, 0, hit, NULL);
    set_pop_some(set, &random_source, 0, hit, NULL);
    set_random_repeated(set, &random_source, 0, hit, NULL);
    assert_int_equal(shown, 0);
    assert_int_equal(set_count(set), 5);
    set_free(set);
}

/* Every pair of five members is taken as often as every other. */
static void test_every_choice_is_popped_as_often(void **state)
{
    enum {
        ROUNDS = 4000,
        PAIRS = 10
    };

    (void)state;
    for (int encoding = SET_INTSET; encoding <= SET_HASHTABLE; encoding++) {
        int pairs[32] = {0};
        double sum = 0;

        for (int i = 0; i < ROUNDS; i++) {
            struct set *set = make((enum set_encoding)encoding, 5);
            int pair = 0;

            memset(hits, 0, sizeof(hits));
            set_pop_some(set, &random_source, 2, hit, NULL);
            for (int j = 0; j < 5; j++) {
                char text = (char)('0' + j);

                pair |= hits[j] << j;
                assert_int_equal(set_contains(set, span_of(&text, 1)), !hits[j]);
            }
            pairs[pair]++;
            set_free(set);
        }
        for (int i = 0; i < 32; i++) {
            double off = pairs[i] - (double)ROUNDS / PAIRS;

            if (__builtin_popcount((unsigned)i) == 2)
                sum += off * off / ((double)ROUNDS / PAIRS);
            else
                assert_int_equal(pairs[i], 0);
        }
        assert_true(sum < 9 + 5 * 4.3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_one_member_is_any_member, set_up),
        cmocka_unit_test_setup(test_repeated_members_are_any_members, set_up),
        cmocka_unit_test_setup(test_different_members_are_any_members, set_up),
        cmocka_unit_test_setup(test_no_member_of_none_is_asked_for, set_up),
        cmocka_unit_test_setup(test_every_choice_is_popped_as_often, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
