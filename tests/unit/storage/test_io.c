/* The two disks: the machine's and the twin do the same for the same calls; and the twin leaves
 * after a power cut what it is ordered to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/bytes/buffer.h"
#include "core/hash/random.h"
#include "storage/io/twin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- The same calls on both. */

static const char *outcome(int rc)
{
    return rc == 0 ? "ok" : error_name(rc);
}

static void add_name(void *context, const char *name)
{
    buffer_printf(context, "%s ", name);
}

static void note_list(struct buffer *trace, struct io *io, const char *path)
{
    buffer_printf(trace, "list %s:", path);
    buffer_printf(trace, " %s\n", outcome(io_list(io, path, add_name, trace, NULL)));
}

static void note_contents(struct buffer *trace, struct io *io, const char *path)
{
    char *bytes = NULL;
    size_t size = 0;
    int rc = io_read_file(io, path, 64, &bytes, &size, NULL);

    buffer_printf(trace, "%s: %s ", path, outcome(rc));
    if (rc == 0) {
        for (size_t i = 0; i < size; i++)
            buffer_append_byte(trace, bytes[i] ? bytes[i] : '0');
        mem_free(bytes);
    }
    buffer_append_byte(trace, '\n');
}

static void note_open(struct buffer *trace, struct io *io, const char *path, unsigned flags)
{
    struct io_file *file;
    int rc = io_open(io, path, flags, &file, NULL);

    buffer_printf(trace, "open %s %u: %s %d\n", path, flags, outcome(rc), file != NULL);
    io_close(file);
}

static void use_files(struct buffer *trace, struct io *io)
{
    struct io_file *file, *other;
    char bytes[16];
    uint64_t size = 0;
    size_t got = 0;

    note_open(trace, io, "a", IO_READ);
    note_open(trace, io, "a", IO_WRITE);
    assert_int_equal(io_open(io, "a", IO_READ | IO_WRITE | IO_CREATE, &file, NULL), 0);
    note_open(trace, io, "a", IO_WRITE | IO_CREATE | IO_EXCLUSIVE);
    assert_int_equal(io_append(file, SPAN("one"), NULL), 0);
    assert_int_equal(io_append(file, SPAN(""), NULL), 0);
    assert_int_equal(io_append(file, SPAN("two"), NULL), 0);
    buffer_printf(trace, "read %d", io_read(file, 2, bytes, sizeof(bytes), &got, NULL));
    buffer_printf(trace, " %zu %.*s\n", got, (int)got, bytes);
    buffer_printf(trace, "behind %d", io_read(file, 60, bytes, sizeof(bytes), &got, NULL));
    buffer_printf(trace, " %zu\n", got);
    buffer_printf(trace, "shorter %d\n", io_truncate(file, 4, NULL));
    buffer_printf(trace, "longer %d\n", io_truncate(file, 6, NULL));
    assert_int_equal(io_append(file, SPAN("x"), NULL), 0);
    buffer_printf(trace, "size %d", io_size(file, &size, NULL));
    buffer_printf(trace, " %d sync %d\n", (int)size, io_sync(file, NULL));
    note_contents(trace, io, "a");
    /* locks belong to open files, and go with them */
    assert_int_equal(io_open(io, "a", IO_READ, &other, NULL), 0);
    buffer_printf(trace, "lock %s ", outcome(io_lock(file, NULL)));
    buffer_printf(trace, "%s ", outcome(io_lock(file, NULL)));
    buffer_printf(trace, "%s ", outcome(io_lock(other, NULL)));
    io_close(file);
    buffer_printf(trace, "%s\n", outcome(io_lock(other, NULL)));
    io_close(other);
    note_open(trace, io, "a", IO_WRITE | IO_TRUNCATE);
    note_contents(trace, io, "a");
    /* written over and beyond the end */
    assert_int_equal(io_open(io, "a", IO_WRITE | IO_OVERWRITE, &file, NULL), 0);
    buffer_printf(trace, "write %d ", io_write(file, 0, SPAN("abcdef"), NULL));
    buffer_printf(trace, "%d ", io_write(file, 2, SPAN("XY"), NULL));
    buffer_printf(trace, "%d ", io_write(file, 3, SPAN(""), NULL));
    buffer_printf(trace, "%d\n", io_write(file, 5, SPAN("Zg"), NULL));
    io_close(file);
    note_contents(trace, io, "a");
}

static void use_names(struct buffer *trace, struct io *io)
{
    struct io_file *file;

    buffer_printf(trace, "mkdir %s ", outcome(io_make_directory(io, "d", NULL)));
    buffer_printf(trace, "%s ", outcome(io_make_directory(io, "d", NULL)));
    buffer_printf(trace, "%s\n", outcome(io_make_directory(io, "no/d", NULL)));
    note_open(trace, io, "d", IO_READ);
    note_open(trace, io, "d", IO_WRITE | IO_CREATE | IO_EXCLUSIVE);
    note_open(trace, io, "no/x", IO_WRITE | IO_CREATE);
    buffer_printf(trace, "replace %d ", io_replace_file(io, "d/m", SPAN("old"), NULL));
    buffer_printf(trace, "%d\n", io_replace_file(io, "d/m", SPAN("new"), NULL));
    note_contents(trace, io, "d/m");
    note_list(trace, io, "d");
    buffer_printf(trace, "link %s ", outcome(io_link(io, "d/m", "d/l", NULL)));
    buffer_printf(trace, "%s ", outcome(io_link(io, "d/m", "d/l", NULL)));
    buffer_printf(trace, "%s\n", outcome(io_link(io, "d/none", "d/k", NULL)));
    buffer_printf(trace, "rename %s ", outcome(io_rename(io, "d/m", "d/l", NULL))); /* one file */
    buffer_printf(trace, "%s ", outcome(io_rename(io, "d/m", "d/m", NULL)));
    buffer_printf(trace, "%s ", outcome(io_rename(io, "d/m", "d/n", NULL)));
    buffer_printf(trace, "%s ", outcome(io_rename(io, "d/none", "d/o", NULL)));
    buffer_printf(trace, "%s\n", outcome(io_rename(io, "d/n", "no/n", NULL)));
    note_list(trace, io, "d");
    assert_int_equal(io_open(io, "d/n", IO_READ | IO_WRITE, &file, NULL), 0);
    buffer_printf(trace, "remove %s ", outcome(io_remove(io, "d/n", NULL)));
    buffer_printf(trace, "%s ", outcome(io_remove(io, "d/n", NULL)));
    buffer_printf(trace, "%s\n", outcome(io_remove(io, "d", NULL)));
    assert_int_equal(io_append(file, SPAN("still"), NULL), 0); /* open, with one more name */
    io_close(file);
    note_contents(trace, io, "d/l");
    buffer_printf(trace, "rmdir %s ", outcome(io_remove_directory(io, "d/l", NULL)));
    buffer_printf(trace, "%s ", outcome(io_remove_directory(io, "none", NULL)));
    buffer_printf(trace, "sync %s ", outcome(io_sync_directory(io, "d", NULL)));
    buffer_printf(trace, "%s ", outcome(io_sync_directory(io, "none", NULL)));
    buffer_printf(trace, "%s ", outcome(io_sync_directory(io, "d/l", NULL)));
    buffer_printf(trace, "%s ", outcome(io_sync_parent(io, "d/l", NULL)));
    buffer_printf(trace, "%s ", outcome(io_sync_parent(io, "d", NULL)));
    buffer_printf(trace, "%s ", outcome(io_sync_parent(io, "none/x", NULL)));
    buffer_printf(trace, "%s\n", outcome(io_sync_parent(io, "d/", NULL)));
    note_list(trace, io, ".");
    note_list(trace, io, "none");
    assert_int_equal(io_remove(io, "d/l", NULL), 0);
    buffer_printf(trace, "empty %s\n", outcome(io_remove_directory(io, "d", NULL)));
    note_list(trace, io, ".");
    note_contents(trace, io, "d/l");
    assert_int_equal(io_replace_file(io, "big",
                                     SPAN("123456789012345678901234567890123456789012345"
                                          "67890123456789012345678901234567890"),
                                     NULL),
                     0);
    note_contents(trace, io, "big"); /* more than its reader allows */
}

static void test_the_twin_does_what_the_disk_does(void **state)
{
    char place[] = "/tmp/millstream-io-XXXXXX", before[4096];
    struct buffer disk = {0}, twin = {0};
    struct twin *memory = twin_new();

    (void)state;
    assert_non_null(getcwd(before, sizeof(before)));
    assert_non_null(mkdtemp(place));
    assert_int_equal(chdir(place), 0);
    use_files(&disk, io_disk());
    use_names(&disk, io_disk());
    io_remove(io_disk(), "a", NULL);
    io_remove(io_disk(), "big", NULL);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(rmdir(place), 0); /* nothing else was left */
    use_files(&twin, twin_io(memory));
    use_names(&twin, twin_io(memory));
    buffer_append_byte(&disk, '\0');
    buffer_append_byte(&twin, '\0');
    assert_string_equal(disk.data, twin.data);
    buffer_release(&disk);
    buffer_release(&twin);
    twin_free(memory);
}

static void test_errors_have_their_reason(void **state)
{
    struct diag diag = {0};
    struct io_file *file;

    (void)state;
    assert_int_equal(io_open(io_disk(), "/no such/file", IO_READ, &file, &diag), ERR_MISSING);
    assert_int_equal(diag.code, ERR_MISSING);
    assert_non_null(strstr(diag.text, "/no such/file"));
    assert_int_equal(io_open(io_disk(), "/dev/full", IO_WRITE, &file, &diag), 0);
    assert_int_equal(io_append(file, SPAN("x"), &diag), ERR_FULL);
    assert_int_equal(diag.code, ERR_FULL);
    io_close(file);
    assert_int_equal(io_open(io_disk(), "/dev/full", IO_WRITE | IO_OVERWRITE, &file, &diag), 0);
    assert_int_equal(io_write(file, 0, SPAN("x"), &diag), ERR_FULL);
    assert_non_null(strstr(diag.text, "/dev/full"));
    io_close(file);
}

/* --- Power cuts. */

static struct io_file *append_to(struct io *io, const char *path, const char *bytes)
{
    struct io_file *file;

    assert_int_equal(io_open(io, path, IO_WRITE | IO_CREATE, &file, NULL), 0);
    assert_int_equal(io_append(file, span_text(bytes), NULL), 0);
    return file;
}

static void expect_after(const struct twin *twin, enum twin_loss loss, const char *expected)
{
    struct twin *left = twin_after_power_cut(twin, loss);
    struct buffer trace = {0};

    note_list(&trace, twin_io(left), ".");
    for (const char *name = "abc"; *name; name++) {
        char path[] = {*name, '\0'};
        struct span bytes;

        if (twin_bytes(left, path, &bytes))
            note_contents(&trace, twin_io(left), path);
    }
    buffer_append_byte(&trace, '\0');
    assert_string_equal(trace.data, expected);
    buffer_release(&trace);
    twin_free(left);
}

static void test_a_power_cut_leaves_what_was_synced(void **state)
{
    struct twin *twin = twin_new();
    struct io *io = twin_io(twin);
    struct io_file *file = append_to(io, "a", "1234");

    (void)state;
    assert_int_equal(io_sync(file, NULL), 0);
    io_close(append_to(io, "b", ""));
    assert_int_equal(io_sync_directory(io, ".", NULL), 0);
    assert_int_equal(io_append(file, SPAN("5678"), NULL), 0);
    assert_int_equal(io_remove(io, "b", NULL), 0);
    io_close(append_to(io, "c", "new"));
    expect_after(twin, TWIN_LOSES_ALL, "list .:a b  ok\na: ok 1234\nb: ok \n");
    expect_after(twin, TWIN_KEEPS_ALL, "list .:a c  ok\na: ok 12345678\nc: ok new\n");
    expect_after(twin, TWIN_TEARS, "list .:a b  ok\na: ok 12345600\nb: ok \n");
    expect_after(twin, TWIN_REORDERS, "list .:a b  ok\na: ok 12340078\nb: ok \n");
    expect_after(twin, TWIN_KEEPS_BYTES, "list .:a b  ok\na: ok 12345678\nb: ok \n");
    expect_after(twin, TWIN_KEEPS_NAMES, "list .:a c  ok\na: ok 1234\nc: ok \n");
    expect_after(twin, TWIN_KEEPS_ADDED, "list .:a b c  ok\na: ok 12345678\nb: ok \nc: ok new\n");
    expect_after(twin, TWIN_KEEPS_REMOVED, "list .:a  ok\na: ok 12345678\n");
    expect_after(twin, TWIN_KEEPS_CHANGED, "list .:a b  ok\na: ok 12345678\nb: ok \n");
    assert_int_equal(io_rename(io, "c", "a", NULL), 0);
    expect_after(twin, TWIN_KEEPS_CHANGED, "list .:a b  ok\na: ok new\nb: ok \n");
    expect_after(twin, TWIN_KEEPS_REMOVED, "list .:a  ok\na: ok 12345678\n");
    io_close(file);
    twin_free(twin);
}

/* What was there, synced, is what a power cut may leave of bytes that were written over it. */
static void test_a_power_cut_tears_what_was_written_over(void **state)
{
    struct twin *twin = twin_new();
    struct io *io = twin_io(twin);
    struct io_file *file = append_to(io, "a", "12345678"), *over;

    (void)state;
    assert_int_equal(io_sync(file, NULL), 0);
    assert_int_equal(io_sync_directory(io, ".", NULL), 0);
    assert_int_equal(io_open(io, "a", IO_WRITE | IO_OVERWRITE, &over, NULL), 0);
    assert_int_equal(io_write(over, 2, SPAN("abcd"), NULL), 0);
    expect_after(twin, TWIN_LOSES_ALL, "list .:a  ok\na: ok 12345678\n");
    expect_after(twin, TWIN_KEEPS_NAMES, "list .:a  ok\na: ok 12345678\n");
    expect_after(twin, TWIN_KEEPS_ALL, "list .:a  ok\na: ok 12abcd78\n");
    expect_after(twin, TWIN_TEARS, "list .:a  ok\na: ok 12ab5678\n");
    expect_after(twin, TWIN_REORDERS, "list .:a  ok\na: ok 1234cd78\n");
    /* a sync that fails, and one that then says it was fine */
    twin_fail_at(twin, twin_steps(twin) + 1, ERR_IO, false);
    assert_int_equal(io_sync(over, NULL), ERR_IO);
    assert_int_equal(io_write(over, 7, SPAN("e9"), NULL), 0);
    assert_int_equal(io_sync(over, NULL), 0);
    expect_after(twin, TWIN_KEEPS_ALL, "list .:a  ok\na: ok 12abcd7e9\n");
    expect_after(twin, TWIN_LOSES_ALL, "list .:a  ok\na: ok 1234567e9\n");
    io_close(over);
    io_close(file);
    twin_free(twin);
}

static void test_what_is_written_over_needs_no_room(void **state)
{
    struct twin *twin = twin_new();
    struct io *io = twin_io(twin);
    struct io_file *file = append_to(io, "a", "12345678"), *over;
    struct span bytes;

    (void)state;
    twin_set_capacity(twin, 8);
    assert_int_equal(io_open(io, "a", IO_WRITE | IO_OVERWRITE, &over, NULL), 0);
    assert_int_equal(io_write(over, 4, SPAN("abcd"), NULL), 0);
    assert_int_equal(io_write(over, 5, SPAN("bcde"), NULL), ERR_FULL);
    twin_fail_at(twin, twin_steps(twin) + 1, ERR_IO, false);
    assert_int_equal(io_write(over, 0, SPAN("xxxx"), NULL), ERR_IO);
    assert_true(twin_bytes(twin, "a", &bytes) && span_equal(bytes, SPAN("xx34abcd")));
    io_close(over);
    io_close(file);
    twin_free(twin);
}

/* A directory whose name was lost takes with it what was synced in it. */
static void test_a_lost_directory_takes_its_files_along(void **state)
{
    struct twin *twin = twin_new(), *left;
    struct span bytes;

    (void)state;
    assert_int_equal(io_make_directory(twin_io(twin), "d", NULL), 0);
    assert_int_equal(io_replace_file(twin_io(twin), "d/f", SPAN("x"), NULL), 0);
    left = twin_after_power_cut(twin, TWIN_LOSES_ALL);
    assert_false(twin_bytes(left, "d/f", &bytes));
    twin_free(left);
    assert_int_equal(io_sync_parent(twin_io(twin), "d", NULL), 0);
    left = twin_after_power_cut(twin, TWIN_LOSES_ALL);
    assert_true(twin_bytes(left, "d/f", &bytes));
    twin_free(left);
    twin_free(twin);
}

static void test_a_killed_process_leaves_everything_still_unsynced(void **state)
{
    struct twin *twin = twin_new(), *killed;
    struct io_file *file = append_to(twin_io(twin), "a", "12");

    (void)state;
    assert_int_equal(io_lock(file, NULL), 0);
    killed = twin_after_kill(twin);
    io_close(file);
    twin_free(twin);
    expect_after(killed, TWIN_KEEPS_ALL, "list .:a  ok\na: ok 12\n");
    expect_after(killed, TWIN_LOSES_ALL, "list .: ok\n");
    file = append_to(twin_io(killed), "a", "3");
    assert_int_equal(io_lock(file, NULL), 0); /* locks go with who holds them */
    assert_int_equal(io_sync(file, NULL), 0);
    assert_int_equal(io_sync_directory(twin_io(killed), ".", NULL), 0);
    expect_after(killed, TWIN_LOSES_ALL, "list .:a  ok\na: ok 123\n");
    io_close(file);
    twin_free(killed);
}

/* --- Failures to order. */

static void test_steps_fail_when_ordered(void **state)
{
    struct twin *twin = twin_new();
    struct io *io = twin_io(twin);
    struct io_file *file = append_to(io, "a", "1");
    struct diag diag = {0};
    struct span bytes;

    (void)state;
    assert_int_equal(twin_steps(twin), 2);
    twin_fail_at(twin, 4, ERR_IO, false);
    assert_int_equal(io_sync(file, &diag), 0);
    assert_int_equal(io_append(file, SPAN("2345"), &diag), ERR_IO);
    assert_true(twin_bytes(twin, "a", &bytes) && bytes.size == 3); /* half of it */
    assert_int_equal(io_sync(file, &diag), 0);
    twin_fail_at(twin, 6, ERR_FULL, true);
    for (int i = 0; i < 3; i++)
        assert_int_equal(io_sync(file, &diag), ERR_FULL);
    twin_fail_at(twin, 0, 0, false);
    twin_set_capacity(twin, 5);
    assert_int_equal(io_append(file, SPAN("67"), &diag), 0);
    assert_int_equal(io_append(file, SPAN("8"), &diag), ERR_FULL);
    assert_true(twin_flip(twin, "a", 0, 1));
    assert_false(twin_flip(twin, "a", 5, 1));
    assert_true(twin_bytes(twin, "a", &bytes) && bytes.data[0] == '0');
    io_close(file);
    twin_free(twin);
}

/* Whichever step of replacing a file fails, and whatever a power cut then loses, it holds either
 * the old contents or the new ones; and the new ones if it has said so. */
static void test_a_file_is_replaced_whole_or_not_at_all(void **state)
{
    (void)state;
    for (uint64_t fail = 0; fail < 7; fail++) {
        for (int loss = 0; loss < TWIN_LOSSES; loss++) {
            struct twin *twin = twin_new(), *left;
            struct span bytes;
            bool is_old;
            int rc;

            assert_int_equal(io_replace_file(twin_io(twin), "m", SPAN("old one"), NULL), 0);
            twin_fail_at(twin, fail ? twin_steps(twin) + fail : 0, ERR_IO, false);
            rc = io_replace_file(twin_io(twin), "m", SPAN("new"), NULL);
            left = twin_after_power_cut(twin, (enum twin_loss)loss);
            assert_true(twin_bytes(left, "m", &bytes));
            is_old = span_equal(bytes, SPAN("old one"));
            assert_true((is_old && rc < 0) || span_equal(bytes, SPAN("new")));
            twin_free(left);
            twin_free(twin);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_twin_does_what_the_disk_does),
        cmocka_unit_test(test_errors_have_their_reason),
        cmocka_unit_test(test_a_power_cut_leaves_what_was_synced),
        cmocka_unit_test(test_a_power_cut_tears_what_was_written_over),
        cmocka_unit_test(test_what_is_written_over_needs_no_room),
        cmocka_unit_test(test_a_lost_directory_takes_its_files_along),
        cmocka_unit_test(test_a_killed_process_leaves_everything_still_unsynced),
        cmocka_unit_test(test_steps_fail_when_ordered),
        cmocka_unit_test(test_a_file_is_replaced_whole_or_not_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
