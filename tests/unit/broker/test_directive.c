/* Directives: text to value and back, for each kind. */
#include "broker/config/directive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct config_store *store;
static struct config *config;

static int set_up(void **state)
{
    (void)state;
    store = config_new();
    config = config_copy(config_current(store));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    config_drop(config);
    config_free(store);
    return 0;
}

/* Sets a directive to the words of `text`; returns the code. */
static int set(const char *name, const char *text, struct diag *diag)
{
    struct buffer scratch = {0};
    struct span words[DIRECTIVE_WORDS_LIMIT];
    int count = config_split(span_text(text), &scratch, words, DIRECTIVE_WORDS_LIMIT);
    int rc = directive_set(config, directive_find(span_text(name)), (size_t)count, words, diag);

    buffer_release(&scratch);
    return rc;
}

static void check(const char *name, const char *expected)
{
    struct buffer text = {0};

    directive_get(config, directive_find(span_text(name)), &text);
    buffer_append_byte(&text, '\0');
    assert_string_equal(text.data, expected);
    buffer_release(&text);
}

static void test_defaults_are_those_of_redis(void **state)
{
    (void)state;
    check("port", "6379");
    check("bind", "* -::*");
    check("maxmemory-policy", "noeviction");
    check("client-output-buffer-limit",
          "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60");
    check("latency-tracking-info-percentiles", "50 99 99.9");
    check("unixsocketperm", "0");
    check("save", "3600 1 300 100 60 10000");
    assert_true(config->protected_mode);
    assert_int_equal(config->settings.stream_node_max_bytes, 4096);
}

static void test_each_kind_takes_and_shows_its_values(void **state)
{
    (void)state;
    assert_int_equal(set("hz", "50", NULL), 0);
    check("hz", "50");
    assert_int_equal(set("maxmemory", "2gb", NULL), 0);
    check("maxmemory", "2147483648");
    assert_int_equal(set("protected-mode", "NO", NULL), 0);
    check("protected-mode", "no");
    assert_int_equal(set("maxmemory-policy", "allkeys-lru", NULL), 0);
    assert_int_equal(config->settings.maxmemory_policy, EVICT_ALLKEYS_LRU);
    assert_int_equal(set("unixsocketperm", "755", NULL), 0);
    assert_int_equal(config->unixsocketperm, 0755);
    assert_int_equal(set("bind", "10.0.0.1 -::1", NULL), 0);
    check("bind", "10.0.0.1 -::1");
    assert_int_equal(set("client-output-buffer-limit", "replica 1mb 0 10", NULL), 0);
    check("client-output-buffer-limit",
          "normal 0 0 0 slave 1048576 0 10 pubsub 33554432 8388608 60");
    assert_int_equal(set("save", "60 0", NULL), 0);
    check("save", "60 0");
    assert_int_equal(set("save", "\"60 1 300 10\"", NULL), 0);
    check("save", "60 1 300 10");
    assert_int_equal(set("save", "\"\"", NULL), 0);
    check("save", "");
    assert_int_equal(set("repl-timeout", "7", NULL), 0); /* kept, though nothing uses it yet */
    check("repl-timeout", "7");
}

static void test_bad_values_change_nothing_and_say_why(void **state)
{
    static const struct {
        const char *name, *value, *why;
    } cases[] = {
        {"hz", "x", "argument couldn't be parsed into an integer"},
        {"port", "70000", "argument must be between 0 and 65535 inclusive"},
        {"protected-mode", "maybe", "argument must be 'yes' or 'no'"},
        {"maxmemory", "1 2", "wrong number of arguments"},
        {"maxmemory", "much", "argument must be a memory value"},
        {"unixsocketperm", "9", "argument couldn't be parsed as an octal number"},
        {"client-output-buffer-limit", "normal 0 0",
         "Wrong number of arguments in buffer limit configuration."},
        {"client-output-buffer-limit", "nobody 0 0 0",
         "Invalid client class specified in buffer limit configuration."},
        {"save", "60", "Invalid save parameters"},
        {"save", "60 1 300", "Invalid save parameters"},
        {"save", "x 1", "Invalid save parameters"},
        {"save", "0 1", "Invalid save parameters"},
        {"save", "60 -1", "Invalid save parameters"},
        {"save", "60 1.5", "Invalid save parameters"},
        {"save", "99999999999999999999 1", "Invalid save parameters"},
        {"save", "\"60  1\"", "Invalid save parameters"},
        {"save", "\" \"", "Invalid save parameters"},
        {"save", "\"\" \"\"", "Invalid save parameters"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buffer before = {0}, after = {0};
        struct diag diag = {0};

        directive_get(config, directive_find(span_text(cases[i].name)), &before);
        assert_true(set(cases[i].name, cases[i].value, &diag) < 0);
        assert_string_equal(diag.text, cases[i].why);
        directive_get(config, directive_find(span_text(cases[i].name)), &after);
        assert_true(span_equal(span_of(before.data, before.size), span_of(after.data, after.size)));
        buffer_release(&before);
        buffer_release(&after);
    }
}

static void test_aliases_name_the_same_directive(void **state)
{
    (void)state;
    assert_ptr_equal(directive_find(SPAN("slave-priority")),
                     directive_find(SPAN("replica-priority")));
    assert_ptr_equal(directive_find(SPAN("HZ")), directive_find(SPAN("hz")));
    assert_null(directive_find(SPAN("nosuch")));
}

static void test_a_copy_is_independent(void **state)
{
    struct config *copy = config_copy(config);

    (void)state;
    assert_int_equal(set("logfile", "here", NULL), 0);
    assert_int_equal(set("bind", "1.2.3.4", NULL), 0);
    assert_string_equal(copy->logfile, "");
    assert_string_equal(copy->bind[0], "*");
    config_drop(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_defaults_are_those_of_redis, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_each_kind_takes_and_shows_its_values, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_bad_values_change_nothing_and_say_why, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_aliases_name_the_same_directive, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_copy_is_independent, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
