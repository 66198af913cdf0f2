/* Finding the keys of a call by the key specs of its command. */
#include "core/base/error.h"
#include "core/command/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum {
    WORDS_LIMIT = 16
};

struct call {
    char text[200];
    struct span argv[WORDS_LIMIT];
    size_t argc;
};

static void split(struct call *call, const char *words)
{
    char *rest = strcpy(call->text, words), *word;

    call->argc = 0;
    while ((word = strtok_r(rest, " ", &rest)))
        call->argv[call->argc++] = span_text(word);
}

/* The keys that the specs find in the call, joined by blanks, must be `wanted`; NULL: an error. */
static void assert_keys(const struct command_spec *spec, const char *words, const char *wanted)
{
    struct arena *arena = arena_new();
    struct command_key *keys;
    struct call call;
    char found[200] = "";
    int count;

    split(&call, words);
    count = command_find_keys(spec, call.argc, call.argv, arena, &keys);
    if (!wanted) {
        assert_int_equal(count, ERR_SYNTAX);
    } else {
        assert_true(count >= 0);
        for (int i = 0; i < count; i++) {
            strcat(found, i ? " " : "");
            strncat(found, call.argv[keys[i].at].data, call.argv[keys[i].at].size);
        }
        assert_string_equal(found, wanted);
    }
    arena_free(arena);
}

static void test_a_key_may_have_its_fixed_place(void **state)
{
    const struct command_spec get = {.name = "get", .keys = {KEY_AT(1, KEY_RO)}};
    const struct command_spec second = {.name = "object", .keys = {KEY_AT(2, KEY_RO)}};

    (void)state;
    assert_keys(&get, "get k", "k");
    assert_keys(&get, "get k x y", "k");
    assert_keys(&get, "get", "");
    assert_keys(&second, "object freq k", "k");
}

static void test_a_command_without_specs_has_no_keys(void **state)
{
    const struct command_spec ping = {.name = "ping"};

    (void)state;
    assert_keys(&ping, "ping a b", "");
}

static void test_a_range_may_end_so_far_from_the_last_argument(void **state)
{
    const struct command_spec mget = {.keys = {KEYS_FROM(1, -1, 1, KEY_RO)}};
    const struct command_spec mset = {.keys = {KEYS_FROM(1, -1, 2, KEY_OW)}};
    const struct command_spec blpop = {.keys = {KEYS_FROM(1, -2, 1, KEY_RW)}};
    const struct command_spec rename = {.keys = {KEYS_FROM(1, 1, 1, KEY_RW)}};

    (void)state;
    assert_keys(&mget, "mget a b c", "a b c");
    assert_keys(&mset, "mset a 1 b 2", "a b");
    assert_keys(&mset, "mset a 1 b", "a b"); /* the handler will find it odd */
    assert_keys(&blpop, "blpop a b 0", "a b");
    assert_keys(&blpop, "blpop 0", "");
    assert_keys(&rename, "rename a b", "a b");
    assert_keys(&rename, "rename a", NULL);
}

static void test_a_range_may_end_so_far_from_its_first_key(void **state)
{
    const struct command_spec spec = {.keys = {KEYS_FROM(2, 4, 2, KEY_RO)}};

    (void)state;
    assert_keys(&spec, "x y a - b - c z", "a b c");
    assert_keys(&spec, "x y a - b", NULL);
}

static void test_keys_may_follow_a_word_as_the_first_half_of_the_rest(void **state)
{
    const struct command_spec xread = {.keys = {KEYS_AFTER("STREAMS", 1, -1, 1, 2, KEY_RO)}};
    const struct command_spec group = {.keys = {KEYS_AFTER("STREAMS", 4, -1, 1, 2, KEY_RO)}};

    (void)state;
    assert_keys(&xread, "xread streams a b 0 0", "a b");
    assert_keys(&xread, "xread count 5 block 0 Streams a 0", "a");
    assert_keys(&xread, "xread streams a b 0", "a"); /* unbalanced: the handler refuses it */
    assert_keys(&xread, "xread count 5", "");
    assert_keys(&xread, "xread streams", "");
    assert_keys(&xread, "xread streams streams 0", "streams");
    assert_keys(&group, "xreadgroup group streams bob streams a b > >", "a b");
    assert_keys(&group, "xreadgroup group g", "");
}

static void test_a_word_may_be_searched_from_the_end(void **state)
{
    const struct command_spec migrate = {
        .keys = {KEY_AT(3, KEY_RW), KEYS_AFTER("KEYS", -2, -1, 1, 0, KEY_RW)}};

    (void)state;
    assert_keys(&migrate, "migrate h p key 0 5000 copy", "key");
    assert_keys(&migrate, "migrate h p k1 0 5000 keys a b", "k1 a b");
    assert_keys(&migrate, "migrate h p k1 0 5000 keys a b keys c", "k1 c");
    assert_keys(&migrate, "migrate", "");
}

static void test_an_argument_may_tell_how_many_keys_follow(void **state)
{
    const struct command_spec lmpop = {.keys = {KEYS_COUNTED(1, 1, KEY_RW)}};
    const struct command_spec store = {.keys = {KEY_AT(1, KEY_OW), KEYS_COUNTED(2, 1, KEY_RO)}};
    const struct command_spec pairs = {.keys = {KEYS_COUNTED(1, 2, KEY_OW)}};

    (void)state;
    assert_keys(&lmpop, "lmpop 2 a b left", "a b");
    assert_keys(&lmpop, "eval 0 x", "");
    assert_keys(&store, "zunionstore d 2 a b weights 1 2", "d a b");
    assert_keys(&pairs, "msetex 2 a 1 b 2 ex 5", "a b");
}

static void test_a_count_of_keys_that_cannot_be_is_an_error(void **state)
{
    static const char *const bad[] = {"lmpop 3 a b",     "lmpop x a",
                                      "lmpop -1 a",      "lmpop 1",
                                      "lmpop 1048577 a", "lmpop 99999999999999999999 a"};
    const struct command_spec lmpop = {.keys = {KEYS_COUNTED(1, 1, KEY_RW)}};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_keys(&lmpop, bad[i], NULL);
    assert_keys(&lmpop, "lmpop", "");
}

static void test_what_is_no_key_is_checked_but_not_listed(void **state)
{
    const struct command_spec spec = {
        .keys = {KEY_AT(1, KEY_NOT_KEY), KEYS_FROM(2, -1, 1, KEY_RO)}};
    const struct command_spec single = {.keys = {KEY_AT(1, KEY_RO | KEY_NOT_KEY)}};

    (void)state;
    assert_keys(&spec, "x a b c", "b c");
    assert_keys(&single, "spublish c m", "");
}

static void test_each_key_bears_the_flags_of_its_spec(void **state)
{
    const struct command_spec copy = {
        .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS), KEY_AT(2, KEY_OW | KEY_UPDATE)}};
    struct arena *arena = arena_new();
    struct command_key *keys;
    struct call call;

    (void)state;
    split(&call, "copy a b");
    assert_int_equal(command_find_keys(&copy, call.argc, call.argv, arena, &keys), 2);
    assert_int_equal(keys[0].at, 1);
    assert_int_equal(keys[0].flags, KEY_RO | KEY_ACCESS);
    assert_int_equal(keys[1].at, 2);
    assert_int_equal(keys[1].flags, KEY_OW | KEY_UPDATE);
    arena_free(arena);
}

static void test_arity_is_exact_or_at_least(void **state)
{
    const struct command_spec exact = {.arity = 2}, least = {.arity = -2};

    (void)state;
    assert_false(command_arity_fits(&exact, 1));
    assert_true(command_arity_fits(&exact, 2));
    assert_false(command_arity_fits(&exact, 3));
    assert_false(command_arity_fits(&least, 1));
    assert_true(command_arity_fits(&least, 2));
    assert_true(command_arity_fits(&least, 200));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_key_may_have_its_fixed_place),
        cmocka_unit_test(test_a_command_without_specs_has_no_keys),
        cmocka_unit_test(test_a_range_may_end_so_far_from_the_last_argument),
        cmocka_unit_test(test_a_range_may_end_so_far_from_its_first_key),
        cmocka_unit_test(test_keys_may_follow_a_word_as_the_first_half_of_the_rest),
        cmocka_unit_test(test_a_word_may_be_searched_from_the_end),
        cmocka_unit_test(test_an_argument_may_tell_how_many_keys_follow),
        cmocka_unit_test(test_a_count_of_keys_that_cannot_be_is_an_error),
        cmocka_unit_test(test_what_is_no_key_is_checked_but_not_listed),
        cmocka_unit_test(test_each_key_bears_the_flags_of_its_spec),
        cmocka_unit_test(test_arity_is_exact_or_at_least),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
