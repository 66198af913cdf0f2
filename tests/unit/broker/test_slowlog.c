/* The slow log: what is kept, how it is shortened, what is hidden. */
#include "broker/command/registry.h"
#include "broker/observe/slowlog.h"
#include "core/command/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct slowlog_limits roomy = {.entries = 3, .arguments = 32, .argument_bytes = 128};

static void add(struct slowlog *log, const struct slowlog_limits *limits, const char *name,
                size_t argc, const char *const *words)
{
    struct command command = {0};
    struct span argv[40];
    struct slow_call call = {.command = &command,
                             .argc = argc,
                             .argv = argv,
                             .at_ms = 1234567,
                             .took_ns = 8999,
                             .peer = span_text("p:1"),
                             .name = span_text("n")};

    snprintf(command.full_name, sizeof(command.full_name), "%s", name);
    for (size_t i = 0; i < argc; i++)
        argv[i] = span_text(words[i]);
    slowlog_add(log, limits, &call);
}

/* The report as text, to compare. */
static void expect(struct slowlog *log, int64_t count, const char *bytes)
{
    struct buffer buffer = {0};
    struct reply out;

    reply_init(&out, &buffer, 2);
    slowlog_report(log, count, &out);
    buffer_append_byte(&buffer, '\0');
    assert_string_equal(buffer.data, bytes);
    buffer_release(&buffer);
}

static void test_an_entry_has_seven_fields(void **state)
{
    struct slowlog *log = slowlog_new();

    (void)state;
    add(log, &roomy, "set", 3, (const char *const[]){"set", "k", ""});
    expect(log, -1,
           "*1\r\n*7\r\n:0\r\n:1234\r\n:8\r\n*3\r\n$3\r\nset\r\n$1\r\nk\r\n$0\r\n\r\n$3\r\np:1\r\n"
           "$1\r\nn\r\n:3\r\n");
    slowlog_free(log);
}

static void test_the_oldest_go_and_numbers_go_on(void **state)
{
    struct slowlog_limits one = {.entries = 1, .arguments = 2, .argument_bytes = 128};
    struct slowlog *log = slowlog_new();

    (void)state;
    for (int i = 0; i < 5; i++)
        add(log, &roomy, "get", 1, (const char *const[]){"get"});
    assert_int_equal(slowlog_count(log), 3);
    add(log, &one, "get", 1, (const char *const[]){"ping"});
    expect(log, 10,
           "*1\r\n*7\r\n:5\r\n:1234\r\n:8\r\n*1\r\n$4\r\nping\r\n$3\r\np:1\r\n$1\r\nn\r\n"
           ":1\r\n");
    slowlog_clear(log);
    expect(log, -1, "*0\r\n");
    add(log, &one, "get", 1, (const char *const[]){"a"});
    expect(log, 1,
           "*1\r\n*7\r\n:6\r\n:1234\r\n:8\r\n*1\r\n$1\r\na\r\n$3\r\np:1\r\n$1\r\nn\r\n:1\r\n");
    expect(log, 0, "*0\r\n");
    slowlog_free(log);
}

static void test_a_length_of_none_keeps_none(void **state)
{
    struct slowlog_limits none = {.entries = 0, .arguments = 2, .argument_bytes = 128};
    struct slowlog *log = slowlog_new();

    (void)state;
    add(log, &none, "get", 1, (const char *const[]){"a"});
    assert_int_equal(slowlog_count(log), 0);
    slowlog_free(log);
}

static void test_long_calls_are_shortened(void **state)
{
    struct slowlog_limits tight = {.entries = 3, .arguments = 3, .argument_bytes = 2};
    struct slowlog *log = slowlog_new();

    (void)state;
    add(log, &tight, "sadd", 4, (const char *const[]){"sadd", "kk", "a", "b"});
    expect(log, 1,
           "*1\r\n*7\r\n:0\r\n:1234\r\n:8\r\n*3\r\n$20\r\nsa... (2 more bytes)\r\n$2\r\nkk\r\n"
           "$22\r\n... (2 more arguments)\r\n$3\r\np:1\r\n$1\r\nn\r\n:4\r\n");
    slowlog_free(log);
}

/* The arguments of the latest entry, joined by blanks. */
static void expect_words(const char *name, size_t argc, const char *const *words,
                         const char *expected)
{
    struct slowlog *log = slowlog_new();
    struct buffer buffer = {0};
    char joined[400] = "";
    struct reply out;
    char *line;

    add(log, &roomy, name, argc, words);
    reply_init(&out, &buffer, 2);
    slowlog_report(log, 1, &out);
    buffer_append_byte(&buffer, '\0');
    line = strtok(buffer.data, "\r\n");
    for (size_t i = 0; line; i++, line = strtok(NULL, "\r\n")) {
        if (i < 6 || i >= 6 + 2 * argc || i % 2)
            continue; /* the arguments' sizes are between them */
        line = strtok(NULL, "\r\n");
        i++;
        snprintf(joined + strlen(joined), sizeof(joined) - strlen(joined), "%s ", line);
    }
    assert_string_equal(joined, expected);
    buffer_release(&buffer);
    slowlog_free(log);
}

static void test_secrets_are_hidden(void **state)
{
    (void)state;
    expect_words("auth", 3, (const char *const[]){"auth", "u", "p"}, "auth (redacted) (redacted) ");
    expect_words("hello", 6, (const char *const[]){"hello", "3", "AUTH", "u", "p", "x"},
                 "hello 3 AUTH (redacted) (redacted) x ");
    expect_words("hello", 3, (const char *const[]){"hello", "3", "auth"}, "hello 3 auth ");
    expect_words("acl|setuser", 4, (const char *const[]){"acl", "setuser", "u", ">p"},
                 "acl setuser (redacted) (redacted) ");
    expect_words("config|set", 6,
                 (const char *const[]){"config", "set", "hz", "1", "MasterAuth", "p"},
                 "config set hz 1 MasterAuth (redacted) ");
    expect_words("migrate", 9,
                 (const char *const[]){"migrate", "h", "1", "k", "0", "9", "auth", "p", "copy"},
                 "migrate h 1 k 0 9 auth (redacted) copy ");
    expect_words("migrate", 9,
                 (const char *const[]){"migrate", "h", "1", "k", "0", "9", "keys", "auth", "x"},
                 "migrate h 1 k 0 9 keys auth x ");
    expect_words("set", 3, (const char *const[]){"set", "auth", "p"}, "set auth p ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_entry_has_seven_fields),
        cmocka_unit_test(test_the_oldest_go_and_numbers_go_on),
        cmocka_unit_test(test_a_length_of_none_keeps_none),
        cmocka_unit_test(test_long_calls_are_shortened),
        cmocka_unit_test(test_secrets_are_hidden),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
