/* The power may go at any step of the disk. Whatever is left then, the log opens, holds every
 * record that was durable, holds no half of one, is a beginning of what was appended, and goes on.
 *
 * The disk is the twin, which is asked before each of its steps what a power cut would leave at
 * that moment, in nine ways; each of these disks is recovered from on the spot. */
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/bytes/buffer.h"
#include "storage/io/twin.h"
#include "storage/log/commit_log.h"

#include <setjmp.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum {
    RECORD_SIZE = 40,
    SEGMENT_BYTES = 3000,
    RECORDS = 120,
};

static const char id[] = "0123456789012345678901234567890123456789";

/* Record number n: its number and filling, RECORD_SIZE bytes in all. */
static struct span record_of(char *text, unsigned n)
{
    snprintf(text, RECORD_SIZE + 1, "%08u%032u", n, n * 7919);
    return span_of(text, RECORD_SIZE);
}

static struct commit_options options_of(struct io *io, enum commit_sync sync)
{
    return (struct commit_options){
        .io = io,
        .directory = "log",
        .sync = sync,
        .compress = true,
        .segment_bytes = SEGMENT_BYTES,
        .replication_id = id,
    };
}

/* --- What a disk has. */

struct found {
    uint64_t first, end; /* records: from the checkpoint on, and behind the last */
    struct buffer bytes;
};

static int collect(void *context, uint64_t position, struct span records)
{
    struct found *found = context;

    (void)position;
    buffer_append_span(&found->bytes, records);
    return 0;
}

/* Opens what is left and reads it back; fails the test if anything is wrong with it. */
static void recover(struct io *io, struct found *found, uint64_t step, enum twin_loss loss)
{
    struct commit_options options = options_of(io, COMMIT_ALWAYS);
    struct commit_recovery recovery;
    struct commit_log *log;
    struct diag diag = {0};
    char text[RECORD_SIZE + 1];

    if (commit_log_open(&options, &log, &recovery, &diag) < 0)
        fail_msg("step %llu, loss %d: %s", (unsigned long long)step, loss, diag.text);
    buffer_clear(&found->bytes);
    if (commit_log_replay(log, collect, found, &diag) < 0)
        fail_msg("step %llu, loss %d: replay: %s", (unsigned long long)step, loss, diag.text);
    assert_int_equal(recovery.checkpoint % RECORD_SIZE, 0);
    assert_int_equal(found->bytes.size % RECORD_SIZE, 0);
    found->first = recovery.checkpoint / RECORD_SIZE;
    found->end = found->first + found->bytes.size / RECORD_SIZE;
    for (uint64_t n = found->first; n < found->end; n++) {
        const char *at = found->bytes.data + (n - found->first) * RECORD_SIZE;

        if (memcmp(at, record_of(text, (unsigned)n).data, RECORD_SIZE) != 0)
            fail_msg("step %llu, loss %d: record %llu reads %.*s", (unsigned long long)step, loss,
                     (unsigned long long)n, RECORD_SIZE, at);
    }
    assert_int_equal(recovery.end, found->end * RECORD_SIZE);
    /* and it goes on */
    assert_int_equal(commit_log_start(log, &diag), 0);
    assert_int_equal(commit_log_append(log, record_of(text, (unsigned)found->end)),
                     (found->end + 1) * RECORD_SIZE);
    assert_int_equal(commit_log_flush(log, &diag), 0);
    commit_log_close(log);
}

/* --- A run with an eye on every step. */

struct run {
    struct twin *twin;
    _Atomic(struct commit_log *) log; /* NULL while it is being opened or closed */
    _Atomic uint64_t appended;        /* records */
    _Atomic uint64_t safe;            /* records that were durable when the log was last asked */
    uint64_t cuts;
};

static void cut_here(struct run *run, uint64_t step, enum twin_loss loss)
{
    struct twin *left = twin_after_power_cut(run->twin, loss);
    struct found found = {0}, again = {0};

    recover(twin_io(left), &found, step, loss);
    if (found.end < run->safe)
        fail_msg("step %llu, loss %d: %llu records were durable, %llu are there",
                 (unsigned long long)step, loss, (unsigned long long)run->safe,
                 (unsigned long long)found.end);
    if (found.end > run->appended)
        fail_msg("step %llu, loss %d: %llu records were appended, %llu are there",
                 (unsigned long long)step, loss, (unsigned long long)run->appended,
                 (unsigned long long)found.end);
    recover(twin_io(left), &again, step, loss); /* once more, after it has gone on */
    assert_int_equal(again.end, found.end + 1);
    buffer_release(&found.bytes);
    buffer_release(&again.bytes);
    twin_free(left);
    run->cuts++;
}

static void before_step(void *context, uint64_t step)
{
    struct run *run = context;

    if (run->log)
        run->safe = commit_log_durable(run->log) / RECORD_SIZE;
    for (int loss = TWIN_LOSES_ALL; loss < TWIN_LOSSES; loss++)
        cut_here(run, step, (enum twin_loss)loss);
}

static void open_log(struct run *run, enum commit_sync sync)
{
    struct commit_options options = options_of(twin_io(run->twin), sync);
    struct commit_recovery recovery;
    struct diag diag = {0};
    struct commit_log *log;

    assert_int_equal(commit_log_open(&options, &log, &recovery, &diag), 0);
    assert_int_equal(recovery.end, run->appended * RECORD_SIZE);
    assert_int_equal(recovery.cut_bytes, 0);
    assert_int_equal(commit_log_start(log, &diag), 0);
    run->log = log;
}

static void close_log(struct run *run)
{
    struct commit_log *log = run->log;

    run->log = NULL; /* nobody asks it any more; what was durable stays so */
    commit_log_close(log);
    run->safe = run->appended;
}

static void append(struct run *run, unsigned count)
{
    char text[RECORD_SIZE + 1];
    struct diag diag;

    for (unsigned i = 0; i < count; i++) {
        run->appended++;
        commit_log_append(run->log, record_of(text, (unsigned)run->appended - 1));
    }
    assert_int_equal(commit_log_flush(run->log, &diag), 0);
}

/* A checkpoint is whatever file is there when it is installed. */
static void checkpoint(struct run *run)
{
    uint64_t position = commit_log_mark(run->log);
    struct io *io = twin_io(run->twin);
    struct io_file *file;
    struct diag diag = {0};
    char path[256];

    commit_log_checkpoint_path(run->log, position, path, sizeof(path));
    assert_int_equal(io_open(io, path, IO_WRITE | IO_CREATE, &file, &diag), 0);
    assert_int_equal(io_append(file, SPAN("everything up to here"), &diag), 0);
    assert_int_equal(io_sync(file, &diag), 0);
    io_close(file);
    assert_int_equal(commit_log_install(run->log, position, &diag), 0);
}

static void test_recovery_succeeds_whenever_the_power_goes(void **state)
{
    struct run run = {.twin = twin_new()};

    (void)state;
    twin_on_step(run.twin, before_step, &run);
    open_log(&run, COMMIT_ALWAYS);
    append(&run, 1);
    append(&run, 5);
    for (int i = 0; i < 20; i++)
        append(&run, 1 + (unsigned)i % 4);
    checkpoint(&run);
    append(&run, 10);
    close_log(&run);
    open_log(&run, COMMIT_ALWAYS);
    close_log(&run); /* nothing was written */
    open_log(&run, COMMIT_ALWAYS);
    while (run.appended < RECORDS)
        append(&run, 3);
    checkpoint(&run);
    checkpoint(&run); /* with nothing behind the first */
    append(&run, 2);
    close_log(&run);
    print_message("%llu power cuts at %llu steps\n", (unsigned long long)run.cuts,
                  (unsigned long long)twin_steps(run.twin));
    twin_free(run.twin);
}

/* --- Disks that fail. */

struct listened {
    int failed, recovered;
};

static void on_failed(void *context, const struct diag *why)
{
    (void)why;
    ((struct listened *)context)->failed++;
}

static void on_recovered(void *context)
{
    ((struct listened *)context)->recovered++;
}

/* Each step fails once, in turn: what was appended becomes durable all the same, and is whole. */
static void test_one_failure_anywhere_loses_nothing(void **state)
{
    uint64_t steps = 60;

    (void)state;
    for (uint64_t step = 1; step <= steps; step++) {
        struct twin *twin = twin_new();
        struct listened listened = {0};
        struct commit_options options = options_of(twin_io(twin), COMMIT_ALWAYS);
        struct commit_recovery recovery;
        struct commit_log *log = NULL;
        struct found found = {0};
        struct diag diag = {0};
        char text[RECORD_SIZE + 1];
        unsigned n = 0;

        options.listener = (struct commit_listener){&listened, NULL, on_failed, on_recovered, NULL};
        twin_fail_at(twin, step, ERR_IO, false);
        if (commit_log_open(&options, &log, &recovery, &diag) == 0 &&
            commit_log_start(log, &diag) == 0) {
            for (; n < 30; n++) {
                commit_log_append(log, record_of(text, n));
                while (commit_log_durable(log) < (n + 1) * RECORD_SIZE)
                    commit_log_flush(log, &diag); /* returns at once while it fails */
            }
        }
        commit_log_close(log);
        assert_int_equal(listened.failed, listened.recovered);
        twin_fail_at(twin, 0, 0, false);
        if (n > 0) {
            recover(twin_io(twin), &found, step, TWIN_KEEPS_ALL);
            assert_int_equal(found.end, n);
        }
        buffer_release(&found.bytes);
        twin_free(twin);
    }
}

/* While every step fails, nothing gets durable; the log ends all the same, within bounds. */
static void test_a_disk_that_never_recovers(void **state)
{
    struct twin *twin = twin_new();
    struct commit_options options = options_of(twin_io(twin), COMMIT_ALWAYS);
    struct commit_recovery recovery;
    struct commit_log *log;
    struct diag diag = {0};
    char text[RECORD_SIZE + 1];

    (void)state;
    assert_int_equal(commit_log_open(&options, &log, &recovery, &diag), 0);
    assert_int_equal(commit_log_start(log, &diag), 0);
    twin_fail_at(twin, twin_steps(twin) + 1, ERR_FULL, true);
    commit_log_append(log, record_of(text, 0));
    assert_int_equal(commit_log_flush(log, &diag), ERR_FULL);
    assert_true(commit_log_has_failed(log, &diag));
    assert_int_equal(commit_log_durable(log), 0);
    commit_log_close(log);
    twin_free(twin);
}

/* --- Damage. */

/* Any bit of any file may rot. Either recovery refuses, or what it gives is a beginning. */
static void test_a_flipped_byte_is_refused_or_cuts_the_end(void **state)
{
    static const char *const files[] = {"log/manifest", "log/0000000001-0.log"};
    struct twin *twin = twin_new(), *killed;
    struct run run = {.twin = twin};
    unsigned refused = 0, cut = 0;

    (void)state;
    open_log(&run, COMMIT_ALWAYS);
    for (int i = 0; i < 12; i++)
        append(&run, 2);
    killed = twin_after_kill(twin); /* a log that was closed has no end to be cut */
    close_log(&run);
    for (size_t file = 0; file < 2; file++) {
        struct span bytes;
        size_t size;

        assert_true(twin_bytes(killed, files[file], &bytes));
        size = bytes.size;
        for (size_t at = 0; at < size; at++) {
            struct twin *left = twin_after_power_cut(killed, TWIN_KEEPS_ALL);
            struct commit_options options = options_of(twin_io(left), COMMIT_ALWAYS);
            struct commit_recovery recovery;
            struct commit_log *log = NULL;
            struct found found = {0};
            struct diag diag = {0};
            char text[RECORD_SIZE + 1];
            int rc;

            assert_true(twin_flip(left, files[file], at, 0x20));
            rc = commit_log_open(&options, &log, &recovery, &diag);
            if (rc == 0)
                rc = commit_log_replay(log, collect, &found, &diag);
            for (size_t n = 0; n < found.bytes.size / RECORD_SIZE; n++)
                assert_memory_equal(found.bytes.data + n * RECORD_SIZE,
                                    record_of(text, (unsigned)n).data, RECORD_SIZE);
            if (rc < 0) {
                assert_true(diag.text[0]);
                refused++;
            } else {
                assert_true(found.bytes.size < RECORDS * RECORD_SIZE);
                cut += recovery.cut_bytes > 0;
            }
            commit_log_close(log);
            buffer_release(&found.bytes);
            twin_free(left);
        }
    }
    print_message("%u refused, %u cut\n", refused, cut);
    assert_true(refused > 100 && cut > 10);
    twin_free(killed);
    twin_free(twin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recovery_succeeds_whenever_the_power_goes),
        cmocka_unit_test(test_one_failure_anywhere_loses_nothing),
        cmocka_unit_test(test_a_disk_that_never_recovers),
        cmocka_unit_test(test_a_flipped_byte_is_refused_or_cuts_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
