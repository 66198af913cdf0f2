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
    assert_int_equal(set("maxmemory-clients", "2mb", NULL), 0);
    check("maxmemory-clients", "2097152");
    assert_int_equal(set("maxmemory-clients", "5%", NULL), 0);
    check("maxmemory-clients", "5%");
    assert_int_equal(config->maxmemory_clients, -5);
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

static void test_flags_add_up_and_three_numbers_are_kept(void **state)
{
    (void)state;
    check("shutdown-on-sigterm", "default");
    assert_int_equal(set("shutdown-on-sigterm", "force save", NULL), 0);
    check("shutdown-on-sigterm", "save force");
    assert_int_equal(config->shutdown_on_sigterm, SHUTDOWN_SAVE | SHUTDOWN_FORCE);
    assert_int_equal(set("shutdown-on-sigterm", "default now", NULL), 0);
    check("shutdown-on-sigterm", "now");
    assert_int_equal(set("shutdown-on-sigterm", "default", NULL), 0);
    check("shutdown-on-sigterm", "default");
    assert_int_equal(set("cluster-slot-stats-enabled", "cpu net", NULL), 0);
    check("cluster-slot-stats-enabled", "cpu net");
    check("oom-score-adj-values", "0 200 800");
    assert_int_equal(set("oom-score-adj-values", "-2000 5 2000", NULL), 0);
    check("oom-score-adj-values", "-2000 5 2000");
}

static void test_what_has_no_effect_is_found_once_it_is_set(void **state)
{
    struct config *before = config_copy(config);
    int at = 0;

    (void)state;
    assert_null(config_next_without_effect(config, NULL, &at));
    assert_int_equal(set("io-threads", "4", NULL), 0);
    assert_int_equal(set("hz", "20", NULL), 0);
    assert_int_equal(set("save", "1 1", NULL), 0);
    for (int i = 0; i < 2; i++) {
        at = 0;
        assert_string_equal(config_next_without_effect(config, i ? before : NULL, &at),
                            "io-threads");
        assert_null(config_next_without_effect(config, i ? before : NULL, &at));
    }
    at = 0;
    assert_null(config_next_without_effect(config, config, &at));
    config_drop(before);
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
        {"maxmemory-clients", "-5", "argument must be a memory or percent value"},
        {"maxmemory-clients", "-5%", "argument must be a memory or percent value"},
        {"maxmemory-clients", "%", "argument must be a memory or percent value"},
        {"maxmemory-clients", "05%", "argument must be a memory or percent value"},
        {"maxmemory-clients", "5%%", "argument must be a memory or percent value"},
        {"maxmemory-clients", "101%", "percentage argument must be less or equal to 100"},
        {"unixsocketperm", "9", "argument couldn't be parsed as an octal number"},
        {"client-output-buffer-limit", "normal 0 0",
         "Wrong number of arguments in buffer limit configuration."},
        {"client-output-buffer-limit", "nobody 0 0 0",
         "Invalid client class specified in buffer limit configuration."},
        {"shutdown-on-sigint", "save nosave",
         "shutdown options SAVE and NOSAVE can't be used simultaneously"},
        {"shutdown-on-sigint", "soon",
         "argument(s) must be one of the following: default, save, nosave, now, force"},
        {"oom-score-adj-values", "1 2", "wrong number of arguments"},
        {"oom-score-adj-values", "1 2 2001",
         "Invalid oom-score-adj-values, elements must be between -2000 and 2000."},
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
        cmocka_unit_test_setup_teardown(test_flags_add_up_and_three_numbers_are_kept, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_has_no_effect_is_found_once_it_is_set, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_bad_values_change_nothing_and_say_why, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_aliases_name_the_same_directive, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_copy_is_independent, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
