/* The commit log on a disk that works: what is appended gets durable in order, marks and
 * checkpoints lie where they were asked for, and the next process finds all of it. Failing disks
 * have test_commit_log_failures.c, power cuts test_commit_log_power.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/base/check.h"
#include "core/time/clock.h"
#include "storage/log/commit_internal.h"
#include "storage/log/manifest.h"
#include "tests/unit/storage/log_fixture.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

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
    assert_int_equal(commit_log_position(log), 8 + 2 * RECORD_SIZE); /* the last is taken back */
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

/* Others get the positions then; but for those that a record, a checkpoint or a start has behind
 * it. */
static void test_volatile_positions_at_the_end_can_be_taken_back(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, COMMIT_ALWAYS);
    char text[RECORD_SIZE + 1];
    uint64_t position;

    (void)state;
    assert_int_equal(commit_log_rewind(log), 0);
    commit_log_append_volatile(log, SPAN("12345"));
    commit_log_append(log, record_of(text, 0));
    commit_log_append_volatile(log, SPAN("678"));
    commit_log_append_volatile(log, SPAN("9"));
    flush(log);
    assert_int_equal(commit_log_rewind(log), 5 + RECORD_SIZE);
    assert_int_equal(commit_log_position(log), 5 + RECORD_SIZE);
    assert_int_equal(commit_log_durable(log), 5 + RECORD_SIZE);
    assert_int_equal(commit_log_append(log, record_of(text, 1)), 5 + 2 * RECORD_SIZE);
    flush(log);
    assert_int_equal(commit_log_durable(log), 5 + 2 * RECORD_SIZE);
    commit_log_append_volatile(log, SPAN("volatile"));
    position = checkpoint(log, twin_io(twin));
    assert_int_equal(commit_log_rewind(log), position);
    commit_log_append_volatile(log, SPAN("more"));
    assert_int_equal(commit_log_rewind(log), position);
    log = reopen_after_kill(&twin, log);
    assert_int_equal(commit_log_position(log), position);
    free_both(log, twin);
}

/* --- Group commit. */

/* Holds the disk at the first step it is asked about, until it is let go. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool armed, held, let_go;
};

static void stop_at_gate(void *context, uint64_t step)
{
    struct gate *gate = context;

    (void)step;
    pthread_mutex_lock(&gate->lock);
    if (gate->armed) {
        gate->armed = false;
        gate->held = true;
        pthread_cond_broadcast(&gate->changed);
        while (!gate->let_go)
            pthread_cond_wait(&gate->changed, &gate->lock);
    }
    pthread_mutex_unlock(&gate->lock);
}

/* While the disk is busy with one record, any number come together, and share one frame and sync.
 */
static void test_what_comes_while_the_disk_works_is_one_frame(void **state)
{
    struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, COMMIT_ALWAYS);
    struct commit_facts facts;

    (void)state;
    gate.armed = true;
    twin_on_step(twin, stop_at_gate, &gate);
    append_records(log, 0, 1);
    pthread_mutex_lock(&gate.lock);
    while (!gate.held)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    append_records(log, 1, 1000); /* none of which waits for the disk */
    assert_int_equal(commit_log_durable(log), 0);
    pthread_mutex_lock(&gate.lock);
    gate.let_go = true;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
    flush(log);
    commit_log_facts(log, &facts);
    assert_int_equal(facts.frames, 2);
    assert_int_equal(facts.syncs, 2);
    commit_log_close(log);
    assert_int_equal(records_on(twin), 1000);
    twin_free(twin);
}

enum {
    APPENDERS = 4,
    EACH = 1500,
    MARKS = 25,
};

/* One of several threads that use a log. What goes wrong is counted: cmocka knows one thread. */
struct user {
    struct commit_log *log;
    pthread_t thread;
    uint64_t number;
    uint64_t marks[MARKS];
    _Atomic bool *done;
    bool kicks; /* puts and kicks, and now durable is this, now that */
    unsigned wrong;
};

static void *append_many(void *argument)
{
    struct user *user = argument;
    char text[RECORD_SIZE + 1];
    uint64_t before = 0;

    for (uint64_t i = 0; i < EACH; i++) {
        struct span record = record_of(text, user->number * EACH + i);
        uint64_t end =
            user->kicks ? commit_log_put(user->log, record) : commit_log_append(user->log, record);

        if (user->kicks && i % 3 == 0)
            commit_log_kick(user->log);

        user->wrong += end < before + RECORD_SIZE || end > commit_log_position(user->log);
        before = end;
        if (i % 100 == 0)
            user->wrong +=
                commit_log_flush(user->log, NULL) < 0 || commit_log_durable(user->log) < end;
    }
    return NULL;
}

static void *mark_often(void *argument)
{
    struct user *user = argument;

    static const enum commit_sync modes[] = {COMMIT_NO, COMMIT_ALWAYS, COMMIT_EVERYSEC};

    for (size_t i = 0; i < MARKS; i++) {
        if (user->kicks)
            commit_log_set_sync(user->log, modes[i % 3]);
        user->marks[i] = commit_log_mark(user->log);
        user->wrong += commit_log_flush(user->log, NULL) < 0;
    }
    return NULL;
}

static void *watch(void *argument)
{
    struct user *user = argument;
    uint64_t before = 0;

    while (!*user->done) {
        uint64_t durable = commit_log_durable(user->log);
        struct commit_facts facts;

        user->wrong += durable < before || durable > commit_log_position(user->log);
        before = durable;
        commit_log_facts(user->log, &facts);
        user->wrong += facts.durable > facts.position || facts.syncs > facts.frames;
        user->wrong += commit_log_has_failed(user->log, NULL);
    }
    return NULL;
}

static void note_durable(void *context, uint64_t position)
{
    uint64_t *last = context; /* the log's thread's until that has ended */

    CHECK(position >= *last);
    *last = position;
}

/* Each thread's records are there, in its order. */
static void expect_everybodys(const struct buffer *bytes)
{
    uint64_t next[APPENDERS] = {0};
    char text[RECORD_SIZE + 1];

    assert_int_equal(bytes->size, APPENDERS * EACH * RECORD_SIZE);
    for (size_t at = 0; at < bytes->size; at += RECORD_SIZE) {
        char number[9] = {0};
        uint64_t n;

        memcpy(number, bytes->data + at, 8);
        n = strtoull(number, NULL, 10);
        assert_true(n / EACH < APPENDERS);
        assert_int_equal(n % EACH, next[n / EACH]++);
        assert_memory_equal(bytes->data + at, record_of(text, n).data, RECORD_SIZE);
    }
}

/* Where a mark is, a segment ends: no frame lies across it. */
static void expect_marks_between_frames(struct twin *twin, const struct user *marker)
{
    struct commit_reader *reader;
    struct commit_frame frame;

    assert_int_equal(commit_reader_open(twin_io(twin), "log", 0, &reader, NULL), 0);
    while (commit_reader_next(reader, &frame, NULL) == 0)
        for (size_t i = 0; i < MARKS; i++)
            assert_true(marker->marks[i] <= frame.begin || marker->marks[i] >= frame.end);
    commit_reader_free(reader);
}

static void use_by_many(enum commit_sync sync, bool kicks)
{
    struct twin *twin = twin_new();
    struct commit_options options = options_of(twin_io(twin), sync);
    _Atomic bool done = false;
    struct user users[APPENDERS + 2];
    struct buffer bytes = {0};
    uint64_t published = 0;
    struct commit_log *log;

    if (!kicks) /* else it is told by several threads, in no order */
        options.listener = (struct commit_listener){.context = &published, .durable = note_durable};
    options.segment_bytes = 20000;
    log = open_with(&options, true);
    for (unsigned i = 0; i < APPENDERS + 2; i++) {
        users[i] = (struct user){.log = log, .number = i, .done = &done, .kicks = kicks};
        assert_int_equal(pthread_create(&users[i].thread, NULL,
                                        i < APPENDERS    ? append_many
                                        : i == APPENDERS ? mark_often
                                                         : watch,
                                        &users[i]),
                         0);
    }
    for (unsigned i = 0; i < APPENDERS + 2; i++) {
        if (i == APPENDERS + 1)
            done = true;
        pthread_join(users[i].thread, NULL);
        assert_int_equal(users[i].wrong, 0);
    }
    commit_log_close(log);
    assert_int_equal(published, kicks ? 0 : APPENDERS * EACH * RECORD_SIZE);
    log = open_with(&options, false);
    assert_int_equal(commit_log_replay(log, collect_records, &bytes, NULL), 0);
    expect_everybodys(&bytes);
    commit_log_close(log);
    expect_marks_between_frames(twin, &users[APPENDERS]);
    buffer_release(&bytes);
    twin_free(twin);
}

static void test_many_threads_append_in_order_and_are_all_durable(void **state)
{
    (void)state;
    use_by_many(COMMIT_ALWAYS, false);
    use_by_many(COMMIT_EVERYSEC, true);
}

static uint64_t records_after_kill(const struct twin *twin)
{
    struct twin *killed = twin_after_kill(twin);
    uint64_t count = records_on(killed);

    twin_free(killed);
    return count;
}

/* Where durable means written: nobody is waited for. */
static void test_who_kicks_writes_what_is_little(void **state)
{
    static const enum commit_sync modes[] = {COMMIT_EVERYSEC, COMMIT_NO};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct twin *twin = twin_new();
        struct commit_log *log = open_log(twin, modes[i]);
        char text[RECORD_SIZE + 1], *much = mem_zalloc(100000);

        for (uint64_t n = 0; n < 20; n += 2) {
            commit_log_put(log, record_of(text, n));
            commit_log_put(log, record_of(text, n + 1));
            commit_log_kick(log);
            assert_int_equal(commit_log_durable(log), (n + 2) * RECORD_SIZE);
        }
        commit_log_append_volatile(log, SPAN("volatile"));
        assert_int_equal(commit_log_durable(log), commit_log_position(log));
        commit_log_rewind(log);
        assert_int_equal(records_after_kill(twin), 20);
        commit_log_kick(log); /* with nothing to write */
        commit_log_mark(log); /* a segment that ends is the thread's */
        commit_log_put(log, record_of(text, 20));
        commit_log_kick(log);
        flush(log);
        assert_int_equal(records_after_kill(twin), 21);
        commit_log_put(log, span_of(much, 100000)); /* and so is much */
        commit_log_kick(log);
        flush(log);
        mem_free(much);
        free_both(log, twin);
    }
}

/* --- Segments, marks and checkpoints. */

static unsigned segments_of(const struct commit_log *log)
{
    struct commit_facts facts;

    commit_log_facts(log, &facts);
    return facts.segments;
}

static void test_a_mark_ends_the_segment_also_with_nothing_behind_it(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, COMMIT_ALWAYS);

    (void)state;
    append_records(log, 0, 3);
    assert_int_equal(commit_log_mark(log), 3 * RECORD_SIZE);
    append_records(log, 3, 4);
    flush(log);
    assert_int_equal(segments_of(log), 2);
    assert_int_equal(checkpoint(log, twin_io(twin)), 4 * RECORD_SIZE); /* waits for the mark */
    assert_int_equal(segments_of(log), 1);
    assert_int_equal(checkpoint(log, twin_io(twin)), 4 * RECORD_SIZE);
    assert_int_equal(files_in(twin, "log"), 4); /* lock, manifest, checkpoint, a segment */
    log = reopen_after_kill(&twin, log);
    append_records(log, 4, 5);
    commit_log_close(log);
    assert_int_equal(records_on(twin), 5);
    twin_free(twin);
}

static void test_install_takes_positions_that_were_reached_and_are_not_older(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, COMMIT_ALWAYS);
    struct diag diag = {0};
    uint64_t first, second;

    (void)state;
    append_records(log, 0, 3);
    first = checkpoint(log, twin_io(twin));
    append_records(log, 3, 6);
    second = commit_log_mark(log);
    append_records(log, 6, 7);
    assert_int_equal(commit_log_install(log, first - 1, &diag), ERR_RANGE);
    assert_int_equal(commit_log_install(log, commit_log_position(log) + 1, &diag), ERR_RANGE);
    assert_non_null(strstr(diag.text, "no checkpoint can be at position"));
    assert_int_equal(commit_log_install(log, second, &diag), ERR_MISSING); /* the file */
    log = reopen_after_kill(&twin, log);
    write_file(twin_io(twin), "log/checkpoint-240.rdb", SPAN("everything up to here"));
    assert_int_equal(commit_log_install(log, second, &diag), 0);
    assert_int_equal(commit_log_install(log, first, &diag), ERR_RANGE);
    append_records(log, 7, 8);
    flush(log);
    log = reopen_after_kill(&twin, log);
    assert_int_equal(commit_log_position(log) / RECORD_SIZE, 8);
    commit_log_close(log);
    assert_int_equal(records_on(twin), 8);
    twin_free(twin);
}

/* A log of so many tiny segments; there are no files, and none is needed to open and start it. */
static void make_log_of(struct twin *twin, size_t count)
{
    struct manifest manifest = {.history = {.id = "0123456789012345678901234567890123456789"},
                                .next_number = 1000000,
                                .checkpoint_position = 1};
    char name[LOG_NAME_LIMIT];

    assert_int_equal(io_make_directory(twin_io(twin), "log", NULL), 0);
    for (size_t i = 0; i < count; i++) {
        struct manifest_segment *segment;

        snprintf(name, sizeof(name), "%010zu-%zu.log", i, i * RECORD_SIZE);
        segment = manifest_add(&manifest, name, i * RECORD_SIZE);
        segment->closed = true;
        segment->end = (i + 1) * RECORD_SIZE;
    }
    manifest.checkpoint_position = 0;
    assert_int_equal(manifest_store(&manifest, twin_io(twin), "log", NULL), 0);
    manifest_release(&manifest);
}

/* So half of the room is kept for what can't be put off. */
static void test_a_log_of_too_many_segments_lets_them_grow(void **state)
{
    struct twin *twin = twin_new();
    struct commit_options options = options_of(twin_io(twin), COMMIT_ALWAYS);
    struct commit_log *log;
    unsigned before;

    (void)state;
    make_log_of(twin, LOG_SEGMENTS_LIMIT / 2);
    options.segment_bytes = 1;
    log = open_with(&options, true);
    before = segments_of(log);
    assert_int_equal(before, LOG_SEGMENTS_LIMIT / 2 + 1);
    for (uint64_t n = 0; n < 10; n++) {
        append_records(log, n, n + 1);
        flush(log);
    }
    assert_int_equal(segments_of(log), before);
    checkpoint(log, twin_io(twin)); /* which a mark of its own has made room for */
    assert_int_equal(segments_of(log), 1);
    free_both(log, twin);
}

static void test_a_full_log_says_that_a_checkpoint_is_needed(void **state)
{
    struct twin *twin = twin_new();
    struct commit_options options = options_of(twin_io(twin), COMMIT_ALWAYS);
    struct commit_recovery found;
    struct diag diag = {0};
    struct commit_log *log;

    (void)state;
    make_log_of(twin, LOG_SEGMENTS_LIMIT);
    assert_int_equal(commit_log_open(&options, &log, &found, &diag), 0);
    assert_int_equal(commit_log_start(log, &diag), ERR_FULL);
    assert_non_null(strstr(diag.text, "a checkpoint is needed"));
    free_both(log, twin);
}

/* --- Other ways to sync. */

/* Waits, with a deadline, until the log has synced more than `before` times. */
static void await_sync(struct commit_log *log, uint64_t before)
{
    int64_t deadline = clock_now_ms() + 30000;
    struct commit_facts facts;

    do {
        sched_yield();
        commit_log_facts(log, &facts);
        if (clock_now_ms() > deadline)
            fail_msg("it does not sync");
    } while (facts.syncs <= before);
}

static uint64_t records_after_power_cut(struct twin *twin)
{
    struct twin *left = twin_after_power_cut(twin, TWIN_LOSES_ALL);
    uint64_t records = records_on(left);

    twin_free(left);
    return records;
}

static void test_unsynced_records_survive_a_kill_and_closing_syncs_them(void **state)
{
    static const enum commit_sync syncs[] = {COMMIT_EVERYSEC, COMMIT_NO};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct twin *twin = twin_new();
        struct commit_log *log = open_log(twin, syncs[i]);

        commit_log_pause_sync(log, true);
        append_records(log, 0, 20);
        flush(log);
        assert_int_equal(records_after_power_cut(twin), 0);
        assert_int_equal(records_after_kill(twin), 20);
        commit_log_close(log);
        assert_int_equal(records_after_power_cut(twin), 20);
        twin_free(twin);
    }
}

static void test_everysec_syncs_by_itself_and_a_pause_ends(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, COMMIT_EVERYSEC);

    (void)state;
    commit_log_pause_sync(log, true);
    append_records(log, 0, 20);
    flush(log);
    commit_log_pause_sync(log, false);
    await_sync(log, 0);
    assert_int_equal(records_after_power_cut(twin), 20);
    free_both(log, twin);
}

/* What was durable by being written is synced when that is what durable comes to mean. */
static void test_a_change_to_always_syncs_what_was_written(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, COMMIT_NO);

    (void)state;
    append_records(log, 0, 20);
    flush(log);
    commit_log_set_compress(log, false);
    commit_log_set_sync(log, COMMIT_ALWAYS);
    await_sync(log, 0);
    assert_int_equal(records_after_power_cut(twin), 20);
    free_both(log, twin);
}

/* The log's thread was about to write, and waited for who was at the files. */
struct renaming {
    struct commit_log *log;
    struct gate disk, durable;
    _Atomic uint64_t position; /* told to be durable */
};

static void *rename_history(void *argument)
{
    struct renaming *renaming = argument;
    struct commit_history history;

    commit_log_history(renaming->log, &history);
    commit_log_set_history(renaming->log, &history, NULL);
    return NULL;
}

static void stop_when_durable(void *context, uint64_t position)
{
    struct renaming *renaming = context;

    atomic_store(&renaming->position, position);
    if (position == 2 * RECORD_SIZE)
        stop_at_gate(&renaming->durable, 0);
}

static void await_gate(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    while (!gate->held)
        pthread_cond_wait(&gate->changed, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

static void open_gate(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->let_go = true;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

static void await_that_the_thread_has_woken(struct commit_log *log)
{
    bool woken = false;

    while (!woken) {
        sched_yield();
        pthread_mutex_lock(&log->lock);
        woken = !log->kicked;
        pthread_mutex_unlock(&log->lock);
    }
}

static void test_what_comes_behind_a_change_to_always_is_synced_before_it_is_durable(void **state)
{
    const struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER,
                              .changed = PTHREAD_COND_INITIALIZER};
    struct renaming renaming = {.disk = gate, .durable = gate};
    struct twin *twin = twin_new();
    struct commit_options options = options_of(twin_io(twin), COMMIT_EVERYSEC);
    pthread_t thread;

    (void)state;
    options.listener = (struct commit_listener){.context = &renaming, .durable = stop_when_durable};
    renaming.log = open_with(&options, true);
    renaming.disk.armed = renaming.durable.armed = true;
    twin_on_step(twin, stop_at_gate, &renaming.disk);
    assert_int_equal(pthread_create(&thread, NULL, rename_history, &renaming), 0);
    await_gate(&renaming.disk); /* the manifest is being written */
    append_records(renaming.log, 0, 1);
    await_that_the_thread_has_woken(renaming.log);
    commit_log_set_sync(renaming.log, COMMIT_ALWAYS);
    append_records(renaming.log, 1, 2);
    open_gate(&renaming.disk);
    await_gate(&renaming.durable);
    assert_int_equal(atomic_load(&renaming.position), 2 * RECORD_SIZE);
    assert_int_equal(records_after_power_cut(twin), 2);
    open_gate(&renaming.durable);
    pthread_join(thread, NULL);
    free_both(renaming.log, twin);
}

/* --- Disks on bad days, one by one. */

static void flush_until_durable(struct commit_log *log, enum commit_sync sync)
{
    int64_t deadline = clock_now_ms() + 30000;

    while (commit_log_flush(log, NULL) < 0) {
        commit_log_set_sync(log, sync); /* tries again at once */
        sched_yield();
        if (clock_now_ms() > deadline)
            fail_msg("it does not recover");
    }
}

/* It all is written again. */
static void test_what_who_kicks_fails_to_write_the_thread_writes(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, COMMIT_EVERYSEC);
    char text[RECORD_SIZE + 1];

    (void)state;
    for (uint64_t n = 0; n < 10; n++) {
        twin_fail_at(twin, n % 2 ? twin_steps(twin) + 1 : 0, ERR_IO, false);
        commit_log_put(log, record_of(text, n));
        commit_log_kick(log);
        flush_until_durable(log, COMMIT_EVERYSEC);
        assert_int_equal(records_after_kill(twin), n + 1);
    }
    commit_log_close(log);
    assert_int_equal(records_on(twin), 10);
    twin_free(twin);
}

/* Nobody has kept it, so it is read from the file, where a failed sync has left it readable. */
static void test_what_was_written_without_a_sync_is_read_back_and_written_again(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, COMMIT_NO);

    (void)state;
    for (uint64_t n = 0; n < 20; n += 2) {
        append_records(log, n, n + 2);
        flush(log);
    }
    twin_fail_at(twin, twin_steps(twin) + 1, ERR_IO, false);
    append_records(log, 20, 21);
    flush_until_durable(log, COMMIT_NO);
    assert_true(records_after_power_cut(twin) >= 20); /* it was synced on the way */
    commit_log_close(log);
    assert_int_equal(records_on(twin), 21);
    twin_free(twin);
}

/* What was promised is there and nowhere else: going on without it would be to lose it. */
static void test_a_log_that_cannot_read_back_stays_failed_until_it_can(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, COMMIT_NO);
    struct diag why = {0};

    (void)state;
    append_records(log, 0, 10);
    flush(log);
    assert_true(twin_flip(twin, "log/0000000001-0.log", 150, 1));
    twin_fail_at(twin, twin_steps(twin) + 1, ERR_IO, false);
    append_records(log, 10, 11);
    do
        commit_log_set_sync(log, COMMIT_NO);
    while (!commit_log_has_failed(log, &why) || !strstr(why.text, "can't be read back"));
    assert_int_equal(why.code, ERR_DAMAGED);
    assert_true(commit_log_flush(log, NULL) < 0);
    assert_true(twin_flip(twin, "log/0000000001-0.log", 150, 1));
    flush_until_durable(log, COMMIT_NO);
    commit_log_close(log);
    assert_int_equal(records_on(twin), 11);
    twin_free(twin);
}

/* However often it tries, it leaves no files behind that nobody needs. */
static void wait_on_a_full_disk(enum commit_sync sync)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, sync);
    unsigned files;

    append_records(log, 0, 20);
    flush(log);
    files = files_in(twin, "log");
    for (uint64_t room = 0; room < 600; room += 20) { /* fails here, or a little later */
        uint64_t tried = twin_steps(twin) + 12;

        twin_set_capacity(twin, 700 + room);
        append_records(log, 20 + room / 20, 21 + room / 20);
        while (commit_log_flush(log, NULL) < 0 && twin_steps(twin) < tried)
            commit_log_set_sync(log, sync);
        assert_true(files_in(twin, "log") <= files + 2); /* one being tried, and manifest.tmp */
        twin_set_capacity(twin, UINT64_MAX);
        flush_until_durable(log, sync);
        files = segments_of(log) + 2;
        assert_int_equal(files_in(twin, "log"), files);
    }
    commit_log_close(log);
    assert_int_equal(records_on(twin), 50);
    twin_free(twin);
}

static void test_a_full_disk_is_waited_for_and_not_filled_up(void **state)
{
    (void)state;
    wait_on_a_full_disk(COMMIT_ALWAYS);
    wait_on_a_full_disk(COMMIT_EVERYSEC);
}

static void test_closing_on_a_dead_disk_ends_soon(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_log(twin, COMMIT_ALWAYS);
    int64_t began;

    (void)state;
    append_records(log, 0, 20);
    flush(log);
    twin_fail_at(twin, twin_steps(twin) + 1, ERR_IO, true);
    append_records(log, 20, 25);
    assert_int_equal(commit_log_flush(log, NULL), ERR_IO);
    began = clock_now_ms();
    commit_log_close(log);
    assert_true(clock_now_ms() - began < 10000); /* a second by its word; machines are busy */
    twin_fail_at(twin, 0, 0, false);
    assert_true(records_on(twin) >= 20);
    twin_free(twin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_log_is_made_and_found_again),
        cmocka_unit_test(test_a_position_is_the_number_of_bytes_appended),
        cmocka_unit_test(test_a_second_process_is_kept_out),
        cmocka_unit_test(test_volatile_records_take_positions_and_leave_nothing),
        cmocka_unit_test(test_a_kill_after_a_checkpoint_behind_volatile_records),
        cmocka_unit_test(test_volatile_positions_at_the_end_can_be_taken_back),
        cmocka_unit_test(test_what_comes_while_the_disk_works_is_one_frame),
        cmocka_unit_test(test_many_threads_append_in_order_and_are_all_durable),
        cmocka_unit_test(test_who_kicks_writes_what_is_little),
        cmocka_unit_test(test_what_who_kicks_fails_to_write_the_thread_writes),
        cmocka_unit_test(test_a_mark_ends_the_segment_also_with_nothing_behind_it),
        cmocka_unit_test(test_install_takes_positions_that_were_reached_and_are_not_older),
        cmocka_unit_test(test_a_log_of_too_many_segments_lets_them_grow),
        cmocka_unit_test(test_a_full_log_says_that_a_checkpoint_is_needed),
        cmocka_unit_test(test_unsynced_records_survive_a_kill_and_closing_syncs_them),
        cmocka_unit_test(test_everysec_syncs_by_itself_and_a_pause_ends),
        cmocka_unit_test(test_a_change_to_always_syncs_what_was_written),
        cmocka_unit_test(test_what_comes_behind_a_change_to_always_is_synced_before_it_is_durable),
        cmocka_unit_test(test_what_was_written_without_a_sync_is_read_back_and_written_again),
        cmocka_unit_test(test_a_log_that_cannot_read_back_stays_failed_until_it_can),
        cmocka_unit_test(test_a_full_disk_is_waited_for_and_not_filled_up),
        cmocka_unit_test(test_closing_on_a_dead_disk_ends_soon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
