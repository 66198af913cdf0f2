/* The disk fails at any step of a run that appends, rotates, marks, installs checkpoints, closes
 * and starts again; once, for a few steps, or until it is mended. Nothing that was said to be
 * durable is ever lost, the log goes on by itself, and whatever a kill or a power cut leaves at any
 * moment of the failure is recovered from.
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
    WATCHED_STEPS =
        8,            /* from the first that fails on: what each of them would leave is looked at */
    CUTS_AT_ONCE = 3, /* of the kinds of power cuts; which ones, changes from step to step */
    UNTIL_MENDED = 1 << 20,
#if defined(__SANITIZE_THREAD__)
    STRIDE = 8, /* only so many steps, where each costs that much more */
#elif defined(__SANITIZE_ADDRESS__)
    STRIDE = 3,
#else
    STRIDE = 1,
#endif
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
    bool watched;                   /* all steps are, without a failure */
    _Atomic(struct commit_log *) log;
    _Atomic uint64_t promised; /* records that were said to be durable */
    _Atomic uint64_t appended;
    _Atomic int failed, recovered;
    int looked_at; /* failures: what there was after so many of them, has been looked at */
    _Atomic uint64_t looks;
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

    if (position % RECORD_SIZE != 0 || n < reading->next || stored_below(n) > reading->next)
        fail_msg("%s: record %" PRIu64 " follows %" PRIu64, reading->at, n, reading->next);
    for (size_t at = 0; at < records.size; at += RECORD_SIZE, n++)
        if (memcmp(records.data + at, record_of(text, n).data, RECORD_SIZE) != 0)
            fail_msg("%s: record %" PRIu64 " is another", reading->at, n);
    reading->next = n;
    return 0;
}

/* The checkpoint is one that was complete before it was installed. */
static void expect_checkpoint(struct twin *left, const struct commit_recovery *found)
{
    struct span bytes;

    if (!found->checkpoint_file[0]) {
        assert_int_equal(found->checkpoint, 0);
        return;
    }
    assert_true(twin_bytes(left, found->checkpoint_file, &bytes));
    assert_true(span_equal(bytes, SPAN("everything up to here")));
}

/* Opens what is left, reads it, starts and goes on. `least`: so many records must be there. How
 * many there are in the end, one more being durable. */
static uint64_t recover(struct run *run, struct twin *left, uint64_t least, const char *at)
{
    struct commit_options options = options_of(twin_io(left), COMMIT_ALWAYS);
    struct reading reading = {.at = at};
    struct commit_recovery found;
    struct commit_log *log = NULL;
    struct diag diag = {0};
    char text[RECORD_SIZE + 1];
    uint64_t n;

    options.compress = false; /* which takes its time to set up */
    if (commit_log_open(&options, &log, &found, &diag) < 0)
        fail_msg("%s: %s", at, diag.text);
    expect_checkpoint(left, &found);
    reading.next = found.checkpoint / RECORD_SIZE;
    if (commit_log_replay(log, read_records, &reading, &diag) < 0)
        fail_msg("%s: replay: %s", at, diag.text);
    if (stored_below(reading.next) < stored_below(least))
        fail_msg("%s: %" PRIu64 " records were durable, %" PRIu64 " are there", at, least,
                 reading.next);
    if (commit_log_start(log, &diag) < 0)
        fail_msg("%s: start: %s", at, diag.text);
    n = commit_log_position(log) / RECORD_SIZE;
    while (is_volatile(n))
        commit_log_append_volatile(log, record_of(text, n++));
    append_records(log, n, n + 1);
    if (commit_log_flush(log, &diag) < 0)
        fail_msg("%s: flush: %s", at, diag.text);
    commit_log_close(log);
    run->looks++;
    return n + 1;
}

/* What would a kill leave right now, a power cut soon after it, and power cuts of all sorts? */
static void look(struct run *run, uint64_t step)
{
    uint64_t durable = run->log ? commit_log_durable(run->log) / RECORD_SIZE : 0;
    struct twin *left = twin_after_kill(run->twin), *cut;
    uint64_t there;
    char at[80]; /* for messages */

    if (durable > run->promised)
        run->promised = durable;
    snprintf(at, sizeof(at), "failure %" PRIu64 "+%" PRIu64 ", step %" PRIu64, run->fail_from,
             run->fail_steps, step);
    there = recover(run, left, run->promised, at);
    cut = twin_after_power_cut(left, TWIN_LOSES_ALL);
    recover(run, cut, there, at); /* for the next process has called all of it durable */
    twin_free(cut);
    twin_free(left);
    for (uint64_t i = 0; i < CUTS_AT_ONCE; i++) {
        int loss = (int)((step + run->fail_from + i) % TWIN_LOSSES);

        left = twin_after_power_cut(run->twin, (enum twin_loss)loss);
        recover(run, left, run->sync == COMMIT_ALWAYS ? run->promised : 0, at);
        twin_free(left);
    }
}

static void before_step(void *context, uint64_t step)
{
    struct run *run = context;

    if (run->watched && step % STRIDE == 0)
        look(run, step);
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

/* Once more when all is well again, which takes more steps than those that are watched. */
static void look_afterwards(struct run *run)
{
    int failed = run->failed;

    if (failed > run->looked_at)
        look(run, twin_steps(run->twin));
    run->looked_at = failed;
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
    options.listener = (struct commit_listener){run, on_durable, on_failed, on_recovered, NULL};
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
            look_afterwards(run);
            return;
        }
        assert_true(rc == ERR_IO || rc == ERR_FULL);
        assert_true(diag.text[0]);
        run->failed++;
        run->recovered++; /* nobody says so, but a later round here succeeds */
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
    look_afterwards(run);
}

/* By the thread, or by this one, where durable means written. */
static uint64_t append_somehow(struct commit_log *log, struct span record, uint64_t n)
{
    uint64_t end;

    if (n % 2)
        return commit_log_append(log, record);
    end = commit_log_put(log, record);
    commit_log_kick(log);
    return end;
}

static void add(struct run *run, unsigned count)
{
    char text[RECORD_SIZE + 1];

    for (unsigned i = 0; i < count; i++) {
        uint64_t n = run->appended++;
        struct span record = record_of(text, n);
        uint64_t end = is_volatile(n) ? commit_log_append_volatile(run->log, record)
                                      : append_somehow(run->log, record, n);

        assert_int_equal(end, (n + 1) * RECORD_SIZE);
    }
}

static void store(struct run *run, unsigned count)
{
    add(run, count);
    settle(run);
}

static int write_checkpoint(struct io *io, const char *path, struct diag *diag)
{
    struct io_file *file;
    char beside[4096 + 8];
    int rc;

    snprintf(beside, sizeof(beside), "%s.tmp", path);
    rc = io_open(io, beside, IO_WRITE | IO_CREATE | IO_TRUNCATE, &file, diag);
    if (rc < 0)
        return rc;
    rc = io_append(file, SPAN("everything up to here"), diag);
    if (rc == 0)
        rc = io_sync(file, diag);
    io_close(file);
    return rc < 0 ? rc : io_rename(io, beside, path, diag); /* syncing that is the log's business */
}

/* Whatever it says, the log goes on. */
static void try_checkpoint(struct run *run)
{
    struct io *io = twin_io(run->twin);
    uint64_t position = commit_log_mark(run->log);
    struct diag diag = {0};
    char path[4096];
    int rc;

    commit_log_checkpoint_path(run->log, position, path, sizeof(path));
    rc = write_checkpoint(io, path, &diag);
    if (rc == 0)
        rc = commit_log_install(run->log, position, &diag);
    assert_int_equal(rc, diag.code);
    if (rc < 0)
        mend(run);
}

static void rotate(struct run *run)
{
    for (int i = 0; i < 6; i++)
        store(run, 3);
}

static void mark_with_more_behind(struct run *run)
{
    commit_log_mark(run->log);
    store(run, 2);
}

static void mark_with_nothing_behind(struct run *run)
{
    commit_log_mark(run->log);
    store(run, 0);
}

static void store_some(struct run *run)
{
    store(run, 5);
}

static void restart(struct run *run)
{
    end(run);
    begin(run);
}

static void (*const script[])(struct run *run) = {
    begin,
    store_some,
    rotate,
    mark_with_more_behind,
    mark_with_nothing_behind,
    try_checkpoint,
    store_some,
    restart,
    store_some,
    try_checkpoint,
    try_checkpoint,
    store_some,
    end,
    begin,
    end,
};

static void count_known(void *context, const char *name)
{
    const char *end = strrchr(name, '.');

    *(unsigned *)context +=
        end && (strcmp(end, ".log") == 0 || strcmp(end, ".rdb") == 0 || strcmp(end, ".tmp") == 0);
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
    for (size_t i = 0; i < sizeof(script) / sizeof(script[0]); i++)
        script[i](&run);
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
    static const uint64_t lengths[] = {1, UNTIL_MENDED, 3};
    size_t count = sync == COMMIT_ALWAYS ? 3 : 2;
    uint64_t looks = 0, steps = run_script(sync, 0, 0, &looks);

    for (size_t i = 0; i < count; i++)
        for (uint64_t from = 1 + i % STRIDE; from <= steps; from += STRIDE)
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

/* --- Kills. */

/* A write fails, is made up for, and the rest is written again. */
static void fail_once(struct run *run)
{
    twin_fail_at(run->twin, twin_steps(run->twin) + 1, ERR_IO, false);
    store(run, 3);
}

/* The bytes were there, and what was to bring them onto the disk did not. */
static void fail_to_sync(struct run *run)
{
    twin_fail_at(run->twin, twin_steps(run->twin) + 2, ERR_IO, false);
    store(run, 3);
}

/* The disk is dead, and so is the process soon. */
static void fail_for_good(struct run *run)
{
    struct commit_log *log = run->log;

    twin_fail_at(run->twin, twin_steps(run->twin) + 2, ERR_IO, true);
    while (commit_log_flush(log, NULL) == 0)
        add(run, 1);
}

static void leave_marked(struct run *run)
{
    commit_log_mark(run->log);
    add(run, 2);
}

/* Does one thing after another, and is killed; the next process finds what is left, and is looked
 * at in every step that it makes. */
static uint64_t kill_after(enum commit_sync sync, void (*const *things)(struct run *run),
                           size_t count)
{
    struct run first = {.twin = twin_new(), .sync = sync};
    struct run second = {.sync = COMMIT_ALWAYS, .watched = true};

    for (size_t i = 0; i < count; i++)
        things[i](&first);
    if (sync == COMMIT_ALWAYS)
        second.promised = (uint64_t)first.promised;
    second.twin = twin_after_kill(first.twin);
    if (first.log)
        end(&first);
    twin_free(first.twin);
    twin_on_step(second.twin, before_step, &second);
    begin(&second);
    store(&second, 2);
    restart(&second);
    end(&second);
    twin_free(second.twin);
    return second.looks;
}

/* A log may be left by a kill right after each of the things that it does; the power may go
 * whenever the next process has begun to put it in order. */
static void test_a_killed_log_is_put_in_order_whenever_the_power_goes(void **state)
{
    static void (*const bad_days[])(struct run * run) = {begin,        store_some,   fail_once,
                                                         fail_to_sync, fail_once,    leave_marked,
                                                         store_some,   fail_for_good};
    uint64_t looks = 0;

    (void)state;
    for (int sync = COMMIT_ALWAYS; sync <= COMMIT_NO; sync++) {
        for (size_t count = 1; count <= sizeof(script) / sizeof(script[0]); count++)
            looks += kill_after((enum commit_sync)sync, script, count);
        for (size_t count = 1; count <= sizeof(bad_days) / sizeof(bad_days[0]); count++)
            looks += kill_after((enum commit_sync)sync, bad_days, count);
    }
    print_message("%" PRIu64 " disks recovered from\n", looks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_killed_log_is_put_in_order_whenever_the_power_goes),
        cmocka_unit_test(test_nothing_durable_is_lost_whichever_step_fails),
        cmocka_unit_test(test_nothing_written_is_lost_to_a_kill_whichever_step_fails_everysec),
        cmocka_unit_test(test_nothing_written_is_lost_to_a_kill_whichever_step_fails_no),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
