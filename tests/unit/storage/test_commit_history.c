/* The names under which a log is known, and a new log in the place of another: wherever the power
 * goes, it is as before or as after, whole, and once a call has returned 0 it is as after. */
#include "log_fixture.h"

#include "storage/log/manifest.h"

static const char first_id[] = "0123456789012345678901234567890123456789"; /* of the fixture */
static const char second_id[] = "abcdefabcdefabcdefabcdefabcdefabcdefabcd";

enum {
    SMALL_SEGMENT_BYTES = 1500,
};

static struct commit_history history_of(const char *id, const char *previous_id, uint64_t end)
{
    struct commit_history history = {.past_count = previous_id[0] != '\0'};

    snprintf(history.id, sizeof(history.id), "%s", id);
    snprintf(history.past[0].id, sizeof(history.past[0].id), "%s", previous_id);
    history.past[0].end = end;
    return history;
}

static bool same_history(const struct commit_history *a, const struct commit_history *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static void expect_history(const struct commit_log *log, const struct commit_history *expected)
{
    struct commit_history history;

    commit_log_history(log, &history);
    assert_true(same_history(&history, expected));
    assert_string_equal(commit_log_id(log), expected->id);
}

static struct commit_options small_options(struct twin *twin)
{
    struct commit_options options = options_of(twin_io(twin), COMMIT_ALWAYS);

    options.segment_bytes = SMALL_SEGMENT_BYTES;
    return options;
}

static struct commit_log *open_small(struct twin *twin)
{
    struct commit_options options = small_options(twin);

    return open_with(&options, true);
}

/* Opens without starting, so that nothing is changed. */
static struct commit_log *look_into(struct twin *twin, struct commit_recovery *found)
{
    struct commit_options options = small_options(twin);
    struct commit_log *log = NULL;
    struct diag diag = {0};

    if (commit_log_open(&options, &log, found, &diag) < 0)
        fail_msg("open: %s", diag.text);
    return log;
}

static struct commit_recovery recovery_of(struct twin *twin)
{
    struct commit_recovery found;

    commit_log_close(look_into(twin, &found));
    return found;
}

static void set_history(struct commit_log *log, const struct commit_history *history)
{
    struct diag diag = {0};

    if (commit_log_set_history(log, history, &diag) < 0)
        fail_msg("set_history: %s", diag.text);
    expect_history(log, history);
}

static void append_flushed(struct commit_log *log, uint64_t from, uint64_t to)
{
    for (uint64_t n = from; n < to; n++) {
        append_records(log, n, n + 1);
        flush(log);
    }
}

/* --- Names. */

static void test_a_new_name_is_there_at_once_and_after_a_start(void **state)
{
    struct twin *twin = twin_new(), *killed;
    struct commit_log *log = open_small(twin);
    struct commit_history first = history_of(first_id, "", 0),
                          second = history_of(second_id, first_id, 400);
    const char *id = commit_log_id(log);
    struct commit_recovery found;

    (void)state;
    expect_history(log, &first);
    append_flushed(log, 0, 10);
    set_history(log, &second);
    assert_string_equal(id, first_id); /* who looks at the old one still can */
    append_flushed(log, 10, 60);       /* segments of both names */
    killed = twin_after_kill(twin);
    commit_log_close(log);
    found = recovery_of(twin);
    assert_true(found.clean && same_history(&found.history, &second));
    found = recovery_of(killed);
    assert_true(!found.clean && same_history(&found.history, &second));
    assert_int_equal(records_on(twin), 60);
    assert_int_equal(records_on(killed), 60);
    log = open_small(twin);
    expect_history(log, &second);
    set_history(log, &first);
    commit_log_close(log);
    found = recovery_of(twin);
    assert_true(same_history(&found.history, &first));
    twin_free(killed);
    twin_free(twin);
}

/* They come from other machines. */
static void test_what_is_no_id_is_refused(void **state)
{
    static const char *const wrong[] = {"", "?", "abcdefabcdefabcdefabcdefabcdefabcdefabc",
                                        "abcdefabcdefabcdefabcdefabcdefabcdefab/.",
                                        "abcdefabcdefabcdefabcdefabcdefabcdefab\r\n"};
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin);
    struct commit_options options = small_options(twin);
    struct commit_history first = history_of(first_id, "", 0);
    struct diag diag = {0};

    (void)state;
    options.directory = "other";
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct commit_history history = history_of(wrong[i], "", 0);

        assert_int_equal(commit_log_set_history(log, &history, &diag), ERR_RANGE);
        assert_int_equal(commit_log_replace(&options, &history, 0, NULL, &diag), ERR_RANGE);
        history = history_of(second_id, wrong[i], 0);
        if (wrong[i][0])
            assert_int_equal(commit_log_set_history(log, &history, &diag), ERR_RANGE);
        expect_history(log, &first);
    }
    commit_log_close(log);
    twin_free(twin);
}

struct naming {
    struct twin *twin;
    struct commit_history before, after;
    uint64_t records, checked;
    bool done;
};

static void check_name(struct naming *naming, uint64_t step)
{
    for (int loss = TWIN_LOSES_ALL; loss < TWIN_LOSSES; loss++) {
        struct twin *left = twin_after_power_cut(naming->twin, (enum twin_loss)loss);
        struct commit_recovery found = recovery_of(left);

        if (!same_history(&found.history, &naming->after) &&
            (naming->done || !same_history(&found.history, &naming->before)))
            fail_msg("step %" PRIu64 ", loss %d: the id is %s", step, loss, found.history.id);
        if (records_on(left) < naming->records)
            fail_msg("step %" PRIu64 ", loss %d: records are missing", step, loss);
        twin_free(left);
        naming->checked++;
    }
}

static void on_naming_step(void *context, uint64_t step)
{
    check_name(context, step);
}

static void test_a_name_is_the_old_or_the_new_one_wherever_the_power_goes(void **state)
{
    struct naming naming = {.twin = twin_new(), .records = 20};
    struct commit_log *log = open_small(naming.twin);

    (void)state;
    append_flushed(log, 0, 20);
    naming.before = history_of(first_id, "", 0);
    naming.after = history_of(second_id, first_id, 800);
    twin_on_step(naming.twin, on_naming_step, &naming);
    set_history(log, &naming.after);
    naming.done = true;
    check_name(&naming, 0);
    append_flushed(log, 20, 40); /* no later manifest takes it back */
    commit_log_close(log);
    assert_true(naming.checked > 100);
    twin_free(naming.twin);
}

/* A start after a crash renames before anything was settled: what the last process had written and
 * not synced may still go, and that must not look like damage then. */
static void test_a_name_given_before_the_start_vouches_for_nothing(void **state)
{
    struct twin *twin = twin_new(), *killed;
    struct commit_options options = options_of(twin_io(twin), COMMIT_NO);
    struct commit_log *log = open_with(&options, true);
    struct commit_recovery found;
    struct naming naming = {.records = 0};

    (void)state;
    append_flushed(log, 0, 20);
    killed = twin_after_kill(twin);
    commit_log_close(log);
    naming.twin = killed;
    log = look_into(killed, &found);
    assert_int_equal(found.end, 20 * RECORD_SIZE);
    assert_false(found.clean);
    naming.before = found.history;
    naming.after = history_of(second_id, first_id, found.end);
    twin_on_step(killed, on_naming_step, &naming);
    set_history(log, &naming.after);
    naming.done = true;
    check_name(&naming, 0);
    assert_int_equal(commit_log_start(log, NULL), 0);
    naming.records = 20; /* settled */
    check_name(&naming, 0);
    append_flushed(log, 20, 25);
    commit_log_close(log);
    twin_on_step(killed, NULL, NULL);
    assert_int_equal(records_on(killed), 25);
    twin_free(killed);
    twin_free(twin);
}

/* The same for a checkpoint, which does not drop the segment that is not settled yet either. */
static void test_a_checkpoint_before_the_start_vouches_for_nothing(void **state)
{
    struct twin *twin = twin_new(), *killed;
    struct commit_options options = options_of(twin_io(twin), COMMIT_NO);
    struct commit_log *log = open_with(&options, true);
    struct commit_recovery found;
    char path[4096];

    (void)state;
    append_flushed(log, 0, 20);
    killed = twin_after_kill(twin);
    commit_log_close(log);
    log = look_into(killed, &found);
    commit_log_checkpoint_path(log, found.end, path, sizeof(path));
    write_file(twin_io(killed), path, SPAN("everything up to here"));
    assert_int_equal(commit_log_install(log, found.end, NULL), 0);
    for (int loss = TWIN_LOSES_ALL; loss < TWIN_LOSSES; loss++) {
        struct twin *left = twin_after_power_cut(killed, (enum twin_loss)loss);

        assert_int_equal(records_on(left), 20);
        assert_false(recovery_of(left).clean);
        twin_free(left);
    }
    assert_int_equal(commit_log_start(log, NULL), 0);
    append_flushed(log, 20, 25);
    commit_log_close(log);
    assert_int_equal(records_on(killed), 25);
    twin_free(killed);
    twin_free(twin);
}

static void test_a_name_that_the_disk_refuses_changes_nothing(void **state)
{
    unsigned refused = 0;

    (void)state;
    for (uint64_t step = 1; step <= 6; step++) {
        struct naming naming = {.twin = twin_new(), .records = 10, .done = true};
        struct commit_log *log = open_small(naming.twin);
        struct commit_history wanted = history_of(second_id, first_id, 400);
        struct diag diag = {0};

        append_flushed(log, 0, 10);
        naming.after = history_of(first_id, "", 0);
        twin_fail_at(naming.twin, twin_steps(naming.twin) + step, ERR_IO, false);
        if (commit_log_set_history(log, &wanted, &diag) < 0) {
            assert_int_equal(diag.code, ERR_IO);
            refused++;
        } else {
            naming.after = wanted;
        }
        twin_fail_at(naming.twin, 0, 0, false);
        expect_history(log, &naming.after);
        check_name(&naming, step);
        append_flushed(log, 10, 12);
        set_history(log, &wanted);
        commit_log_close(log);
        twin_free(naming.twin);
    }
    assert_true(refused >= 4);
}

/* --- How it was left. */

static void test_what_was_closed_goes_on_behind_what_was_stored(void **state)
{
    struct twin *twin = twin_new(), *killed;
    struct commit_recovery found = recovery_of(twin);
    struct commit_log *log;

    (void)state;
    assert_true(found.created && found.clean);
    found = recovery_of(twin);
    assert_true(!found.created && found.clean); /* it never ran */
    for (uint64_t n = 0; n < 5; n++) {
        log = open_small(twin);
        append_flushed(log, n, n + 1);
        commit_log_append_volatile(log, SPAN("0123456789012345678901234567890123456789"));
        assert_int_equal(commit_log_stored(log), (n + 1) * RECORD_SIZE);
        killed = twin_after_kill(twin);
        found = recovery_of(killed);
        assert_false(found.clean);
        assert_int_equal(found.end, (n + 1) * RECORD_SIZE); /* taken back */
        twin_free(killed);
        commit_log_close(log);
        found = recovery_of(twin);
        assert_true(found.clean);
        assert_int_equal(found.end, (n + 1) * RECORD_SIZE);
    }
    twin_free(twin);
}

static void test_a_log_whose_last_write_failed_was_not_closed_in_good_order(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin);
    struct commit_recovery found;

    (void)state;
    append_flushed(log, 0, 3);
    twin_fail_at(twin, twin_steps(twin) + 1, ERR_FULL, true);
    append_records(log, 3, 4);
    commit_log_close(log);
    twin_fail_at(twin, 0, 0, false);
    found = recovery_of(twin);
    assert_false(found.clean);
    twin_free(twin);
}

/* --- Another log. */

static const char new_bytes[] = "what the primary had";

struct place {
    struct twin *twin;
    bool nothing; /* was there */
    struct commit_history before, after;
    uint64_t old_records, old_checkpoint; /* records */
    uint64_t position;                    /* of the new one */
    bool with_checkpoint, done;
    uint64_t old_found, new_found;
};

static void expect_file(struct twin *twin, const char *path, const char *text)
{
    struct span bytes;

    assert_true(twin_bytes(twin, path, &bytes));
    assert_int_equal(bytes.size, strlen(text));
    assert_memory_equal(bytes.data, text, bytes.size);
}

static void expect_old(struct place *place, struct twin *left, const struct commit_recovery *found)
{
    place->old_found++;
    if (place->nothing) {
        assert_int_equal(found->end, 0);
        assert_string_equal(found->checkpoint_file, "");
        return;
    }
    assert_true(same_history(&found->history, &place->before));
    assert_int_equal(found->checkpoint, place->old_checkpoint * RECORD_SIZE);
    assert_int_equal(records_on(left), place->old_records);
    if (found->checkpoint_file[0])
        expect_file(left, found->checkpoint_file, "everything up to here");
}

static void expect_new(struct place *place, struct twin *left, const struct commit_recovery *found)
{
    place->new_found++;
    assert_true(same_history(&found->history, &place->after));
    assert_true(found->clean && !found->created);
    assert_int_equal(found->checkpoint, place->position);
    assert_int_equal(found->end, place->position);
    assert_int_equal(found->checkpoint_file[0] != '\0', place->with_checkpoint);
    if (place->with_checkpoint)
        expect_file(left, found->checkpoint_file, new_bytes);
}

static void check_place(struct place *place, enum twin_loss loss)
{
    struct twin *left = twin_after_power_cut(place->twin, loss);
    struct commit_recovery found;
    struct commit_log *log;
    uint64_t end;

    found = recovery_of(left);
    if (place->done || found.end == place->position)
        expect_new(place, left, &found);
    else
        expect_old(place, left, &found);
    /* and it goes on, now and after a second power cut */
    log = open_small(left);
    end = commit_log_position(log);
    assert_int_equal(end, found.end);
    append_flushed(log, 0, 2);
    commit_log_close(log);
    assert_int_equal(recovery_of(left).end, end + (uint64_t)2 * RECORD_SIZE);
    twin_free(left);
}

static void on_place_step(void *context, uint64_t step)
{
    (void)step;
    for (int loss = TWIN_LOSES_ALL; loss < TWIN_LOSSES; loss++)
        check_place(context, (enum twin_loss)loss);
}

/* A log with checkpoints, that was killed or closed; its last checkpoint is at `checkpoint`. */
static void make_old(struct place *place, uint64_t checkpoint_at, bool killed)
{
    struct commit_log *log = open_small(place->twin);
    struct twin *left;

    append_flushed(log, 0, checkpoint_at);
    if (checkpoint_at > 0)
        checkpoint(log, twin_io(place->twin));
    append_flushed(log, checkpoint_at, checkpoint_at + 30);
    left = killed ? twin_after_kill(place->twin) : NULL;
    commit_log_close(log);
    if (left) {
        twin_free(place->twin);
        place->twin = left;
    }
    place->old_checkpoint = checkpoint_at;
    place->old_records = checkpoint_at + 30;
}

static int replace(struct place *place, struct diag *diag)
{
    struct commit_options options = small_options(place->twin);
    struct io *io = twin_io(place->twin);

    if (place->with_checkpoint) {
        struct io_file *file;

        io_make_directory(io, "log", NULL);
        assert_int_equal(
            io_open(io, "log/sync.tmp", IO_WRITE | IO_CREATE | IO_TRUNCATE, &file, NULL), 0);
        assert_int_equal(io_append(file, span_of(new_bytes, strlen(new_bytes)), NULL), 0);
        io_close(file); /* syncing it is not our business */
    }
    return commit_log_replace(&options, &place->after, place->position,
                              place->with_checkpoint ? "log/sync.tmp" : NULL, diag);
}

static void replace_with_power_cuts(struct place *place)
{
    struct diag diag = {0};

    place->before = history_of(first_id, "", 0);
    place->after = history_of(second_id, first_id, 77);
    if (place->with_checkpoint && place->nothing) /* its parent's names are not what is tested */
        assert_int_equal(io_make_directory(twin_io(place->twin), "log", NULL), 0);
    twin_on_step(place->twin, on_place_step, place);
    if (replace(place, &diag) < 0)
        fail_msg("replace: %s", diag.text);
    place->done = true;
    on_place_step(place, 0);
    twin_on_step(place->twin, NULL, NULL);
    /* manifest, lock, checkpoint */
    assert_int_equal(files_in(place->twin, "log"), 2 + place->with_checkpoint);
    assert_true(place->old_found > 9 && place->new_found > 9);
    twin_free(place->twin);
}

static void test_a_log_is_replaced_in_one_step(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct place place = {.twin = twin_new(), .position = 123456, .with_checkpoint = i & 1};

        make_old(&place, 10, i & 2);
        replace_with_power_cuts(&place);
    }
}

static void test_a_log_that_has_a_checkpoint_at_that_position_is_replaced_in_one_step(void **state)
{
    struct place place = {.twin = twin_new(), .with_checkpoint = true};

    (void)state;
    make_old(&place, 10, true);
    place.position = (uint64_t)10 * RECORD_SIZE;
    replace_with_power_cuts(&place);
}

static void test_a_log_begins_at_a_position_where_there_was_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct place place = {
            .twin = twin_new(), .nothing = true, .position = 999, .with_checkpoint = i};

        replace_with_power_cuts(&place);
    }
}

static uint64_t next_number(struct twin *twin)
{
    struct manifest manifest;
    uint64_t number;

    assert_int_equal(manifest_load(&manifest, twin_io(twin), "log", NULL), 0);
    number = manifest.next_number;
    manifest_release(&manifest);
    return number;
}

/* A second one at the same position, and an ordinary checkpoint then: names don't get in the way.
 */
static void test_a_replaced_log_is_replaced_again_and_has_checkpoints(void **state)
{
    struct place place = {.twin = twin_new(), .with_checkpoint = true, .position = 400};
    struct commit_recovery found;
    struct commit_log *log;
    uint64_t number;
    char path[4096];

    (void)state;
    make_old(&place, 10, false);
    place.after = history_of(second_id, "", 0);
    number = next_number(place.twin);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(replace(&place, NULL), 0);
        assert_true(next_number(place.twin) >= number); /* no file's name comes again */
        number = next_number(place.twin);
        found = recovery_of(place.twin);
        expect_new(&place, place.twin, &found);
        assert_int_equal(files_in(place.twin, "log"), 3);
        log = open_small(place.twin);
        assert_true(commit_log_checkpoint_file(log, path, sizeof(path)));
        assert_string_equal(path, found.checkpoint_file);
        assert_int_equal(commit_log_oldest(log), 400);
        commit_log_close(log);
    }
    log = open_small(place.twin);
    assert_int_equal(checkpoint(log, twin_io(place.twin)), 400);
    assert_true(commit_log_checkpoint_file(log, path, sizeof(path)));
    expect_file(place.twin, path, "everything up to here");
    append_flushed(log, 10, 20);
    checkpoint(log, twin_io(place.twin));
    commit_log_close(log);
    assert_int_equal(files_in(place.twin, "log"), 3);
    assert_int_equal(records_on(place.twin), 20);
    twin_free(place.twin);
}

static void test_a_disk_that_fails_leaves_the_old_log_or_the_new_one(void **state)
{
    unsigned refused = 0;

    (void)state;
    for (int i = 0; i < 3; i++) {
        for (uint64_t step = 1; step < 12; step++) {
            struct place place = {
                .twin = twin_new(), .position = 4000, .with_checkpoint = true, .nothing = i == 2};
            struct diag diag = {0};

            if (i < 2)
                make_old(&place, 100, i);
            else
                assert_int_equal(io_make_directory(twin_io(place.twin), "log", NULL), 0);
            place.before = history_of(first_id, "", 0);
            place.after = history_of(second_id, first_id, 77);
            twin_fail_at(place.twin, twin_steps(place.twin) + 3 + step, ERR_IO, true);
            place.done = replace(&place, &diag) == 0;
            refused += !place.done;
            twin_fail_at(place.twin, 0, 0, false);
            on_place_step(&place, 0);
            /* once more, when the disk is well again */
            assert_int_equal(replace(&place, NULL), 0);
            place.done = true;
            on_place_step(&place, 0);
            twin_free(place.twin);
        }
    }
    assert_true(refused > 15);
}

static void test_what_can_not_be_replaced_is_left_alone(void **state)
{
    struct place place = {.twin = twin_new(), .position = 4000, .with_checkpoint = true};
    struct commit_options options = small_options(place.twin);
    struct io *io = twin_io(place.twin);
    struct diag diag = {0};
    struct commit_log *log;

    (void)state;
    make_old(&place, 10, false);
    place.before = history_of(first_id, "", 0);
    place.after = history_of(second_id, "", 0);
    log = open_small(place.twin);
    assert_int_equal(replace(&place, &diag), ERR_EXISTS);
    commit_log_close(log);
    assert_int_equal(commit_log_replace(&options, &place.after, 1, "log/checkpoint-400.rdb", &diag),
                     ERR_RANGE); /* that's the one in force */
    assert_int_equal(commit_log_replace(&options, &place.after, 1, "sync.tmp", &diag), ERR_RANGE);
    assert_int_equal(commit_log_replace(&options, &place.after, 1, "log/a/sync.tmp", &diag),
                     ERR_RANGE);
    assert_int_equal(commit_log_replace(&options, &place.after, 1, "log/none.tmp", &diag),
                     ERR_MISSING);
    on_place_step(&place, 0);
    assert_true(twin_flip(place.twin, "log/manifest", 20, 1));
    assert_int_equal(replace(&place, &diag), ERR_DAMAGED);
    assert_int_equal(io_remove(io, "log/manifest", NULL), 0);
    assert_int_equal(replace(&place, &diag), ERR_DAMAGED);
    assert_non_null(strstr(diag.text, "no manifest"));
    twin_free(place.twin);
}

static void test_who_reads_the_old_log_is_told(void **state)
{
    struct place place = {.twin = twin_new(), .position = 100, .with_checkpoint = true};
    struct commit_reader *early, *late, *next;
    struct commit_frame frame;
    struct diag diag = {0};
    struct commit_log *log;

    (void)state;
    make_old(&place, 0, false);
    place.after = history_of(second_id, "", 0);
    assert_int_equal(commit_reader_open(twin_io(place.twin), "log", 0, &early, NULL), 0);
    assert_int_equal(commit_reader_open(twin_io(place.twin), "log", 1200, &late, NULL), 0);
    assert_int_equal(commit_reader_next(early, &frame, NULL), 0);
    assert_int_equal(commit_reader_next(late, &frame, NULL), ERR_MISSING);
    assert_int_equal(replace(&place, NULL), 0);
    assert_int_equal(commit_reader_next(late, &frame, &diag), ERR_RANGE);
    assert_non_null(strstr(diag.text, "another log"));
    log = open_small(place.twin);
    append_flushed(log, 0, 60); /* beyond where they are */
    while (commit_reader_next(early, &frame, NULL) == 0)
        assert_true(frame.end <= 1200); /* of the file it has open */
    assert_int_equal(commit_reader_next(early, &frame, NULL), ERR_RANGE);
    assert_int_equal(commit_reader_open(twin_io(place.twin), "log", 99, &next, NULL), ERR_MISSING);
    assert_int_equal(commit_reader_open(twin_io(place.twin), "log", 100, &next, NULL), 0);
    assert_int_equal(commit_reader_next(next, &frame, NULL), 0);
    assert_int_equal(frame.begin, 100);
    commit_reader_free(early);
    commit_reader_free(late);
    commit_reader_free(next);
    commit_log_close(log);
    twin_free(place.twin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_name_is_there_at_once_and_after_a_start),
        cmocka_unit_test(test_what_is_no_id_is_refused),
        cmocka_unit_test(test_a_name_is_the_old_or_the_new_one_wherever_the_power_goes),
        cmocka_unit_test(test_a_name_given_before_the_start_vouches_for_nothing),
        cmocka_unit_test(test_a_checkpoint_before_the_start_vouches_for_nothing),
        cmocka_unit_test(test_a_name_that_the_disk_refuses_changes_nothing),
        cmocka_unit_test(test_what_was_closed_goes_on_behind_what_was_stored),
        cmocka_unit_test(test_a_log_whose_last_write_failed_was_not_closed_in_good_order),
        cmocka_unit_test(test_a_log_is_replaced_in_one_step),
        cmocka_unit_test(test_a_log_that_has_a_checkpoint_at_that_position_is_replaced_in_one_step),
        cmocka_unit_test(test_a_log_begins_at_a_position_where_there_was_nothing),
        cmocka_unit_test(test_a_replaced_log_is_replaced_again_and_has_checkpoints),
        cmocka_unit_test(test_a_disk_that_fails_leaves_the_old_log_or_the_new_one),
        cmocka_unit_test(test_what_can_not_be_replaced_is_left_alone),
        cmocka_unit_test(test_who_reads_the_old_log_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
