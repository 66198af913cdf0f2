/* What is kept for replicas: what somebody is to read stays, checkpoints or not, and what nobody
 * needs goes. */
#include "log_fixture.h"

#include "storage/log/commit_backup.h"
#include "storage/log/manifest.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum {
    SMALL_SEGMENT_BYTES = 1000,
};

static struct commit_options small_options(struct twin *twin, enum commit_sync sync)
{
    struct commit_options options = options_of(twin_io(twin), sync);

    options.segment_bytes = SMALL_SEGMENT_BYTES;
    return options;
}

static struct commit_log *open_small(struct twin *twin)
{
    struct commit_options options = small_options(twin, COMMIT_ALWAYS);

    return open_with(&options, true);
}

static void append_flushed(struct commit_log *log, uint64_t from, uint64_t to)
{
    for (uint64_t n = from; n < to; n++) {
        append_records(log, n, n + 1);
        flush(log);
    }
}

/* From the position on everything up to record `to` is there. */
static void expect_readable(struct twin *twin, uint64_t position, uint64_t to)
{
    struct commit_reader *reader = NULL;
    struct commit_frame frame;
    struct diag diag = {0};
    char text[RECORD_SIZE + 1];
    uint64_t n = position / RECORD_SIZE;

    if (commit_reader_open(twin_io(twin), "log", position, &reader, &diag) < 0)
        fail_msg("at %" PRIu64 ": %s", position, diag.text);
    while (commit_reader_next(reader, &frame, &diag) == 0) {
        assert_int_equal(frame.begin, n * RECORD_SIZE);
        for (size_t at = 0; at < frame.records.size; at += RECORD_SIZE)
            assert_memory_equal(frame.records.data + at, record_of(text, n++).data, RECORD_SIZE);
    }
    assert_int_equal(n, to);
    commit_reader_free(reader);
}

static void expect_gone(struct twin *twin, uint64_t position)
{
    struct commit_reader *reader;

    assert_int_equal(commit_reader_open(twin_io(twin), "log", position, &reader, NULL),
                     ERR_MISSING);
}

/* --- Beside checkpoints. */

static void test_checkpoints_leave_alone_what_is_kept(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin);
    const uint64_t position = 20 * RECORD_SIZE + 7; /* in the middle of a record */
    uint64_t oldest;

    (void)state;
    assert_int_equal(commit_log_oldest(log), 0);
    append_flushed(log, 0, 50);
    commit_log_keep(log, position);
    assert_int_equal(commit_log_oldest(log), 0);
    for (uint64_t n = 50; n < 200; n += 30) {
        checkpoint(log, twin_io(twin));
        append_flushed(log, n, n + 30);
        oldest = commit_log_oldest(log);
        assert_true(oldest > 0 && oldest <= position && position - oldest < 2000);
        expect_readable(twin, position, n + 30);
        expect_readable(twin, oldest, n + 30);
        expect_gone(twin, oldest - 1);
    }
    commit_log_keep(log, 100 * RECORD_SIZE);
    checkpoint(log, twin_io(twin));
    oldest = commit_log_oldest(log);
    assert_true(oldest > position && oldest <= 100 * RECORD_SIZE);
    expect_readable(twin, 100 * RECORD_SIZE, 200);
    commit_log_keep(log, UINT64_MAX);
    checkpoint(log, twin_io(twin));
    assert_int_equal(commit_log_oldest(log), 200 * RECORD_SIZE);
    assert_int_equal(files_in(twin, "log"), 4);
    commit_log_close(log);
    twin_free(twin);
}

static void test_what_is_kept_is_nothing_that_another_checkpoint_could_save(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin);
    struct commit_facts facts;
    uint64_t without;

    (void)state;
    append_flushed(log, 0, 100);
    commit_log_keep(log, 0);
    checkpoint(log, twin_io(twin));
    commit_log_facts(log, &facts);
    without = facts.disk_bytes;
    assert_true(facts.kept_bytes > (uint64_t)50 * RECORD_SIZE && facts.segments > 3);
    commit_log_keep(log, UINT64_MAX);
    checkpoint(log, twin_io(twin));
    commit_log_facts(log, &facts);
    assert_int_equal(facts.disk_bytes, without);
    assert_int_equal(facts.kept_bytes, 0);
    assert_int_equal(facts.segments, 1);
    commit_log_close(log);
    twin_free(twin);
}

static void test_what_was_kept_survives_a_restart_until_the_first_checkpoint(void **state)
{
    struct twin *twin = twin_new(), *left;
    struct commit_log *log = open_small(twin);

    (void)state;
    append_flushed(log, 0, 60);
    commit_log_keep(log, 1);
    checkpoint(log, twin_io(twin));
    append_flushed(log, 60, 80);
    for (int killed = 0; killed < 2; killed++) {
        left = killed ? twin_after_kill(twin) : NULL;
        commit_log_close(log);
        if (left) {
            twin_free(twin);
            twin = left;
        }
        assert_int_equal(records_on(twin), 80); /* replays from the checkpoint only */
        log = open_small(twin);
        assert_int_equal(commit_log_oldest(log), 0);
        expect_readable(twin, 1, 80);
    }
    commit_log_keep(log, 30 * RECORD_SIZE);
    checkpoint(log, twin_io(twin));
    expect_readable(twin, 30 * RECORD_SIZE, 80);
    expect_gone(twin, 1);
    commit_log_close(log);
    log = open_small(twin);
    checkpoint(log, twin_io(twin)); /* nobody has asked for anything */
    assert_int_equal(commit_log_oldest(log), 80 * RECORD_SIZE);
    commit_log_close(log);
    twin_free(twin);
}

static void test_a_backup_and_a_replica_keep_each_what_they_need(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin);
    struct commit_backup backup = {0};

    (void)state;
    assert_int_equal(io_make_directory(twin_io(twin), "backup", NULL), 0);
    append_flushed(log, 0, 30);
    checkpoint(log, twin_io(twin));
    assert_int_equal(commit_backup_begin(&backup, log, "backup", NULL), 0);
    append_flushed(log, 30, 60);
    commit_log_keep(log, 50 * RECORD_SIZE);
    checkpoint(log, twin_io(twin));
    expect_readable(twin, 30 * RECORD_SIZE, 60);
    commit_backup_let_go(log);
    expect_gone(twin, 30 * RECORD_SIZE);
    expect_readable(twin, 50 * RECORD_SIZE, 60);
    commit_log_keep(log, UINT64_MAX);
    commit_backup_let_go(log);
    assert_int_equal(commit_log_oldest(log), 60 * RECORD_SIZE);
    commit_backup_release(&backup);
    commit_log_close(log);
    twin_free(twin);
}

/* An install that the disk refuses has dropped nothing. */
static void test_a_checkpoint_that_fails_leaves_the_oldest_where_it_was(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin);
    uint64_t position;
    char path[4096];

    (void)state;
    append_flushed(log, 0, 60);
    position = commit_log_mark(log);
    commit_log_checkpoint_path(log, position, path, sizeof(path));
    write_file(twin_io(twin), path, SPAN("everything up to here"));
    append_flushed(log, 60, 61);
    twin_fail_at(twin, twin_steps(twin) + 2, ERR_FULL, false); /* the first syncs names */
    assert_int_equal(commit_log_install(log, position, NULL), ERR_FULL);
    assert_int_equal(commit_log_oldest(log), 0);
    expect_readable(twin, 1, 61);
    commit_log_close(log);
    twin_free(twin);
}

/* Somebody asks at a certain step of an install. */
struct asking {
    struct commit_log *log;
    uint64_t step;
    bool asked, in_time;
};

static void on_install_step(void *context, uint64_t step)
{
    struct asking *asking = context;

    if (step != asking->step)
        return;
    commit_log_keep(asking->log, 1);
    asking->asked = true;
    asking->in_time = commit_log_oldest(asking->log) <= 1;
}

/* Whoever is told that it is in time is, whatever a checkpoint is doing at that moment. */
static void test_what_is_promised_while_a_checkpoint_is_installed_stays(void **state)
{
    unsigned in_time = 0, late = 0;

    (void)state;
    for (uint64_t step = 1; step < 30; step++) {
        struct twin *twin = twin_new();
        struct asking asking = {.log = open_small(twin)};

        append_flushed(asking.log, 0, 60);
        asking.step = twin_steps(twin) + step;
        twin_on_step(twin, on_install_step, &asking);
        checkpoint(asking.log, twin_io(twin));
        twin_on_step(twin, NULL, NULL);
        if (asking.in_time)
            expect_readable(twin, 1, 60);
        else
            expect_gone(twin, 1);
        in_time += asking.in_time;
        late += asking.asked && !asking.in_time;
        commit_log_close(asking.log);
        twin_free(twin);
    }
    assert_true(in_time > 2 && late > 2);
}

/* --- Without checkpoints. */

static void test_a_log_without_checkpoint_lets_go_of_what_was_sent(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin);
    struct commit_recovery found;
    struct commit_options options = small_options(twin, COMMIT_ALWAYS);
    struct diag diag = {0};
    uint64_t oldest;

    (void)state;
    assert_int_equal(commit_log_discard(log, UINT64_MAX, &diag), 0);
    append_flushed(log, 0, 100);
    for (uint64_t position = 0; position < 100 * RECORD_SIZE; position += 33) {
        assert_int_equal(commit_log_discard(log, position, &diag), 0);
        oldest = commit_log_oldest(log);
        assert_true(oldest <= position && position - oldest < 2000);
        expect_readable(twin, oldest, 100);
    }
    append_flushed(log, 100, 140);
    commit_log_keep(log, 110 * RECORD_SIZE);
    assert_int_equal(commit_log_discard(log, 140 * RECORD_SIZE, &diag), 0);
    expect_readable(twin, 110 * RECORD_SIZE, 140);
    commit_log_close(log);
    /* a start finds what is left, and where it begins */
    assert_int_equal(commit_log_open(&options, &log, &found, &diag), 0);
    assert_string_equal(found.checkpoint_file, "");
    assert_true(found.clean && found.checkpoint == commit_log_oldest(log));
    assert_int_equal(found.end, 140 * RECORD_SIZE);
    assert_int_equal(commit_log_discard(log, UINT64_MAX, &diag), ERR_CLOSED);
    assert_int_equal(commit_log_start(log, &diag), 0);
    append_flushed(log, 140, 150);
    assert_int_equal(commit_log_discard(log, UINT64_MAX, &diag), 0);
    commit_log_close(log);
    assert_int_equal(records_on(twin), 150);
    twin_free(twin);
}

static void test_with_a_checkpoint_nothing_is_discarded(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin);
    struct diag diag = {0};

    (void)state;
    append_flushed(log, 0, 50);
    commit_log_keep(log, 0);
    checkpoint(log, twin_io(twin));
    assert_int_equal(commit_log_discard(log, UINT64_MAX, &diag), ERR_EXISTS);
    expect_readable(twin, 1, 50);
    commit_log_close(log);
    twin_free(twin);
}

struct discarding {
    struct twin *twin;
    uint64_t oldest, records, cuts; /* what has to be there */
};

/* Whatever the power leaves: it opens, holds everything from where it says on, and goes on. */
static void on_discard_step(void *context, uint64_t step)
{
    struct discarding *self = context;

    (void)step;
    for (int loss = TWIN_LOSES_ALL; loss < TWIN_LOSSES; loss++) {
        struct twin *left = twin_after_power_cut(self->twin, (enum twin_loss)loss);
        struct commit_log *log;

        assert_true(records_on(left) >= self->records);
        log = open_small(left);
        assert_true(commit_log_oldest(log) <= self->oldest);
        expect_readable(left, self->oldest, commit_log_position(log) / RECORD_SIZE);
        commit_log_close(log);
        twin_free(left);
        self->cuts++;
    }
}

static void test_a_power_cut_while_discarding_leaves_a_log(void **state)
{
    struct discarding self = {.twin = twin_new(), .records = 60};
    struct commit_log *log = open_small(self.twin);

    (void)state;
    append_flushed(log, 0, 60);
    twin_on_step(self.twin, on_discard_step, &self);
    for (self.oldest = RECORD_SIZE; self.oldest < 50 * RECORD_SIZE; self.oldest += 700)
        assert_int_equal(commit_log_discard(log, self.oldest, NULL), 0);
    append_flushed(log, 60, 62);
    assert_true(self.cuts > 100);
    twin_on_step(self.twin, NULL, NULL);
    commit_log_close(log);
    twin_free(self.twin);
}

/* --- Threads. */

enum {
    RECORDS = 4000,
    RECORDS_LIMIT = 200000, /* for threads that come to nothing */
    READ = 2000,
    RENAMED = 150,
};

struct crowd {
    struct twin *twin;
    struct commit_log *log;
    bool with_checkpoints;
    _Atomic uint64_t appended; /* records that are durable */
    _Atomic bool done;
    _Atomic uint64_t read, came_late, renamed;
    char problem[400];
};

/* Asks for a position, and if that was in time, finds it. */
static void read_from(struct crowd *crowd, uint64_t position)
{
    struct commit_reader *reader = NULL;
    struct commit_frame frame;
    struct diag diag = {0};
    int rc;

    commit_log_keep(crowd->log, position);
    if (commit_log_oldest(crowd->log) > position) {
        crowd->came_late++;
        return;
    }
    sched_yield();
    rc = commit_reader_open(twin_io(crowd->twin), "log", position, &reader, &diag);
    for (int i = 0; i < 20 && rc == 0; i++) {
        rc = commit_reader_next(reader, &frame, &diag);
        if (rc == 0 && i == 0 && (frame.begin > position || frame.end <= position))
            rc = diag_set(&diag, ERR_RANGE, "another frame than asked for");
        crowd->read += rc == 0;
    }
    if (rc < 0 && rc != ERR_MISSING)
        snprintf(crowd->problem, sizeof(crowd->problem), "at %" PRIu64 ": %.300s", position,
                 diag.text);
    if (rc == ERR_MISSING && !reader)
        snprintf(crowd->problem, sizeof(crowd->problem), "%" PRIu64 " was to be kept", position);
    commit_reader_free(reader);
}

static void *read_what_is_kept(void *argument)
{
    struct crowd *crowd = argument;
    uint64_t seed = 1;

    while (!crowd->done && !crowd->problem[0]) {
        uint64_t appended = crowd->appended, back;

        seed = seed * 6364136223846793005u + 1442695040888963407u;
        back = (seed >> 33) % 200;
        if (appended > back + 1)
            read_from(crowd, (appended - back) * RECORD_SIZE - (seed >> 20) % RECORD_SIZE - 1);
        if (seed >> 61 == 0)
            commit_log_keep(crowd->log, UINT64_MAX);
    }
    return NULL;
}

static void *take_checkpoints(void *argument)
{
    struct crowd *crowd = argument;

    while (!crowd->done) {
        if (crowd->with_checkpoints)
            checkpoint(crowd->log, twin_io(crowd->twin));
        else
            commit_log_discard(crowd->log, crowd->appended * RECORD_SIZE, NULL);
        sched_yield();
    }
    return NULL;
}

static void *take_backups(void *argument)
{
    struct crowd *crowd = argument;
    struct io *io = twin_io(crowd->twin);
    struct commit_backup backup = {0};

    io_make_directory(io, "backup", NULL);
    while (!crowd->done) {
        if (commit_backup_begin(&backup, crowd->log, "backup", NULL) == 0) {
            sched_yield();
            if (commit_backup_seal(&backup, crowd->log, commit_log_mark(crowd->log),
                                   "abcdefabcdefabcdefabcdefabcdefabcdefabcd", NULL) < 0)
                snprintf(crowd->problem, sizeof(crowd->problem), "a backup failed");
            commit_backup_let_go(crowd->log);
        }
        commit_backup_remove(io, "backup", NULL);
        sched_yield();
    }
    commit_backup_release(&backup);
    return NULL;
}

static void *give_names(void *argument)
{
    struct crowd *crowd = argument;

    while (!crowd->done) {
        struct commit_history history, wanted;
        const char *id = commit_log_id(crowd->log);
        char name[COMMIT_ID_SIZE + 1];

        commit_log_history(crowd->log, &history);
        wanted = history;
        snprintf(name, sizeof(name), "%040" PRIu64, ++crowd->renamed);
        commit_history_begin(&wanted, name, crowd->renamed);
        if (commit_log_set_history(crowd->log, &wanted, NULL) < 0 || strlen(id) != COMMIT_ID_SIZE ||
            strcmp(id, history.id) != 0)
            snprintf(crowd->problem, sizeof(crowd->problem), "the name is wrong");
        sched_yield();
    }
    return NULL;
}

static void all_at_once(bool with_checkpoints)
{
    static void *(*const mains[])(void *) = {read_what_is_kept, take_checkpoints, take_backups,
                                             give_names};
    struct crowd crowd = {.twin = twin_new(), .with_checkpoints = with_checkpoints};
    pthread_t threads[4];
    char id[COMMIT_ID_SIZE + 1];
    uint64_t n = 0;

    crowd.log = open_small(crowd.twin);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, mains[i], &crowd), 0);
    while (n < RECORDS || (n < RECORDS_LIMIT && (crowd.read < READ || crowd.renamed < RENAMED))) {
        append_records(crowd.log, n, n + 4);
        flush(crowd.log);
        crowd.appended = n += 4;
        assert_int_equal(strlen(commit_log_id(crowd.log)), COMMIT_ID_SIZE);
    }
    crowd.done = true;
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_string_equal(crowd.problem, "");
    print_message("%" PRIu64 " records, %" PRIu64 " frames read, %" PRIu64 " came late, %" PRIu64
                  " names\n",
                  n, crowd.read, crowd.came_late, crowd.renamed);
    snprintf(id, sizeof(id), "%040" PRIu64, crowd.renamed);
    assert_string_equal(commit_log_id(crowd.log), id);
    commit_log_close(crowd.log);
    assert_int_equal(records_on(crowd.twin), n);
    twin_free(crowd.twin);
}

static void test_readers_checkpoints_backups_and_names_beside_each_other(void **state)
{
    (void)state;
    all_at_once(true);
}

static void test_readers_discarding_and_names_beside_each_other(void **state)
{
    (void)state;
    all_at_once(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checkpoints_leave_alone_what_is_kept),
        cmocka_unit_test(test_what_is_kept_is_nothing_that_another_checkpoint_could_save),
        cmocka_unit_test(test_what_was_kept_survives_a_restart_until_the_first_checkpoint),
        cmocka_unit_test(test_a_backup_and_a_replica_keep_each_what_they_need),
        cmocka_unit_test(test_a_checkpoint_that_fails_leaves_the_oldest_where_it_was),
        cmocka_unit_test(test_what_is_promised_while_a_checkpoint_is_installed_stays),
        cmocka_unit_test(test_a_log_without_checkpoint_lets_go_of_what_was_sent),
        cmocka_unit_test(test_with_a_checkpoint_nothing_is_discarded),
        cmocka_unit_test(test_a_power_cut_while_discarding_leaves_a_log),
        cmocka_unit_test(test_readers_checkpoints_backups_and_names_beside_each_other),
        cmocka_unit_test(test_readers_discarding_and_names_beside_each_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
