/* What a Redis has left is taken as it is, or refused with the place where it makes no sense. */
#include "broker/persistence/aof_file.h"
#include "broker/persistence/aof_manifest.h"
#include "core/base/error.h"
#include "core/bytes/buffer.h"
#include "storage/io/twin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* --- Manifests. */

static void expect_files(const char *text, const char *names)
{
    struct aof_manifest manifest;
    struct buffer found = {0};
    struct diag diag = {0};

    assert_int_equal(aof_manifest_read(&manifest, span_text(text), &diag), 0);
    for (size_t i = 0; i < manifest.count; i++)
        buffer_printf(&found, "%s;", manifest.files[i]);
    assert_int_equal(found.size, strlen(names));
    assert_memory_equal(found.data, names, found.size);
    buffer_release(&found);
    aof_manifest_release(&manifest);
}

static void expect_no_manifest(const char *text, const char *why)
{
    struct aof_manifest manifest;
    struct diag diag = {0};

    assert_int_equal(aof_manifest_read(&manifest, span_text(text), &diag), ERR_DAMAGED);
    assert_non_null(strstr(diag.text, why));
}

static void test_manifest_gives_base_and_increments_in_order_and_no_history(void **state)
{
    (void)state;
    expect_files("file a.1.base.rdb seq 1 type b\nfile a.0.incr seq 9 type h\n"
                 "file a.1.incr.aof seq 1 type i\nfile a.2.incr.aof seq 2 type i\n",
                 "a.1.base.rdb;a.1.incr.aof;a.2.incr.aof;");
    expect_files("file a seq 3 type i", "a;");
    expect_files("# comment\r\nfile \"a b\\x21\" seq 1 type b\r\n\r\n", "a b!;");
    expect_files("file a seq 1 type i startoffset 5 endoffset 7\n", "a;");
}

static void test_manifest_is_refused_with_its_line(void **state)
{
    (void)state;
    expect_no_manifest("", "no files");
    expect_no_manifest("file a seq 1 type h\n", "no files");
    expect_no_manifest("file a seq 1 type b\nfile b seq 2 type b\n", "line 2");
    expect_no_manifest("file a seq 1 type i\nfile b seq 1 type b\n", "line 2");
    expect_no_manifest("file a seq 2 type i\nfile b seq 2 type i\n", "line 2");
    expect_no_manifest("file a seq 1\n", "line 1");
    expect_no_manifest("file a seq x type b\n", "line 1");
    expect_no_manifest("file a seq 1 type x\n", "line 1");
    expect_no_manifest("file a seq 1 type b more\n", "line 1");
    expect_no_manifest("file ../a seq 1 type b\n", "line 1");
    expect_no_manifest("file .. seq 1 type b\n", "line 1");
    expect_no_manifest("file \"a\\x00b\" seq 1 type b\n", "line 1");
    expect_no_manifest("file \"a seq 1 type b\n", "line 1");
    expect_no_manifest("*1\r\n$1\r\nx\r\n", "line 1");
}

/* --- Files. */

struct reading {
    struct buffer seen; /* "<at>:<bytes>|" of all that was given */
    bool stops;
};

static int on_commands(void *context, uint64_t at, struct span bytes, struct diag *diag)
{
    struct reading *reading = context;

    if (span_equal(bytes, SPAN("*1\r\n$3\r\nBAD\r\n")))
        return diag_set(diag, ERR_DAMAGED, "bad");
    buffer_printf(&reading->seen, "%d:%.*s|", (int)at, SPAN_ARGS(bytes));
    return 0;
}

static bool skips_no(void *context, size_t argc, const struct span *argv)
{
    (void)context;
    (void)argc;
    return span_is(argv[0], "no");
}

static bool on_progress(void *context, uint64_t bytes, uint64_t of)
{
    struct reading *reading = context;

    assert_true(bytes <= of);
    return !reading->stops;
}

/* Reads `bytes` as a file; the result, with what was seen in `seen` and the diag. */
static int read_bytes(struct span bytes, struct aof_file *file, struct reading *reading,
                      struct diag *diag)
{
    struct twin *twin = twin_new();
    int rc;

    assert_int_equal(io_replace_file(twin_io(twin), "a", bytes, NULL), 0);
    file->io = twin_io(twin);
    file->path = "a";
    file->context = reading;
    file->skip = skips_no;
    file->commands = on_commands;
    file->progress = on_progress;
    rc = aof_file_read(file, diag);
    twin_free(twin);
    return rc;
}

static void expect_read(struct span bytes, bool may_be_cut_short, const char *seen, uint64_t cut)
{
    struct aof_file file = {.may_be_cut_short = may_be_cut_short};
    struct reading reading = {0};
    struct diag diag = {0};

    assert_int_equal(read_bytes(bytes, &file, &reading, &diag), 0);
    assert_int_equal(file.cut_bytes, cut);
    buffer_append_byte(&reading.seen, '\0');
    assert_string_equal(reading.seen.data, seen);
    buffer_release(&reading.seen);
}

static void expect_damage(struct span bytes, bool may_be_cut_short, const char *why)
{
    struct aof_file file = {.may_be_cut_short = may_be_cut_short};
    struct reading reading = {0};
    struct diag diag = {0};

    assert_int_equal(read_bytes(bytes, &file, &reading, &diag), ERR_DAMAGED);
    assert_non_null(strstr(diag.text, why));
    buffer_release(&reading.seen);
}

#define PING  "*1\r\n$4\r\nPING\r\n"  /* 14 bytes */
#define MULTI "*1\r\n$5\r\nMULTI\r\n" /* 15 bytes */
#define EXEC  "*1\r\n$4\r\nEXEC\r\n"
#define NO    "*1\r\n$2\r\nNO\r\n"

static void test_commands_come_one_by_one_and_transactions_whole(void **state)
{
    (void)state;
    expect_read(SPAN(""), false, "", 0);
    expect_read(SPAN(PING PING), false, "0:" PING "|14:" PING "|", 0);
    expect_read(SPAN(PING MULTI PING PING EXEC PING), false,
                "0:" PING "|14:" MULTI PING PING EXEC "|71:" PING "|", 0);
}

static void test_annotations_are_passed_over_even_in_transactions(void **state)
{
    (void)state;
    expect_read(SPAN("#TS:1\r\n" PING "#TS:2\r\n"), false, "7:" PING "|", 0);
    expect_read(SPAN(MULTI "#TS:1\r\n" PING EXEC), false, "0:" MULTI PING EXEC "|", 0);
}

static void test_what_is_to_be_left_out_is(void **state)
{
    (void)state;
    expect_read(SPAN(NO PING), false, "12:" PING "|", 0);
    expect_read(SPAN(MULTI NO PING EXEC), false, "0:" MULTI PING EXEC "|", 0);
}

static void test_an_end_that_is_missing_is_left_out_only_if_that_is_allowed(void **state)
{
    static const struct {
        struct span tail;
    } tails[] = {
        {SPAN("*")},
        {SPAN("*1\r\n$4\r\nPIN")},
        {SPAN("*1\r\n$99999999\r\nPIN")},
        {SPAN("*1\r\n$3000000000\r\nPIN")}, /* Redis may be told to allow that */
        {SPAN("#TS:1")},
        {SPAN(MULTI)},
        {SPAN(MULTI PING)},
        {SPAN(MULTI "#TS:1\r\n" PING "*1\r\n$4\r\n")},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        struct buffer bytes = {0};

        buffer_append_span(&bytes, SPAN(PING));
        buffer_append_span(&bytes, tails[i].tail);
        expect_read(span_of(bytes.data, bytes.size), true, "0:" PING "|", tails[i].tail.size);
        expect_damage(span_of(bytes.data, bytes.size), false, "a, byte 14:");
        buffer_release(&bytes);
    }
}

static void test_what_is_no_command_is_damage_even_at_the_end(void **state)
{
    (void)state;
    expect_damage(SPAN(PING "PING\r\n"), true, "a, byte 14:");
    expect_damage(SPAN(PING "*0\r\n"), true, "a, byte 14:");
    expect_damage(SPAN(PING "*x\r\n"), true, "a, byte 14:");
    expect_damage(SPAN(PING "*1\r\n$3000000000000\r\nPIN"), true, "a, byte 14:");
    expect_damage(SPAN(PING "*1\r\n:5\r\n"), true, "a, byte 14:");
    expect_damage(SPAN("\0\0\0\0"), true, "a, byte 0:");
}

static void test_a_little_damage_at_the_end_is_left_out_if_that_is_allowed(void **state)
{
    static const struct {
        const char *tail;
        uint64_t limit;
        bool is_read;
    } cases[] = {{"PONG\r\n", 6, true},
                 {"PONG\r\n", 5, false},
                 {MULTI PING "x", 30, true},
                 {MULTI PING "x", 29, false}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct aof_file file = {.damage_limit = cases[i].limit};
        struct reading reading = {0};
        struct buffer bytes = {0};
        struct diag diag = {0};
        int rc;

        buffer_printf(&bytes, "%s%s", PING, cases[i].tail);
        rc = read_bytes(span_of(bytes.data, bytes.size), &file, &reading, &diag);
        assert_int_equal(rc, cases[i].is_read ? 0 : ERR_DAMAGED);
        assert_int_equal(file.cut_bytes, cases[i].is_read ? strlen(cases[i].tail) : 0);
        buffer_append_byte(&reading.seen, '\0');
        assert_string_equal(reading.seen.data, "0:" PING "|");
        buffer_release(&reading.seen);
        buffer_release(&bytes);
    }
}

/* It can be read: what it would have changed is not to be left out. */
static void test_a_command_that_fails_is_no_damage_to_leave_out(void **state)
{
    struct aof_file file = {.damage_limit = 1000};
    struct reading reading = {0};
    struct diag diag = {0};

    (void)state;
    assert_int_equal(read_bytes(SPAN(PING "*1\r\n$3\r\nBAD\r\n"), &file, &reading, &diag),
                     ERR_DAMAGED);
    buffer_release(&reading.seen);
}

static void test_a_command_that_fails_is_named_with_its_place(void **state)
{
    (void)state;
    expect_damage(SPAN(PING "*1\r\n$3\r\nBAD\r\n" PING), true, "a, byte 14: bad");
}

static void test_commands_larger_than_what_is_read_at_once_are_whole(void **state)
{
    enum {
        SIZE = 3 * 1024 * 1024 + 7
    };
    struct aof_file file = {0};
    struct reading reading = {0};
    struct buffer bytes = {0}, wanted = {0};
    struct diag diag = {0};

    (void)state;
    for (int i = 0; i < 3; i++) {
        size_t at = bytes.size;

        buffer_printf(&bytes, "*1\r\n$%d\r\n", SIZE);
        memset(buffer_reserve(&bytes, SIZE), 'a' + i, SIZE);
        bytes.size += SIZE;
        buffer_append_span(&bytes, SPAN("\r\n"));
        buffer_printf(&wanted, "%zu:", at);
        buffer_append(&wanted, bytes.data + at, bytes.size - at);
        buffer_append_byte(&wanted, '|');
    }
    assert_int_equal(read_bytes(span_of(bytes.data, bytes.size), &file, &reading, &diag), 0);
    assert_int_equal(reading.seen.size, wanted.size);
    assert_memory_equal(reading.seen.data, wanted.data, wanted.size);
    buffer_release(&reading.seen);
    reading = (struct reading){.stops = true};
    assert_int_equal(read_bytes(span_of(bytes.data, bytes.size), &file, &reading, &diag),
                     ERR_CLOSED);
    buffer_release(&reading.seen);
    buffer_release(&bytes);
    buffer_release(&wanted);
}

static void test_reading_begins_behind_an_rdb_part(void **state)
{
    struct twin *twin = twin_new();
    struct aof_file file = {.from = 9};
    struct reading reading = {0};
    struct diag diag = {0};
    bool has_rdb = false;

    (void)state;
    assert_int_equal(io_replace_file(twin_io(twin), "r", SPAN("REDIS0010"), NULL), 0);
    assert_int_equal(aof_file_has_rdb(twin_io(twin), "r", &has_rdb, &diag), 0);
    assert_true(has_rdb);
    assert_int_equal(io_replace_file(twin_io(twin), "r", SPAN("*1"), NULL), 0);
    assert_int_equal(aof_file_has_rdb(twin_io(twin), "r", &has_rdb, &diag), 0);
    assert_false(has_rdb);
    assert_int_equal(aof_file_has_rdb(twin_io(twin), "none", &has_rdb, &diag), ERR_MISSING);
    twin_free(twin);
    assert_int_equal(read_bytes(SPAN("REDIS0010" PING), &file, &reading, &diag), 0);
    buffer_append_byte(&reading.seen, '\0');
    assert_string_equal(reading.seen.data, "9:" PING "|");
    buffer_release(&reading.seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manifest_gives_base_and_increments_in_order_and_no_history),
        cmocka_unit_test(test_manifest_is_refused_with_its_line),
        cmocka_unit_test(test_commands_come_one_by_one_and_transactions_whole),
        cmocka_unit_test(test_annotations_are_passed_over_even_in_transactions),
        cmocka_unit_test(test_what_is_to_be_left_out_is),
        cmocka_unit_test(test_an_end_that_is_missing_is_left_out_only_if_that_is_allowed),
        cmocka_unit_test(test_what_is_no_command_is_damage_even_at_the_end),
        cmocka_unit_test(test_a_little_damage_at_the_end_is_left_out_if_that_is_allowed),
        cmocka_unit_test(test_a_command_that_fails_is_no_damage_to_leave_out),
        cmocka_unit_test(test_a_command_that_fails_is_named_with_its_place),
        cmocka_unit_test(test_commands_larger_than_what_is_read_at_once_are_whole),
        cmocka_unit_test(test_reading_begins_behind_an_rdb_part),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
