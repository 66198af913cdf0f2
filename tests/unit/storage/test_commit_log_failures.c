/* The disk fails at any step of a run that appends, rotates, marks, installs checkpoints, closes and
 * starts again; once, for a few steps, or until it is mended. Nothing that was said to be durable is
 * ever lost, the log goes on by itself, and whatever a kill or a power cut leaves at any moment
 * of the failure is recovered from.
 *
 * Record n lies at position n * RECORD_SIZE; one in sixteen is volatile, so there are gaps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/time/clock.h"
#include "tests/unit/storage/log_fixture.h"

#include <sched.h>
#include <stdatomic.h>

enum {
    SEGMENT_BYTES = 900,
    WATCHED_STEPS = 14, /* from the first that fails on: what each of them would leave is looked at */
    UNTIL_MENDED = 1 << 20,
    DEADLINE_MS = 60000,
};

static bool is_volatile(uint64_t n)
{
    return n % 16 == 7;
}

/* The number behind the last record that is stored, of those below `n`. */
static uint64_t stored_below(uint64_t n)
{
    while (n > 0 && is_volatile(n - 1))
        n--;
    return n;
}

struct run {
    struct twin *twin;
    enum commit_sync sync;
    uint64_t fail_from, fail_steps; /* which steps fail */
    _Atomic(struct commit_log *) log;
    _Atomic uint64_t promised; /* records that were said to be durable */
    _Atomic uint64_t appended;
    _Atomic int failed, recovered;
    uint64_t looks;
    char at[64]; /* for messages: what is being looked at */
};

/* --- What is left. */

struct reading {
    uint64_t next; /* record number */
    const char *at;
};

static int read_records(void *context, uint64_t position, struct span records)
{
    struct reading *reading = context;
    uint64_t n = (position - records.size) / RECORD_SIZE;
    char text[RECORD_SIZE + 1];

    if (position % RECORD_SIZE != 0 || stored_below(n) > reading->next ||
        (n > reading->next && stored_below(n) != reading->next))
        fail_msg("%s: record %" PRIu64 " follows %" PRIu64, reading->at, n, reading->next);
    for (size_t at = 0; at < records.size; at += RECORD_SIZE, n++)
        if (n >= reading->next || is_volatile(n))
            if (memcmp(records.data + at, record_of(text, n).data, RECORD_SIZE) != 0)
                fail_msg("%s: record %" PRIu64 " is another", reading->at, n);
    reading->next = n;
    return 0;
}

/* Opens what is left, reads it, starts and goes on. `least`: so many records must be there. */
static void recover(struct run *run, struct twin *left, uint64_t least)
{
    struct commit_options options = options_of(twin_io(left), COMMIT_ALWAYS);
    struct reading reading = {.at = run->at};
    struct commit_recovery found;
    struct commit_log *log = NULL;
    struct diag diag = {0};
    uint64_t n;

    if (commit_log_open(&options, &log, &found, &diag) < 0)
        fail_msg("%s: %s", run->at, diag.text);
    reading.next = found.checkpoint / RECORD_SIZE;
    if (commit_log_replay(log, read_records, &reading, &diag) < 0)
        fail_msg("%s: replay: %s", run->at, diag.text);
    if (stored_below(reading.next) < stored_below(least))
        fail_msg("%s: %" PRIu64 " records were durable, %" PRIu64 " are there", run->at, least,
                 reading.next);
    assert_true(reading.next <= run->appended);
    if (commit_log_start(log, &diag) < 0)
        fail_msg("%s: start: %s", run->at, diag.text);
    n = commit_log_position(log) / RECORD_SIZE;
    append_records(log, n, n + 1);
    if (commit_log_flush(log, &diag) < 0)
        fail_msg("%s: flush: %s", run->at, diag.text);
    commit_log_close(log);
    run->looks++;
}

/* What would a kill leave right now, and power cuts of all sorts? */
static void look(struct run *run, uint64_t step)
{
    uint64_t durable = run->log ? commit_log_durable(run->log) / RECORD_SIZE : 0;
    struct twin *left = twin_after_kill(run->twin);

    if (durable > run->promised)
        run->promised = durable;
    snprintf(run->at, sizeof(run->at), "step %" PRIu64 " of failure %" PRIu64 "+%" PRIu64 ", kill",
             step, run->fail_from, run->fail_steps);
    recover(run, left, run->promised);
    twin_free(left);
    for (int loss = TWIN_LOSES_ALL; loss < TWIN_LOSSES; loss++) {
        left = twin_after_power_cut(run->twin, (enum twin_loss)loss);
        snprintf(run->at, sizeof(run->at), "step %" PRIu64 " of failure %" PRIu64 "+%" PRIu64
                                           ", cut %d", step, run->fail_from, run->fail_steps, loss);
        recover(run, left, run->sync == COMMIT_ALWAYS ? run->promised : 0);
        twin_free(left);
    }
}

static void before_step(void *context, uint64_t step)
{
    struct run *run = context;

    if (run->fail_from == 0)
        return;
    if (step == run->fail_from)
        twin_fail_at(run->twin, step, step % 2 ? ERR_IO : ERR_FULL, true);
    else if (step == run->fail_from + run->fail_steps)
        twin_fail_at(run->twin, 0, 0, false);
    if (step >= run->fail_from && step < run->fail_from + WATCHED_STEPS)
        look(run, step);
}

static void mend(struct run *run)
{
    if (run->fail_steps == UNTIL_MENDED)
        twin_fail_at(run->twin, 0, 0, false);
}

/* --- The run. */

static void on_durable(void *context, uint64_t position)
{
    struct run *run = context;

    if (position / RECORD_SIZE > run->promised)
        run->promised = position / RECORD_SIZE;
}

static void on_failed(void *context, const struct diag *why)
{
    assert_true(why->text[0]);
    ((struct run *)context)->failed++;
}

static void on_recovered(void *context)
{
    ((struct run *)context)->recovered++;
}

/* Starts the log, if need be again and again until the disk allows it. */
static void begin(struct run *run)
{
    struct commit_options options = options_of(twin_io(run->twin), run->sync);

    options.segment_bytes = SEGMENT_BYTES;
    options.listener = (struct commit_listener){run, on_durable, on_failed, on_recovered};
    for (;;) {
        struct commit_log *log = NULL;
        struct commit_recovery found;
        struct diag diag = {0};
        int rc = commit_log_open(&options, &log, &found, &diag);

        if (rc == 0 && stored_below(found.end / RECORD_SIZE) < stored_below(run->promised))
            fail_msg("failure %" PRIu64 "+%" PRIu64 ": %" PRIu64 " of %" PRIu64 " records are left",
                     run->fail_from, run->fail_steps, found.end / RECORD_SIZE, run->promised);
        if (rc == 0)
            rc = commit_log_start(log, &diag);
        if (rc == 0) {
            run->appended = commit_log_position(log) / RECORD_SIZE;
            run->log = log;
            return;
        }
        assert_true(rc == ERR_IO || rc == ERR_FULL);
        assert_true(diag.text[0]);
        if (log)
            commit_log_close(log);
        mend(run);
    }
}

static void end(struct run *run)
{
    struct commit_log *log = run->log;

    run->log = NULL;
    commit_log_close(log);
    mend(run);
}

/* Waits until everything is durable. A log that has failed tries again at intervals; told of a
 * setting it does so at once, which saves the time. */
static void settle(struct run *run)
{
    int64_t deadline = clock_now_ms() + DEADLINE_MS;
    struct commit_log *log = run->log;

    while (commit_log_flush(log, NULL) < 0) {
        mend(run);
        commit_log_set_sync(log, run->sync);
        sched_yield();
        if (clock_now_ms() > deadline)
            fail_msg("failure %" PRIu64 "+%" PRIu64 ": the log does not recover", run->fail_from,
                     run->fail_steps);
    }
    assert_true(commit_log_durable(log) == commit_log_position(log));
}

static void add(struct run *run, unsigned count)
{
    char text[RECORD_SIZE + 1];

    for (unsigned i = 0; i < count; i++) {
        uint64_t n = run->appended++;
        struct span record = record_of(text, n);
        uint64_t end = is_volatile(n) ? commit_log_append_volatile(run->log, record)
                                      : commit_log_append(run->log, record);

        assert_int_equal(end, (n + 1) * RECORD_SIZE);
    }
}

static void store(struct run *run, unsigned count)
{
    add(run, count);
    settle(run);
}

/* As the broker does it: written beside, made durable, installed. Whatever it says, the log goes on. */
static void try_checkpoint(struct run *run)
{
    struct io *io = twin_io(run->twin);
    uint64_t position = commit_log_mark(run->log);
    struct diag diag = {0};
    char path[4096];
    int rc;

    commit_log_checkpoint_path(run->log, position, path, sizeof(path));
    rc = io_replace_file(io, path, SPAN("everything up to here"), &diag);
    if (rc == 0)
        rc = commit_log_install(run->log, position, &diag);
    assert_int_equal(rc, diag.code);
    if (rc < 0)
        mend(run);
}

static void script(struct run *run)
{
    begin(run);
    store(run, 1);
    store(run, 9);
    for (int i = 0; i < 6; i++)
        store(run, 3);
    commit_log_mark(run->log); /* with something behind it */
    store(run, 2);
    commit_log_mark(run->log); /* with nothing behind it */
    store(run, 0);
    try_checkpoint(run);
    store(run, 4);
    end(run);
    begin(run);
    store(run, 3);
    try_checkpoint(run);
    try_checkpoint(run);
    store(run, 5);
    end(run);
    begin(run);
    end(run);
}

static void count_known(void *context, const char *name)
{
    const char *end = strrchr(name, '.');

    *(unsigned *)context += end && (strcmp(end, ".log") == 0 || strcmp(end, ".rdb") == 0 ||
                                    strcmp(end, ".tmp") == 0);
}

/* A start has removed what no manifest knows. */
static void expect_no_leftovers(struct run *run)
{
    struct commit_facts facts;
    unsigned files = 0;

    begin(run);
    store(run, 1);
    commit_log_facts(run->log, &facts);
    assert_int_equal(io_list(twin_io(run->twin), "log", count_known, &files, NULL), 0);
    assert_int_equal(files, facts.segments + (facts.checkpoint > 0));
    end(run);
}

/* Runs the script with a failure; returns the steps it took. */
static uint64_t run_script(enum commit_sync sync, uint64_t from, uint64_t steps, uint64_t *looks)
{
    struct run run = {.twin = twin_new(), .sync = sync, .fail_from = from, .fail_steps = steps};
    uint64_t taken;

    twin_on_step(run.twin, before_step, &run);
    script(&run);
    taken = twin_steps(run.twin);
    twin_on_step(run.twin, NULL, NULL);
    twin_fail_at(run.twin, 0, 0, false);
    assert_true(run.failed - run.recovered == 0 || run.failed - run.recovered == 1);
    expect_no_leftovers(&run);
    *looks += run.looks;
    twin_free(run.twin);
    return taken;
}

static void fail_everywhere(enum commit_sync sync)
{
    static const uint64_t lengths[] = {1, 2, 5, UNTIL_MENDED};
    uint64_t looks = 0, steps = run_script(sync, 0, 0, &looks);

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
        for (uint64_t from = 1; from <= steps; from++)
            run_script(sync, from, lengths[i], &looks);
    print_message("%" PRIu64 " steps; %" PRIu64 " disks recovered from\n", steps, looks);
}

static void test_nothing_durable_is_lost_whichever_step_fails(void **state)
{
    (void)state;
    fail_everywhere(COMMIT_ALWAYS);
}

static void test_nothing_written_is_lost_to_a_kill_whichever_step_fails_everysec(void **state)
{
    (void)state;
    fail_everywhere(COMMIT_EVERYSEC);
}

static void test_nothing_written_is_lost_to_a_kill_whichever_step_fails_no(void **state)
{
    (void)state;
    fail_everywhere(COMMIT_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_durable_is_lost_whichever_step_fails),
        cmocka_unit_test(test_nothing_written_is_lost_to_a_kill_whichever_step_fails_everysec),
        cmocka_unit_test(test_nothing_written_is_lost_to_a_kill_whichever_step_fails_no),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
