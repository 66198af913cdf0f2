/* A backup is a log of its own that ends where it was sealed, whatever the first log does before,
 * meanwhile and after, and wherever the power goes. */
#include "log_fixture.h"

#include "storage/log/commit_backup.h"

enum {
    SMALL_SEGMENT_BYTES = 3000,
};

static const char new_id[] = "abcdefabcdefabcdefabcdefabcdefabcdefabcd";

struct fixture {
    struct twin *twin;
    struct io *io;
    struct commit_log *log;
    struct commit_backup backup;
    uint64_t first, end; /* records: of the checkpoint, and where it is sealed */
};

static struct fixture set_up(enum commit_sync sync)
{
    struct fixture fixture = {.twin = twin_new()};
    struct commit_options options;

    fixture.io = twin_io(fixture.twin);
    options = options_of(fixture.io, sync);
    options.segment_bytes = SMALL_SEGMENT_BYTES;
    fixture.log = open_with(&options, true);
    assert_int_equal(io_make_directory(fixture.io, "backup", NULL), 0);
    return fixture;
}

/* As recovery would find the first log. Ends it. */
static uint64_t records_of_log(struct fixture *fixture)
{
    commit_log_close(fixture->log);
    fixture->log = NULL;
    return records_on(fixture->twin);
}

static void tear_down(struct fixture *fixture)
{
    commit_log_close(fixture->log);
    commit_backup_release(&fixture->backup);
    twin_free(fixture->twin);
}

static void begin(struct fixture *fixture)
{
    struct diag diag = {0};

    fixture->first = checkpoint(fixture->log, fixture->io) / RECORD_SIZE;
    if (commit_backup_begin(&fixture->backup, fixture->log, "backup", &diag) < 0)
        fail_msg("begin: %s", diag.text);
}

static void seal(struct fixture *fixture)
{
    uint64_t end = commit_log_mark(fixture->log);
    struct diag diag = {0};

    fixture->end = end / RECORD_SIZE;
    if (commit_backup_seal(&fixture->backup, fixture->log, end, new_id, &diag) < 0)
        fail_msg("seal: %s", diag.text);
}

static bool is_there(struct twin *twin, const char *path)
{
    struct span bytes;

    return twin_bytes(twin, path, &bytes);
}

/* The backup's log, where it is, holds what it has to, and goes on with an id of its own. */
static void check_backup(struct twin *twin, const struct fixture *fixture)
{
    struct commit_options options = options_of(twin_io(twin), COMMIT_ALWAYS);
    struct commit_recovery found;
    struct buffer bytes = {0};
    struct commit_log *log;
    struct diag diag = {0};

    options.directory = "backup";
    if (commit_log_open(&options, &log, &found, &diag) < 0 ||
        commit_log_replay(log, collect_records, &bytes, &diag) < 0)
        fail_msg("the backup: %s", diag.text);
    assert_int_equal(found.checkpoint, fixture->first * RECORD_SIZE);
    assert_true(is_there(twin, found.checkpoint_file));
    assert_int_equal(found.cut_bytes, 0);
    assert_int_equal(found.end, fixture->end * RECORD_SIZE);
    assert_int_equal(fixture->first + count_records(&bytes, fixture->first), fixture->end);
    assert_string_equal(commit_log_id(log), new_id);
    assert_int_equal(commit_log_start(log, &diag), 0);
    append_records(log, fixture->end, fixture->end + 3);
    flush(log);
    commit_log_close(log);
    buffer_release(&bytes);
}

/* --- What is in it. */

static void test_backup_holds_everything_up_to_where_it_was_sealed(void **state)
{
    struct fixture fixture = set_up(COMMIT_ALWAYS);

    (void)state;
    append_records(fixture.log, 0, 100);
    begin(&fixture);
    append_records(fixture.log, 100, 250);
    seal(&fixture);
    append_records(fixture.log, 250, 300);
    flush(fixture.log);
    assert_int_equal(fixture.first, 100);
    assert_int_equal(fixture.end, 250);
    check_backup(fixture.twin, &fixture);
    tear_down(&fixture);
}

static void test_backup_without_changes_is_its_checkpoint(void **state)
{
    struct fixture fixture = set_up(COMMIT_NO);

    (void)state;
    append_records(fixture.log, 0, 10);
    begin(&fixture);
    seal(&fixture);
    assert_int_equal(fixture.backup.manifest.segment_count, 0);
    check_backup(fixture.twin, &fixture);
    tear_down(&fixture);
}

/* Later checkpoints make the segments needless for the log, not for the backup. */
static void test_checkpoints_leave_what_the_backup_needs(void **state)
{
    struct fixture fixture = set_up(COMMIT_EVERYSEC);
    uint64_t at = 0;

    (void)state;
    append_records(fixture.log, 0, 50);
    begin(&fixture);
    for (at = 50; at < 500; at += 150) {
        append_records(fixture.log, at, at + 150);
        checkpoint(fixture.log, fixture.io);
    }
    append_records(fixture.log, at, at + 20);
    seal(&fixture);
    assert_int_equal(fixture.end, at + 20);
    check_backup(fixture.twin, &fixture);
    tear_down(&fixture);
}

/* What the log only keeps for the backup is not counted as what a checkpoint could save. */
static void test_segments_go_when_nobody_needs_them(void **state)
{
    struct fixture fixture = set_up(COMMIT_ALWAYS);
    struct commit_facts facts;
    unsigned kept;

    (void)state;
    begin(&fixture);
    append_records(fixture.log, 0, 500);
    checkpoint(fixture.log, fixture.io);
    kept = files_in(fixture.twin, "log");
    commit_log_facts(fixture.log, &facts);
    assert_true(facts.disk_bytes < 500);
    commit_backup_let_go(fixture.log);
    assert_int_equal(files_in(fixture.twin, "log"), 4); /* checkpoint, segment, manifest, lock */
    assert_true(kept > 4);
    commit_backup_let_go(fixture.log); /* nothing more to do */
    assert_int_equal(records_of_log(&fixture), 500);
    tear_down(&fixture);
}

static void test_begin_needs_a_checkpoint(void **state)
{
    struct fixture fixture = set_up(COMMIT_ALWAYS);
    struct diag diag = {0};

    (void)state;
    assert_int_equal(commit_backup_begin(&fixture.backup, fixture.log, "backup", &diag),
                     ERR_MISSING);
    tear_down(&fixture);
}

/* Somebody was promoted between: the backup parts from the history that the log has by then. */
static void test_backup_parts_from_the_name_that_the_log_has_when_it_is_sealed(void **state)
{
    const struct commit_history renamed = {
        .id = "fedcbafedcbafedcbafedcbafedcbafedcbafedc",
        .past = {{.id = "0123456789012345678901234567890123456789", .end = 20 * RECORD_SIZE}},
        .past_count = 1};
    struct fixture fixture = set_up(COMMIT_ALWAYS);

    (void)state;
    append_records(fixture.log, 0, 10);
    begin(&fixture);
    append_records(fixture.log, 10, 20);
    assert_int_equal(commit_log_set_history(fixture.log, &renamed, NULL), 0);
    append_records(fixture.log, 20, 30);
    seal(&fixture);
    assert_int_equal(fixture.backup.manifest.history.past_count, 2);
    assert_string_equal(fixture.backup.manifest.history.past[0].id, renamed.id);
    assert_int_equal(fixture.backup.manifest.history.past[0].end, 30 * RECORD_SIZE);
    check_backup(fixture.twin, &fixture);
    tear_down(&fixture);
}

/* As across file systems. */
static void test_files_are_copied_where_links_are_refused(void **state)
{
    struct fixture fixture = set_up(COMMIT_ALWAYS);
    struct diag diag = {0};
    uint64_t end;

    (void)state;
    append_records(fixture.log, 0, 10);
    fixture.first = checkpoint(fixture.log, fixture.io) / RECORD_SIZE;
    twin_fail_at(fixture.twin, twin_steps(fixture.twin) + 1, ERR_IO, false);
    assert_int_equal(commit_backup_begin(&fixture.backup, fixture.log, "backup", &diag), 0);
    append_records(fixture.log, 10, 20);
    end = commit_log_mark(fixture.log);
    fixture.end = end / RECORD_SIZE;
    append_records(fixture.log, 20,
                   21); /* behind the mark: once it is there, the segment has ended */
    flush(fixture.log);
    twin_fail_at(fixture.twin, twin_steps(fixture.twin) + 1, ERR_IO, false);
    assert_int_equal(commit_backup_seal(&fixture.backup, fixture.log, end, new_id, &diag), 0);
    check_backup(fixture.twin, &fixture);
    tear_down(&fixture);
}

/* A disk that fails just then lets the segment grow beyond the mark: the backup has its beginning.
 */
static void test_segment_that_goes_on_is_cut_at_the_end(void **state)
{
    struct fixture fixture = set_up(COMMIT_ALWAYS);
    struct diag diag = {0};
    uint64_t end;

    (void)state;
    begin(&fixture);
    append_records(fixture.log, 0, 10);
    flush(fixture.log);
    twin_fail_at(fixture.twin, twin_steps(fixture.twin) + 1, ERR_FULL, true);
    end = commit_log_mark(fixture.log);
    fixture.end = end / RECORD_SIZE;
    while (!commit_log_has_failed(fixture.log, NULL))
        ;
    append_records(fixture.log, 10, 20);
    twin_fail_at(fixture.twin, 0, 0, false);
    while (commit_log_durable(fixture.log) < commit_log_position(fixture.log))
        ;
    if (commit_backup_seal(&fixture.backup, fixture.log, end, new_id, &diag) < 0)
        fail_msg("%s", diag.text);
    check_backup(fixture.twin, &fixture);
    tear_down(&fixture);
}

static void test_remove_leaves_what_is_not_of_a_log(void **state)
{
    struct fixture fixture = set_up(COMMIT_ALWAYS);

    (void)state;
    begin(&fixture);
    append_records(fixture.log, 0, 200);
    seal(&fixture);
    write_file(fixture.io, "backup/manifest.tmp", SPAN("x"));
    write_file(fixture.io, "backup/checkpoint-7.rdb.tmp", SPAN("x"));
    write_file(fixture.io, "backup/notes.log", SPAN("x"));
    write_file(fixture.io, "backup/checkpoint-of-mine.rdb", SPAN("x"));
    assert_int_equal(commit_backup_remove(fixture.io, "backup", NULL), 0);
    assert_int_equal(files_in(fixture.twin, "backup"), 2);
    assert_int_equal(commit_backup_remove(fixture.io, "nowhere", NULL), 0);
    assert_int_equal(records_of_log(&fixture), 200);
    tear_down(&fixture);
}

/* --- Power. */

/* What a power cut leaves is no backup, or a whole one. */
struct watch {
    struct fixture *fixture;
    unsigned cuts, whole;
};

static void before_step(void *context, uint64_t step)
{
    struct watch *watch = context;

    (void)step;
    for (int loss = TWIN_LOSES_ALL; loss < TWIN_LOSSES; loss++) {
        struct twin *left = twin_after_power_cut(watch->fixture->twin, (enum twin_loss)loss);

        if (is_there(left, "backup/manifest")) {
            check_backup(left, watch->fixture);
            watch->whole++;
        }
        twin_free(left);
        watch->cuts++;
    }
}

static void test_power_cut_leaves_no_backup_or_a_whole_one(void **state)
{
    struct fixture fixture = set_up(COMMIT_NO);
    struct watch watch = {.fixture = &fixture};

    (void)state;
    append_records(fixture.log, 0, 20);
    fixture.first = 20;
    fixture.end = 220;
    twin_on_step(fixture.twin, before_step, &watch);
    begin(&fixture);
    append_records(fixture.log, 20, 220);
    assert_int_equal(watch.whole, 0);
    seal(&fixture);
    before_step(&watch, 0);
    assert_true(watch.whole >= TWIN_LOSSES); /* once it is sealed, nothing takes it away */
    commit_backup_let_go(fixture.log);
    assert_int_equal(commit_backup_remove(fixture.io, "backup", NULL), 0);
    twin_on_step(fixture.twin, NULL, NULL);
    assert_int_equal(files_in(fixture.twin, "backup"), 0);
    tear_down(&fixture);
}

/* --- Failures. */

/* One step of sealing fails, or all from there on: it says so and the log is unharmed, or the
 * backup is good. True if sealing has failed. */
static bool fail_step(uint64_t step, bool lasting)
{
    struct fixture fixture = set_up(COMMIT_ALWAYS);
    struct diag diag = {0};
    uint64_t end;
    int rc;

    append_records(fixture.log, 0, 20);
    begin(&fixture);
    append_records(fixture.log, 20, 150);
    flush(fixture.log);
    twin_fail_at(fixture.twin, twin_steps(fixture.twin) + step, ERR_FULL, lasting);
    end = commit_log_mark(fixture.log);
    fixture.end = end / RECORD_SIZE;
    rc = commit_backup_seal(&fixture.backup, fixture.log, end, new_id, &diag);
    twin_fail_at(fixture.twin, 0, 0, false);
    if (rc == 0)
        check_backup(fixture.twin, &fixture);
    else
        assert_true(diag.text[0]);
    commit_backup_let_go(fixture.log);
    assert_int_equal(commit_backup_remove(fixture.io, "backup", NULL), 0);
    assert_int_equal(files_in(fixture.twin, "backup"), 0);
    assert_int_equal(records_of_log(&fixture), 150);
    tear_down(&fixture);
    return rc < 0;
}

static void test_failure_while_sealing_harms_nothing(void **state)
{
    unsigned failed = 0;

    (void)state;
    for (uint64_t step = 1; step <= 40; step++) {
        failed += fail_step(step, false);
        failed += fail_step(step, true);
    }
    assert_true(failed > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backup_holds_everything_up_to_where_it_was_sealed),
        cmocka_unit_test(test_backup_without_changes_is_its_checkpoint),
        cmocka_unit_test(test_checkpoints_leave_what_the_backup_needs),
        cmocka_unit_test(test_segments_go_when_nobody_needs_them),
        cmocka_unit_test(test_begin_needs_a_checkpoint),
        cmocka_unit_test(test_backup_parts_from_the_name_that_the_log_has_when_it_is_sealed),
        cmocka_unit_test(test_files_are_copied_where_links_are_refused),
        cmocka_unit_test(test_segment_that_goes_on_is_cut_at_the_end),
        cmocka_unit_test(test_remove_leaves_what_is_not_of_a_log),
        cmocka_unit_test(test_power_cut_leaves_no_backup_or_a_whole_one),
        cmocka_unit_test(test_failure_while_sealing_harms_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
