/* Rules of users: what is taken, what is refused without a change, and that what is written gives
 * the same user when it is read again. */
#include "broker/acl/acl_internal.h"
#include "core/base/mem.h"
#include "core/hash/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static struct registry *registry;
static struct acl_terms terms;

static int set_up(void **state)
{
    (void)state;
    registry = registry_new(registry_families);
    acl_terms_init(&terms, registry);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    registry_free(registry);
    return 0;
}

/* Words separated by blanks; NULL or the reason. */
static const char *apply(struct acl_rules *rules, const char *words)
{
    static struct diag diag;
    struct span split[64];
    struct acl_words taken = {.items = split, .what = "Error"};

    while (*words) {
        size_t size = strcspn(words, " ");

        split[taken.count++] = span_of(words, size);
        words += size + (words[size] == ' ');
    }
    diag = (struct diag){0};
    return acl_rules_apply_words(&terms, rules, &taken, &diag) < 0 ? diag.text : NULL;
}

static void assert_written(const struct acl_rules *rules, const char *expected)
{
    struct buffer text = {0};

    acl_rules_describe(rules, &text);
    buffer_append_byte(&text, '\0');
    assert_string_equal(text.data, expected);
    buffer_release(&text);
}

static void test_a_new_user_may_nothing(void **state)
{
    struct acl_rules *rules = acl_rules_new(&terms);

    (void)state;
    assert_written(rules, "off sanitize-payload resetchannels -@all");
    assert_false(acl_rules_know_password(rules, SPAN("")));
    assert_false(acl_rules_unrestricted(rules));
    acl_rules_free(rules);
}

static void test_a_rule_replaces_those_it_makes_meaningless(void **state)
{
    struct acl_rules *rules = acl_rules_new(&terms);

    (void)state;
    assert_null(apply(rules, "+config|get -config|set +get +config"));
    assert_written(rules, "off sanitize-payload resetchannels -@all +get +config");
    assert_null(apply(rules, "+@all -get"));
    assert_written(rules, "off sanitize-payload resetchannels +@all -get");
    assert_null(apply(rules, "~* &* +get"));
    assert_true(acl_rules_unrestricted(rules));
    assert_null(apply(rules, "-get"));
    assert_false(acl_rules_unrestricted(rules));
    acl_rules_free(rules);
}

static void test_a_hash_is_that_of_the_password(void **state)
{
    struct acl_rules *rules = acl_rules_new(&terms);

    (void)state;
    assert_null(
        apply(rules, "#30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4 >other"));
    assert_true(acl_rules_know_password(rules, SPAN("pw")));
    assert_true(acl_rules_know_password(rules, SPAN("other")));
    assert_false(acl_rules_know_password(rules, SPAN("p")));
    assert_null(apply(rules, "<pw"));
    assert_false(acl_rules_know_password(rules, SPAN("pw")));
    assert_non_null(apply(rules, "<pw"));
    assert_null(apply(rules, "nopass"));
    assert_true(acl_rules_know_password(rules, SPAN("anything")));
    assert_null(apply(rules, ">x"));
    assert_false(acl_rules_know_password(rules, SPAN("anything")));
    acl_rules_free(rules);
}

static void test_many_rules_of_a_kind_are_refused_beyond_the_limit(void **state)
{
    struct acl_rules *rules = acl_rules_new(&terms);
    char rule[32];

    (void)state;
    for (int i = 0; i < ACL_ITEMS_LIMIT; i++) {
        snprintf(rule, sizeof(rule), "~%d", i);
        assert_null(acl_rules_apply(&terms, rules, span_text(rule)));
    }
    assert_non_null(acl_rules_apply(&terms, rules, SPAN("~one-more")));
    assert_null(acl_rules_apply(&terms, rules, SPAN("~7"))); /* it is there */
    acl_rules_free(rules);
}

static const char *const words[] = {
    "on",
    "off",
    "nopass",
    "resetpass",
    ">a",
    "<a",
    "reset",
    "~*",
    "allkeys",
    "resetkeys",
    "~a*",
    "%R~b",
    "%W~b",
    "%RW~*",
    "&*",
    "&c*",
    "resetchannels",
    "+@all",
    "-@all",
    "+@read",
    "-@write",
    "+@admin",
    "-@slow",
    "+get",
    "-get",
    "+config",
    "-config|set",
    "+config|get",
    "+select|0",
    "+SELECT|1",
    "-select",
    "(+get",
    "~x)",
    "()",
    "(%R~q +@all)",
    "clearselectors",
    "+foo",
    "%~",
    "sanitize-payload",
    "skip-sanitize-payload",
    "(~a)b)",
    "+get|a",
};

static void test_what_is_written_gives_the_same_user(void **state)
{
    struct random random;
    uint64_t seed = (uint64_t)time(NULL);

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    random_init(&random, seed);
    for (int round = 0; round < 3000; round++) {
        struct acl_rules *rules = acl_rules_new(&terms), *again = acl_rules_new(&terms);
        struct buffer text = {0};

        terms.new_users_get_all_channels = random_next(&random) & 1;
        for (int i = 0; i < 20; i++)
            acl_rules_apply(
                &terms, rules,
                span_text(words[random_next(&random) % (sizeof(words) / sizeof(words[0]))]));
        acl_rules_describe(rules, &text);
        buffer_append_byte(&text, '\0');
        assert_null(apply(again, text.data));
        assert_true(acl_rules_equal(rules, again));
        buffer_release(&text);
        acl_rules_free(rules);
        acl_rules_free(again);
    }
    terms.new_users_get_all_channels = false;
}

static void test_users_are_found_in_the_order_of_their_names(void **state)
{
    struct acl *acl = acl_new(registry);
    struct acl_user *held;
    char name[16];

    (void)state;
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "u%d", i * 37 % 100);
        acl_add_take(acl, acl_user_new(&acl->terms, span_text(name)));
    }
    for (size_t i = 1; i < acl->count; i++)
        assert_true(span_compare(acl_user_name(acl->users[i - 1]), acl_user_name(acl->users[i])) <
                    0);
    held = acl_user_hold(acl_find(acl, SPAN("u42")));
    acl_remove(acl, held);
    assert_null(acl_find(acl, SPAN("u42")));
    assert_true(held->deleted);
    assert_false(held->unrestricted);
    acl_user_release(held);
    acl_free(acl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_user_may_nothing),
        cmocka_unit_test(test_a_rule_replaces_those_it_makes_meaningless),
        cmocka_unit_test(test_a_hash_is_that_of_the_password),
        cmocka_unit_test(test_many_rules_of_a_kind_are_refused_beyond_the_limit),
        cmocka_unit_test(test_what_is_written_gives_the_same_user),
        cmocka_unit_test(test_users_are_found_in_the_order_of_their_names),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
