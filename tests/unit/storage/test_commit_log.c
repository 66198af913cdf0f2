/* The commit log on a disk that works: what is appended gets durable in order, marks and checkpoints
 * lie where they were asked for, and the next process finds all of it. Failing disks have
 * test_commit_log_failures.c, power cuts test_commit_log_power.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/time/clock.h"
#include "storage/log/manifest.h"
#include "tests/unit/storage/log_fixture.h"

#include <pthread.h>
#include <stdatomic.h>

/* Ends the process's use of a disk without a word, and opens what the next one finds. */
static struct commit_log *reopen_after_kill(struct twin **twin, struct commit_log *log)
{
    struct twin *killed = twin_after_kill(*twin);

    commit_log_close(log);
    twin_free(*twin);
    *twin = killed;
    return open_log(killed, COMMIT_ALWAYS);
}

static void free_both(struct commit_log *log, struct twin *twin)
{
    commit_log_close(log);
    twin_free(twin);
}

/* --- Appending. */

static void test_a_new_log_is_made_and_found_again(void **state)
{
    struct twin *twin = twin_new();
    struct commit_options options = options_of(twin_io(twin), COMMIT_ALWAYS);
    struct commit_recovery found;
    struct commit_log *log;

    (void)state;
    assert_int_equal(commit_log_open(&options, &log, &found, NULL), 0);
    assert_true(found.created && found.end == 0 && !found.checkpoint_file[0]);
    commit_log_close(log);
    options.replication_id = "another one, which is not looked at any more";
    assert_int_equal(commit_log_open(&options, &log, &found, NULL), 0);
    assert_false(found.created);
    assert_string_equal(commit_log_id(log), "0123456789012345678901234567890123456789");
    commit_log_close(log);
    log = open_log(twin, COMMIT_ALWAYS);
    append_records(log, 0, 10);
    free_both(log, twin);
}

static void test_a_position_is_the_number_of_bytes_appended(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, COMMIT_ALWAYS);
    struct commit_facts facts;

    (void)state;
    assert_int_equal(commit_log_append(log, SPAN("")), 0);
    append_records(log, 0, 3);
    assert_int_equal(commit_log_position(log), 3 * RECORD_SIZE);
    flush(log);
    assert_int_equal(commit_log_durable(log), 3 * RECORD_SIZE);
    commit_log_facts(log, &facts);
    assert_int_equal(facts.record_bytes, 3 * RECORD_SIZE);
    assert_int_equal(facts.pending_bytes, 0);
    assert_true(facts.syncs >= 1 && facts.frames >= 1 && facts.segments == 1);
    commit_log_close(log);
    assert_int_equal(records_on(twin), 3);
    twin_free(twin);
}

static void test_a_second_process_is_kept_out(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, COMMIT_ALWAYS), *second;
    struct commit_options options = options_of(twin_io(twin), COMMIT_ALWAYS);
    struct commit_recovery found;
    struct diag diag = {0};

    (void)state;
    assert_int_equal(commit_log_open(&options, &second, &found, &diag), ERR_EXISTS);
    assert_non_null(strstr(diag.text, "another process"));
    commit_log_close(log);
    commit_log_close(open_log(twin, COMMIT_ALWAYS));
    twin_free(twin);
}

/* --- Volatile records. */

static void test_volatile_records_take_positions_and_leave_nothing(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, COMMIT_ALWAYS);
    char text[RECORD_SIZE + 1];
    struct buffer bytes = {0};

    (void)state;
    assert_int_equal(commit_log_append_volatile(log, SPAN("12345")), 5);
    assert_int_equal(commit_log_durable(log), 5); /* there is nothing to wait for */
    assert_int_equal(commit_log_append(log, record_of(text, 0)), 5 + RECORD_SIZE);
    commit_log_append_volatile(log, SPAN("678"));
    assert_int_equal(commit_log_append(log, record_of(text, 1)), 8 + 2 * RECORD_SIZE);
    commit_log_append_volatile(log, SPAN("9"));
    flush(log);
    assert_int_equal(commit_log_durable(log), 9 + 2 * RECORD_SIZE);
    commit_log_close(log);
    log = open_with(&(struct commit_options){.io = twin_io(twin),
                                             .directory = "log",
                                             .segment_bytes = 1 << 20,
                                             .replication_id = ""},
                    false);
    assert_int_equal(commit_log_position(log), 9 + 2 * RECORD_SIZE); /* closed in good order */
    assert_int_equal(commit_log_replay(log, collect_records, &bytes, NULL), 0);
    assert_int_equal(count_records(&bytes, 0), 2);
    buffer_release(&bytes);
    free_both(log, twin);
}

/* A checkpoint may lie in the middle of them, behind everything that a segment holds. */
static void test_a_kill_after_a_checkpoint_behind_volatile_records(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, COMMIT_ALWAYS);
    char text[RECORD_SIZE + 1];
    uint64_t position;

    (void)state;
    append_records(log, 0, 2);
    flush(log);
    commit_log_append_volatile(log, SPAN("volatile"));
    position = checkpoint(log, twin_io(twin));
    assert_int_equal(position, 2 * RECORD_SIZE + 8);
    log = reopen_after_kill(&twin, log);
    assert_int_equal(commit_log_position(log), position);
    commit_log_append(log, record_of(text, 2));
    flush(log);
    log = reopen_after_kill(&twin, log);
    assert_int_equal(commit_log_position(log), position + RECORD_SIZE);
    free_both(log, twin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_log_is_made_and_found_again),
        cmocka_unit_test(test_a_position_is_the_number_of_bytes_appended),
        cmocka_unit_test(test_a_second_process_is_kept_out),
        cmocka_unit_test(test_volatile_records_take_positions_and_leave_nothing),
        cmocka_unit_test(test_a_kill_after_a_checkpoint_behind_volatile_records),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
