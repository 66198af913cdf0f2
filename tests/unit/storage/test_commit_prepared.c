/* With `always` the open segment is prepared ahead with zeros, which the next frames take the place
 * of. Nobody sees of it more than the room it takes: not recovery, nor a reader, nor a full disk.
 */
#include "tests/unit/storage/log_fixture.h"

#include "core/time/clock.h"
#include "storage/log/manifest.h"
#include "storage/log/segment.h"

static const char first_file[] = "log/0000000001-0.log";

static struct span bytes_of(struct twin *twin, const char *path)
{
    struct span bytes;

    assert_true(twin_bytes(twin, path, &bytes));
    return bytes;
}

/* Bytes without the zeros at the end. */
static uint64_t used_of(struct twin *twin, const char *path)
{
    struct span bytes = bytes_of(twin, path);

    while (bytes.size > 0 && bytes.data[bytes.size - 1] == 0)
        bytes.size--;
    return bytes.size;
}

/* One by one, so that each is a frame. */
static void append_and_flush(struct commit_log *log, uint64_t from, uint64_t to)
{
    for (uint64_t n = from; n < to; n++) {
        append_records(log, n, n + 1);
        flush(log);
    }
}

static void expect_closed_to_be_trimmed(struct twin *twin, size_t segments)
{
    struct manifest manifest = {0};

    assert_int_equal(manifest_load(&manifest, twin_io(twin), "log", NULL), 0);
    assert_int_equal(manifest.segment_count, segments);
    for (size_t i = 0; i < manifest.segment_count; i++) {
        char path[LOG_NAME_LIMIT + 8];

        snprintf(path, sizeof(path), "log/%s", manifest.segments[i].file);
        if (manifest.segments[i].closed)
            assert_int_equal(bytes_of(twin, path).size, manifest.segments[i].bytes);
    }
    manifest_release(&manifest);
}

static void test_always_prepares_and_the_others_do_not(void **state)
{
    static const enum commit_sync modes[] = {COMMIT_EVERYSEC, COMMIT_NO, COMMIT_ALWAYS};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct twin *twin = twin_new();
        struct commit_log *log = open_log(twin, modes[i]);

        append_and_flush(log, 0, 10);
        if (modes[i] == COMMIT_ALWAYS)
            assert_true(bytes_of(twin, first_file).size >= used_of(twin, first_file) + 10000);
        else
            assert_int_equal(bytes_of(twin, first_file).size, used_of(twin, first_file));
        commit_log_close(log);
        twin_free(twin);
    }
}

/* Whoever closes it: the log's end, a mark, its size, a start after a kill. */
static void test_a_closed_segment_has_nothing_behind_its_end(void **state)
{
    struct twin *twin = twin_new(), *killed;
    struct commit_log *log = open_log(twin, COMMIT_ALWAYS);

    (void)state;
    append_and_flush(log, 0, 10);
    commit_log_mark(log);
    append_and_flush(log, 10, 20);
    expect_closed_to_be_trimmed(twin, 2);
    killed = twin_after_kill(twin);
    commit_log_close(log);
    expect_closed_to_be_trimmed(twin, 2);
    twin_free(twin);
    log = open_log(killed, COMMIT_ALWAYS);
    expect_closed_to_be_trimmed(killed, 3);
    commit_log_close(log);
    assert_int_equal(records_on(killed), 20);
    twin_free(killed);
}

static void test_what_was_prepared_is_not_cut_off(void **state)
{
    struct twin *twin = twin_new(), *killed;
    struct commit_log *log = open_log(twin, COMMIT_ALWAYS), *next;
    struct commit_options options;
    struct commit_recovery found;
    struct io_file *file;
    uint64_t used;

    (void)state;
    append_and_flush(log, 0, 10);
    killed = twin_after_kill(twin);
    options = options_of(twin_io(killed), COMMIT_ALWAYS);
    assert_int_equal(commit_log_open(&options, &next, &found, NULL), 0);
    assert_int_equal(found.end, 10 * RECORD_SIZE);
    assert_int_equal(found.cut_bytes, 0);
    assert_string_equal(found.cut_file, "");
    commit_log_close(next);
    /* of a frame that was torn only what came of it */
    used = used_of(killed, first_file);
    assert_int_equal(io_open(twin_io(killed), first_file, IO_WRITE | IO_OVERWRITE, &file, NULL), 0);
    assert_int_equal(io_write(file, used, SPAN("half of a frame"), NULL), 0);
    io_close(file);
    assert_int_equal(commit_log_open(&options, &next, &found, NULL), 0);
    assert_int_equal(found.end, 10 * RECORD_SIZE);
    assert_int_equal(found.cut_bytes, 15);
    commit_log_close(next);
    twin_free(killed);
    commit_log_close(log);
    twin_free(twin);
}

/* Any frame but the last gone, as when the disk loses a write: what came later proves it. */
static void test_zeros_in_the_place_of_a_frame_are_refused(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, COMMIT_ALWAYS);
    struct segment_reader *reader;
    struct frame frame;
    uint64_t at, ends[12];
    size_t count = 0;

    (void)state;
    append_and_flush(log, 0, 10);
    assert_int_equal(
        segment_open(twin_io(twin), "log", "0000000001-0.log", 0, UINT64_MAX, &reader, NULL), 0);
    do
        ends[count++] = segment_at(reader);
    while (segment_next(reader, &frame, NULL, &at, NULL) == 0);
    segment_reader_free(reader);
    assert_int_equal(count, 11);
    for (size_t hit = 0; hit < 10; hit++) {
        struct twin *killed = twin_after_kill(twin);
        struct commit_options options = options_of(twin_io(killed), COMMIT_ALWAYS);
        struct commit_recovery found;
        struct commit_log *next;
        struct io_file *file;
        char zeros[500] = {0};
        struct diag diag = {0};
        int rc;

        assert_int_equal(io_open(twin_io(killed), first_file, IO_WRITE | IO_OVERWRITE, &file, NULL),
                         0);
        assert_int_equal(io_write(file, ends[hit], span_of(zeros, ends[hit + 1] - ends[hit]), NULL),
                         0);
        io_close(file);
        rc = commit_log_open(&options, &next, &found, &diag);
        if (hit < 9) {
            assert_int_equal(rc, ERR_DAMAGED);
            assert_non_null(strstr(diag.text, "sound data follows"));
        } else { /* nothing says that it was there */
            assert_int_equal(rc, 0);
            commit_log_close(next);
        }
        twin_free(killed);
    }
    commit_log_close(log);
    twin_free(twin);
}

/* What fits is written, though what it would be prepared with does not. */
static void test_a_full_disk_takes_what_has_room(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, COMMIT_ALWAYS);
    uint64_t n = 0, prepared;

    (void)state;
    /* no room for zeros from the beginning */
    append_and_flush(log, n, n + 1);
    n++;
    prepared = bytes_of(twin, first_file).size;
    twin_set_capacity(twin, prepared + 4000); /* and the manifest */
    for (; used_of(twin, first_file) < prepared + 2000; n++)
        append_and_flush(log, n, n + 1);
    assert_false(commit_log_has_failed(log, NULL));
    /* it is full for frames as well: refused, and then it goes on */
    do {
        append_records(log, n, n + 200);
        n += 200;
    } while (commit_log_flush(log, NULL) == 0);
    assert_true(commit_log_has_failed(log, NULL));
    twin_set_capacity(twin, UINT64_MAX);
    for (int64_t deadline = clock_now_ms() + 20000; commit_log_flush(log, NULL) < 0;
         commit_log_set_sync(log, COMMIT_ALWAYS))
        assert_true(clock_now_ms() < deadline);
    commit_log_close(log);
    assert_int_equal(records_on(twin), n);
    twin_free(twin);
}

static void test_a_change_of_mode_goes_on_in_what_was_prepared(void **state)
{
    struct twin *twin = twin_new(), *killed;
    struct commit_log *log = open_log(twin, COMMIT_ALWAYS);
    uint64_t size;

    (void)state;
    append_and_flush(log, 0, 5);
    size = bytes_of(twin, first_file).size;
    commit_log_set_sync(log, COMMIT_NO);
    append_and_flush(log, 5, 10);
    assert_int_equal(bytes_of(twin, first_file).size, size);
    killed = twin_after_kill(twin);
    assert_int_equal(records_on(killed), 10);
    twin_free(killed);
    append_and_flush(log, 10, 400); /* beyond it */
    assert_true(bytes_of(twin, first_file).size > size);
    commit_log_set_sync(log, COMMIT_ALWAYS);
    append_and_flush(log, 400, 410);
    commit_log_close(log);
    assert_int_equal(records_on(twin), 410);
    twin_free(twin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_always_prepares_and_the_others_do_not),
        cmocka_unit_test(test_a_closed_segment_has_nothing_behind_its_end),
        cmocka_unit_test(test_what_was_prepared_is_not_cut_off),
        cmocka_unit_test(test_zeros_in_the_place_of_a_frame_are_refused),
        cmocka_unit_test(test_a_full_disk_takes_what_has_room),
        cmocka_unit_test(test_a_change_of_mode_goes_on_in_what_was_prepared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
