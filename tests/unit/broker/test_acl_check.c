/* The check of calls: every command of the table is judged by its own rule, patterns compare as the
 * general one would, and the refusal told is the one that got furthest. */
#include "broker/acl/acl_internal.h"
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "core/text/glob.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static struct registry *registry;
static struct acl_terms terms;
static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    registry = registry_new(registry_families);
    acl_terms_init(&terms, registry);
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    registry_free(registry);
    return 0;
}

static struct acl_user *user_with(const char *words)
{
    struct acl_user *user = acl_user_new(&terms, SPAN("u"));
    struct acl_rules *rules = acl_rules_new(&terms);

    while (*words) {
        size_t size = strcspn(words, ";");

        assert_null(acl_rules_apply(&terms, rules, span_of(words, size)));
        words += size + (words[size] == ';');
    }
    acl_user_set_rules_take(user, rules);
    return user;
}

/* "GET k" judged for a user. */
static enum acl_verdict judge(const struct acl_user *user, const char *call)
{
    struct span argv[16];
    struct acl_denial why;
    const struct command *command;
    size_t argc = 0;

    while (*call) {
        size_t size = strcspn(call, " ");

        argv[argc++] = span_of(call, size);
        call += size + (call[size] == ' ');
    }
    command = registry_find(registry, argv[0]);
    assert_non_null(command);
    if (command->subcommand_count)
        command = registry_find_sub(command, argv[1]);
    assert_non_null(command);
    return acl_check(user, command, argc, argv, arena, &why);
}

static void test_each_command_has_a_rule_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < registry_total(registry); i++) {
        const struct command *command = registry_by_number(registry, i);
        struct acl_user *user = acl_user_new(&terms, SPAN("u"));
        struct acl_rules *rules = acl_rules_new(&terms);
        char rule[80] = "+";

        if (command->spec->flags & CMD_INTERNAL) {
            acl_rules_free(rules);
            acl_user_release(user);
            continue;
        }
        strncat(rule, command->full_name, sizeof(rule) - 2);
        assert_null(acl_rules_apply(&terms, rules, span_text(rule)));
        for (unsigned j = 0; j < registry_total(registry); j++)
            assert_int_equal(acl_commands_has(&rules->selectors[0]->commands, j),
                             j == i || registry_by_number(registry, j)->parent == command);
        acl_user_set_rules_take(user, rules);
        acl_user_release(user);
    }
}

static void test_every_command_is_fast_or_slow(void **state)
{
    int fast = acl_category_find(SPAN("fast")), slow = acl_category_find(SPAN("slow"));

    (void)state;
    for (unsigned i = 0; i < registry_total(registry); i++) {
        if (registry_by_number(registry, i)->spec->flags & CMD_INTERNAL)
            continue;
        assert_int_not_equal(acl_commands_has(&terms.categories[fast], i),
                             acl_commands_has(&terms.categories[slow], i));
    }
}

static void test_keys_need_what_the_command_does_to_them(void **state)
{
    struct acl_user *user = user_with("+@all;%R~r;%W~w;~b");

    (void)state;
    assert_int_equal(judge(user, "GET r"), ACL_ALLOWED);
    assert_int_equal(judge(user, "GET w"), ACL_DENIED_KEY);
    assert_int_equal(judge(user, "SET w v"), ACL_ALLOWED);
    assert_int_equal(judge(user, "SET w v GET"), ACL_DENIED_KEY);
    assert_int_equal(judge(user, "SET w v IFDEQ 0"), ACL_DENIED_KEY);
    assert_int_equal(judge(user, "SET b v GET"), ACL_ALLOWED);
    assert_int_equal(judge(user, "DELEX w"), ACL_ALLOWED);
    assert_int_equal(judge(user, "DELEX w IFEQ v"), ACL_DENIED_KEY);
    assert_int_equal(judge(user, "COPY r w"), ACL_ALLOWED);
    assert_int_equal(judge(user, "RENAME r w"), ACL_DENIED_KEY);
    assert_int_equal(judge(user, "SORT r STORE w"), ACL_ALLOWED);
    assert_int_equal(judge(user, "SORT r STORE r"), ACL_DENIED_KEY);
    assert_int_equal(judge(user, "BITFIELD r GET u8 0"), ACL_ALLOWED);
    assert_int_equal(judge(user, "BITFIELD r OVERFLOW WRAP GET u8 0"), ACL_ALLOWED);
    assert_int_equal(judge(user, "BITFIELD r OVERFLOW SAT INCRBY u8 0 1"), ACL_DENIED_KEY);
    assert_int_equal(judge(user, "XREADGROUP GROUP STREAMS c STREAMS b x > >"), ACL_DENIED_KEY);
    assert_int_equal(judge(user, "PING"), ACL_ALLOWED);
    acl_user_release(user);
}

static void test_the_refusal_that_got_furthest_is_told(void **state)
{
    struct acl_user *user = user_with("+get;(+set ~a);(+publish &c)");

    (void)state;
    assert_int_equal(judge(user, "DEL a"), ACL_DENIED_COMMAND);
    assert_int_equal(judge(user, "SET b v"), ACL_DENIED_KEY);
    assert_int_equal(judge(user, "SET a v"), ACL_ALLOWED);
    assert_int_equal(judge(user, "GET a"), ACL_DENIED_KEY); /* selectors are not added up */
    assert_int_equal(judge(user, "PUBLISH d v"), ACL_DENIED_CHANNEL);
    assert_int_equal(judge(user, "PUBLISH c v"), ACL_ALLOWED);
    acl_user_release(user);
}

static void test_a_pattern_is_subscribed_to_only_if_it_is_allowed_itself(void **state)
{
    struct acl_user *user = user_with("+@all;&news.*");

    (void)state;
    assert_int_equal(judge(user, "SUBSCRIBE news.a"), ACL_ALLOWED);
    assert_int_equal(judge(user, "SUBSCRIBE news.a other"), ACL_DENIED_CHANNEL);
    assert_int_equal(judge(user, "PSUBSCRIBE news.*"), ACL_ALLOWED);
    assert_int_equal(judge(user, "PSUBSCRIBE news.a*"), ACL_DENIED_CHANNEL);
    assert_int_equal(judge(user, "PUNSUBSCRIBE x*"), ACL_ALLOWED);
    acl_user_release(user);
}

static void test_a_deleted_user_may_nothing(void **state)
{
    struct acl *acl = acl_new(registry);
    struct acl_user *user = acl_user_hold(acl_user_new(&acl->terms, SPAN("u")));
    struct acl_rules *rules = acl_rules_new(&acl->terms);

    (void)state;
    acl_add_take(acl, user);
    assert_null(acl_rules_apply(&acl->terms, rules, SPAN("+@all")));
    assert_null(acl_rules_apply(&acl->terms, rules, SPAN("~*")));
    acl_user_set_rules_take(user, rules);
    assert_int_equal(judge(user, "GET k"), ACL_ALLOWED);
    acl_remove(acl, user);
    assert_int_equal(judge(user, "GET k"), ACL_DENIED_COMMAND);
    acl_user_release(user);
    acl_free(acl);
}

static void test_cheap_comparisons_are_those_of_the_general_one(void **state)
{
    static const char letters[] = "ab*?[]\\^-";
    struct random random;
    uint64_t seed = (uint64_t)time(NULL);

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    random_init(&random, seed);
    for (int round = 0; round < 100000; round++) {
        char pattern[8], rule[10], text[8];
        size_t pattern_size = random_next(&random) % 6, text_size = random_next(&random) % 6;
        struct acl_selector *selector;

        for (size_t i = 0; i < pattern_size; i++)
            pattern[i] = letters[random_next(&random) % (random_next(&random) % 2 ? 3 : 9)];
        for (size_t i = 0; i < text_size; i++)
            text[i] = letters[random_next(&random) % 3];
        if (pattern_size == 1 && pattern[0] == '*')
            continue;
        rule[0] = '~';
        memcpy(rule + 1, pattern, pattern_size);
        selector = acl_selector_new(&terms);
        assert_null(acl_selector_apply(&terms, selector, span_of(rule, pattern_size + 1)));
        assert_int_equal(
            acl_pattern_fits(&selector->keys.items[0], span_of(text, text_size),
                             acl_head(span_of(text, text_size))),
            glob_match(span_of(pattern, pattern_size), span_of(text, text_size), false));
        acl_selector_free(selector);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_command_has_a_rule_of_its_own),
        cmocka_unit_test(test_every_command_is_fast_or_slow),
        cmocka_unit_test(test_keys_need_what_the_command_does_to_them),
        cmocka_unit_test(test_the_refusal_that_got_furthest_is_told),
        cmocka_unit_test(test_a_pattern_is_subscribed_to_only_if_it_is_allowed_itself),
        cmocka_unit_test(test_a_deleted_user_may_nothing),
        cmocka_unit_test(test_cheap_comparisons_are_those_of_the_general_one),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
