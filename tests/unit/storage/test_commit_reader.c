/* Reading a log while it is written: every frame comes once and in order, or the reader is told
 * that a checkpoint was faster; and a torn end is an end, damage is damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/hash/random.h"
#include "core/time/clock.h"
#include "storage/log/frame.h"
#include "storage/log/manifest.h"
#include "tests/unit/storage/log_fixture.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum {
    SMALL_SEGMENT = 2000,
};

static struct commit_log *open_small(struct twin *twin, enum commit_sync sync)
{
    struct commit_options options = options_of(twin_io(twin), sync);

    options.segment_bytes = SMALL_SEGMENT;
    return open_with(&options, true);
}

static struct commit_reader *open_reader(struct twin *twin, uint64_t position)
{
    struct commit_reader *reader = NULL;
    struct diag diag = {0};

    if (commit_reader_open(twin_io(twin), "log", position, &reader, &diag) < 0)
        fail_msg("reader: %s", diag.text);
    return reader;
}

/* Reads on until nothing is left; from record `n` on. The number behind the last; *rc is what came
 * then. */
static uint64_t read_on(struct commit_reader *reader, uint64_t n, int *rc)
{
    char text[RECORD_SIZE + 1];
    struct commit_frame frame;
    struct diag diag = {0};

    while ((*rc = commit_reader_next(reader, &frame, &diag)) == 0) {
        assert_int_equal(frame.begin, n * RECORD_SIZE);
        assert_int_equal(frame.end - frame.begin, frame.records.size);
        for (size_t at = 0; at < frame.records.size; at += RECORD_SIZE)
            assert_memory_equal(frame.records.data + at, record_of(text, n++).data, RECORD_SIZE);
    }
    assert_true(*rc == ERR_MISSING || (diag.code == *rc && diag.text[0]));
    return n;
}

static void expect_up_to(struct commit_reader *reader, uint64_t from, uint64_t to)
{
    int rc;

    assert_int_equal(read_on(reader, from, &rc), to);
    assert_int_equal(rc, ERR_MISSING);
}

static void free_all(struct commit_reader *reader, struct commit_log *log, struct twin *twin)
{
    commit_reader_free(reader);
    commit_log_close(log);
    twin_free(twin);
}

/* --- One thread. */

static void test_a_reader_follows_the_log_across_segments_and_restarts(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin, COMMIT_ALWAYS);
    struct commit_reader *reader = open_reader(twin, 0);
    uint64_t n = 0;

    (void)state;
    expect_up_to(reader, 0, 0);
    for (int i = 0; i < 60; i++) {
        append_records(log, n, n + 1 + (uint64_t)i % 5);
        flush(log);
        expect_up_to(reader, n, n + 1 + (uint64_t)i % 5);
        n += 1 + (uint64_t)i % 5;
        if (i % 20 == 10) {
            commit_log_close(log);
            expect_up_to(reader, n, n);
            log = open_small(twin, COMMIT_ALWAYS);
        }
    }
    free_all(reader, log, twin);
}

/* A log that was closed before anything came has no segment at all. */
static void test_a_log_without_segments_is_read_once_it_has_some(void **state)
{
    struct twin *twin = twin_new();
    struct commit_reader *reader;
    struct commit_log *log;

    (void)state;
    assert_int_equal(commit_reader_open(twin_io(twin), "log", 0, &reader, NULL), ERR_MISSING);
    commit_log_close(open_small(twin, COMMIT_ALWAYS));
    reader = open_reader(twin, 0);
    expect_up_to(reader, 0, 0);
    log = open_small(twin, COMMIT_ALWAYS);
    append_records(log, 0, 3);
    flush(log);
    expect_up_to(reader, 0, 3);
    free_all(reader, log, twin);
}

/* From each position on: the frame that holds it is the first. */
static void test_a_reader_begins_with_the_frame_that_holds_its_position(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin, COMMIT_ALWAYS);
    struct commit_frame frame;

    (void)state;
    append_records(log, 0, 4);
    flush(log);
    for (uint64_t n = 4; n < 60; n += 2) {
        append_records(log, n, n + 2);
        flush(log);
    }
    for (uint64_t position = 1; position < commit_log_position(log); position++) {
        struct commit_reader *reader = open_reader(twin, position);
        int rc;

        assert_int_equal(commit_reader_next(reader, &frame, NULL), 0);
        assert_true(frame.begin <= position && position < frame.end);
        assert_int_equal(frame.begin % RECORD_SIZE, 0);
        assert_int_equal(read_on(reader, frame.end / RECORD_SIZE, &rc), 60);
        commit_reader_free(reader);
    }
    free_all(NULL, log, twin);
}

static void test_a_reader_at_the_end_waits_for_more(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin, COMMIT_ALWAYS);
    struct commit_reader *reader;

    (void)state;
    append_records(log, 0, 5);
    flush(log);
    reader = open_reader(twin, 5 * RECORD_SIZE);
    expect_up_to(reader, 5, 5);
    append_records(log, 5, 6);
    flush(log);
    expect_up_to(reader, 5, 6);
    free_all(reader, log, twin);
}

static void test_a_frame_says_where_it_lies(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin, COMMIT_ALWAYS);
    struct commit_reader *reader;
    struct commit_frame frame;
    uint64_t frames = 0;

    (void)state;
    for (uint64_t n = 0; n < 80; n++) {
        append_records(log, n, n + 1);
        flush(log);
    }
    reader = open_reader(twin, 0);
    while (commit_reader_next(reader, &frame, NULL) == 0) {
        struct span bytes;

        assert_true(twin_bytes(twin, frame.file, &bytes));
        assert_true(frame.file_at + frame.stored_size <= bytes.size);
        assert_memory_equal(bytes.data + frame.file_at, "MSf1", 4);
        assert_true(frame.written_ms > 0);
        frames++;
    }
    assert_int_equal(frames, 80);
    free_all(reader, log, twin);
}

static void test_gaps_that_volatile_records_leave_are_passed_over(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin, COMMIT_ALWAYS);
    struct commit_reader *reader = open_reader(twin, 0);
    struct commit_frame frame;
    char text[RECORD_SIZE + 1];

    (void)state;
    for (uint64_t n = 0; n < 100; n++) {
        commit_log_append_volatile(log, SPAN("12345"));
        commit_log_append(log, record_of(text, n));
        if (n % 30 == 29) { /* a segment may end in such a gap, too */
            commit_log_append_volatile(log, SPAN("12345"));
            commit_log_mark(log);
            commit_log_append_volatile(log, SPAN("67890"));
        }
        flush(log);
        assert_int_equal(commit_reader_next(reader, &frame, NULL), 0);
        assert_memory_equal(frame.records.data, record_of(text, n).data, RECORD_SIZE);
        assert_int_equal(frame.end, commit_log_position(log) - (n % 30 == 29 ? 10 : 0));
        assert_int_equal(commit_reader_next(reader, &frame, NULL), ERR_MISSING);
    }
    free_all(reader, log, twin);
}

/* --- Every position of a log. */

/* What a random log holds: of each frame begin and end, and the bytes of all positions. */
struct model {
    struct twin *twin;
    struct commit_log *log;
    struct commit_options options;
    struct random random;
    uint64_t begins[400], ends[400];
    size_t count;
    struct buffer bytes; /* by position; of volatile ones too */
    uint64_t fixed;      /* no kill takes a position back that is below this */
    uint64_t marked;     /* nor below this, if the log had got to carry out its last mark */
};

/* Appends something, volatile or not, of one append each: so each is a frame. */
static void append_any(struct model *model)
{
    size_t size = 1 + (size_t)random_below(&model->random, 20);
    bool is_volatile = random_below(&model->random, 3) == 0;
    struct span records;

    for (size_t i = 0; i < size; i++)
        buffer_append(&model->bytes, &(char){(char)('a' + random_below(&model->random, 4))}, 1);
    records = span_of(model->bytes.data + model->bytes.size - size, size);
    if (is_volatile) {
        commit_log_append_volatile(model->log, records);
        return;
    }
    model->begins[model->count] = model->bytes.size - size;
    model->ends[model->count++] = model->bytes.size;
    model->fixed = model->bytes.size;
    commit_log_append(model->log, records);
    flush(model->log);
}

/* Volatile positions at the end are given again, but for those before a start or a mark, if the log
 * had got to carry it out. */
static void restart(struct model *model, bool killed)
{
    struct twin *left = killed ? twin_after_kill(model->twin) : NULL;
    uint64_t position;

    commit_log_close(model->log);
    if (left) {
        twin_free(model->twin);
        model->twin = left;
        model->options.io = twin_io(left);
    }
    model->log = open_with(&model->options, true);
    position = commit_log_position(model->log);
    assert_true(position >= model->fixed);
    assert_true(position <= model->fixed || position <= model->marked);
    assert_true(position <= model->bytes.size);
    model->bytes.size = (size_t)position;
    model->fixed = position;
}

/* From the position on: the frame that holds it or the next one, and all behind. */
static void expect_from(struct model *model, uint64_t position)
{
    struct commit_reader *reader = open_reader(model->twin, position);
    struct commit_frame frame;
    struct diag diag = {0};
    size_t i = 0;

    while (i < model->count && model->ends[i] <= position)
        i++;
    for (; i < model->count; i++) {
        assert_int_equal(commit_reader_next(reader, &frame, &diag), 0);
        assert_int_equal(frame.begin, model->begins[i]);
        assert_int_equal(frame.end, model->ends[i]);
        assert_memory_equal(frame.records.data, model->bytes.data + frame.begin,
                            frame.records.size);
    }
    assert_int_equal(commit_reader_next(reader, &frame, &diag), ERR_MISSING);
    assert_int_equal(diag.code, 0);
    assert_string_equal(diag.text, "");
    commit_reader_free(reader);
}

static void run_model(uint64_t seed, bool compress)
{
    struct model model = {.twin = twin_new()};

    random_init(&model.random, seed);
    model.options = options_of(twin_io(model.twin), COMMIT_ALWAYS);
    model.options.compress = compress;
    model.options.segment_bytes = 700;
    model.log = open_with(&model.options, true);
    for (int i = 0; i < 80; i++) {
        uint64_t what = random_below(&model.random, 30);

        append_any(&model);
        if (what < 2)
            restart(&model, what);
        else if (what < 5)
            model.marked = commit_log_mark(model.log);
        if (i != 39)
            continue;
        flush(model.log);
        for (uint64_t position = 1; position <= model.bytes.size + 3; position++)
            expect_from(&model, position);
        expect_from(&model, 0);
    }
    commit_log_close(model.log); /* its end is a closed segment's now, maybe with a gap */
    for (uint64_t position = 1; position <= model.bytes.size; position++)
        expect_from(&model, position);
    twin_free(model.twin);
    buffer_release(&model.bytes);
}

static void test_a_reader_begins_at_every_position_of_any_log(void **state)
{
    uint64_t seed = (uint64_t)clock_monotonic_ns();

    (void)state;
    print_message("seed %" PRIu64 "\n", seed);
    for (uint64_t i = 0; i < 4; i++)
        run_model(seed + i, i & 1);
}

/* One that waits beyond the end gets nothing of what comes before its position. */
static void test_a_reader_beyond_the_end_waits_for_its_position(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin, COMMIT_ALWAYS);
    struct commit_reader *reader = open_reader(twin, 50 * RECORD_SIZE);

    (void)state;
    for (uint64_t n = 0; n < 100; n++) {
        append_records(log, n, n + 1);
        flush(log);
        expect_up_to(reader, n < 50 ? 50 : n, n < 50 ? 50 : n + 1);
    }
    free_all(reader, log, twin);
}

/* --- Checkpoints. */

static void test_what_a_checkpoint_has_removed_is_out_of_range(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin, COMMIT_ALWAYS);
    struct commit_reader *first, *last, *early;
    struct diag diag = {0};
    uint64_t position;
    int rc;

    (void)state;
    append_records(log, 0, 10);
    flush(log);
    first = open_reader(twin, 0);
    assert_int_equal(read_on(first, 0, &rc), 10);
    append_records(log, 10, 12); /* still in the segment that the reader is in */
    flush(log);
    commit_log_mark(log);
    append_records(log, 12, 20);
    flush(log);
    position = checkpoint(log, twin_io(twin));
    append_records(log, 20, 25);
    flush(log);
    assert_int_equal(read_on(first, 10, &rc), 12); /* of the removed file all is read */
    assert_int_equal(rc, ERR_RANGE);
    assert_int_equal(commit_reader_open(twin_io(twin), "log", 11 * RECORD_SIZE, &early, &diag),
                     ERR_MISSING);
    assert_non_null(strstr(diag.text, "not in the log any more"));
    last = open_reader(twin, 0);
    expect_up_to(last, position / RECORD_SIZE, 25);
    commit_reader_free(first);
    free_all(last, log, twin);
}

/* One that has read everything notices nothing. */
static void test_a_reader_that_keeps_up_survives_a_checkpoint(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin, COMMIT_ALWAYS);
    struct commit_reader *reader = open_reader(twin, 0);

    (void)state;
    for (uint64_t n = 0; n < 100; n += 10) {
        append_records(log, n, n + 10);
        flush(log);
        if (n % 20 == 0)
            expect_up_to(reader, n, n + 10);
        checkpoint(log, twin_io(twin));
        if (n % 20 == 0)
            append_records(log, n + 10, n + 15);
        else
            continue;
        flush(log);
        expect_up_to(reader, n + 10, n + 15);
        append_records(log, n + 15, n + 20);
        n += 10;
        flush(log);
        expect_up_to(reader, n + 5, n + 10);
    }
    free_all(reader, log, twin);
}

/* --- Ends and damage. */

static void test_a_torn_last_frame_is_the_end(void **state)
{
    struct twin *twin = twin_new(), *left;
    struct commit_log *log = open_small(twin, COMMIT_ALWAYS);
    struct commit_reader *reader;
    struct io_file *file;
    struct span bytes;
    size_t size;

    (void)state;
    for (uint64_t n = 0; n < 10; n++) {
        append_records(log, n, n + 1);
        flush(log);
    }
    left = twin_after_kill(twin);
    assert_true(twin_bytes(left, "log/0000000001-0.log", &bytes));
    size = bytes.size;
    while (bytes.data[size - 1] == 0)
        size--;
    for (size_t cut = 1; cut < 120; cut++) { /* the last frame has more than 60 */
        bool shorter = cut >= 60;            /* the file; else there are zeros */

        assert_int_equal(
            io_open(twin_io(left), "log/0000000001-0.log", IO_WRITE | IO_OVERWRITE, &file, NULL),
            0);
        assert_int_equal(shorter ? io_truncate(file, size - (cut - 59), NULL)
                                 : io_write(file, size - cut, SPAN("\0"), NULL),
                         0);
        reader = open_reader(left, 0);
        expect_up_to(reader, 0, 9);
        expect_up_to(reader, 9, 9); /* and stays so */
        commit_reader_free(reader);
        io_close(file);
    }
    twin_free(left);
    free_all(NULL, log, twin);
}

static void test_damage_in_the_middle_is_reported(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin, COMMIT_ALWAYS);
    struct commit_reader *reader;
    struct commit_frame frame;
    uint64_t at = 0;
    int rc;

    (void)state;
    for (uint64_t n = 0; n < 10; n++) {
        append_records(log, n, n + 1);
        flush(log);
    }
    reader = open_reader(twin, 0);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(commit_reader_next(reader, &frame, NULL), 0);
        at = frame.file_at;
    }
    commit_reader_free(reader);
    for (int closed = 0; closed < 2; closed++) { /* the segment that is open, and a closed one */
        assert_true(twin_flip(twin, "log/0000000001-0.log", at + FRAME_HEADER_SIZE + 1, 1));
        reader = open_reader(twin, 0);
        assert_int_equal(read_on(reader, 0, &rc), 4);
        assert_int_equal(rc, ERR_DAMAGED);
        commit_reader_free(reader);
        assert_true(twin_flip(twin, "log/0000000001-0.log", at + FRAME_HEADER_SIZE + 1, 1));
        commit_log_mark(log);
        append_records(log, 10 + (uint64_t)closed, 11 + (uint64_t)closed);
        flush(log);
    }
    free_all(NULL, log, twin);
}

/* After a failure the log writes again what it had written: to the reader it is old. */
static void test_what_is_written_again_is_not_read_again(void **state)
{
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin, COMMIT_NO);
    struct commit_reader *reader = open_reader(twin, 0);

    (void)state;
    for (uint64_t n = 0; n < 40; n += 4) {
        append_records(log, n, n + 3);
        flush(log);
        expect_up_to(reader, n, n + 3);
        twin_fail_at(twin, twin_steps(twin) + 1, ERR_IO, false);
        append_records(log, n + 3, n + 4);
        while (commit_log_flush(log, NULL) < 0)
            commit_log_set_sync(log, COMMIT_NO); /* tries again at once */
        expect_up_to(reader, n + 3, n + 4);
    }
    free_all(reader, log, twin);
}

/* --- Two threads. */

struct follower {
    struct twin *twin;
    struct commit_log *log; /* if it asks that */
    pthread_t thread;
    _Atomic uint64_t goal;  /* records, once it is known */
    uint64_t read, skipped; /* records */
    unsigned out_of_range, opened;
    char problem[400];
};

static bool take_frame(struct follower *follower, const struct commit_frame *frame, uint64_t *next)
{
    char text[RECORD_SIZE + 1];
    uint64_t n = frame->begin / RECORD_SIZE;

    if (n != *next || frame->end - frame->begin != frame->records.size) {
        snprintf(follower->problem, sizeof(follower->problem),
                 "record %" PRIu64 " comes, not %" PRIu64, n, *next);
        return false;
    }
    for (size_t at = 0; at < frame->records.size; at += RECORD_SIZE, n++)
        if (memcmp(frame->records.data + at, record_of(text, n).data, RECORD_SIZE) != 0)
            snprintf(follower->problem, sizeof(follower->problem), "record %" PRIu64 " is another",
                     n);
    follower->read += n - *next;
    *next = n;
    return !follower->problem[0];
}

/* Begins anew at the oldest there is, which is further on. */
static struct commit_reader *jump(struct follower *follower, uint64_t *next)
{
    struct commit_reader *reader = NULL;
    struct commit_frame frame;
    struct diag diag = {0};
    int rc = commit_reader_open(twin_io(follower->twin), "log", 0, &reader, &diag);

    follower->opened++;
    while (rc == 0 && (rc = commit_reader_next(reader, &frame, &diag)) == ERR_MISSING) {
        if (*next == follower->goal)
            return reader;
        sched_yield();
        rc = 0;
    }
    if (rc == ERR_RANGE) { /* that fast: once more */
        commit_reader_free(reader);
        return NULL;
    }
    if (rc < 0) {
        snprintf(follower->problem, sizeof(follower->problem), "jump: %.200s", diag.text);
    } else if (frame.begin / RECORD_SIZE < *next) {
        snprintf(follower->problem, sizeof(follower->problem), "it was still there");
    } else {
        follower->skipped += frame.begin / RECORD_SIZE - *next;
        *next = frame.begin / RECORD_SIZE;
        take_frame(follower, &frame, next);
    }
    return reader;
}

static void *follow(void *argument)
{
    struct follower *follower = argument;
    struct commit_reader *reader = NULL;
    struct commit_frame frame;
    uint64_t next = 0;

    while (!follower->problem[0] && next != follower->goal) {
        struct diag diag = {0};
        int rc;

        if (!reader && !(reader = jump(follower, &next)))
            continue;
        rc = commit_reader_next(reader, &frame, &diag);
        if (rc == 0) {
            take_frame(follower, &frame, &next);
        } else if (rc == ERR_MISSING) {
            sched_yield();
        } else if (rc == ERR_RANGE) {
            follower->out_of_range++;
            commit_reader_free(reader);
            reader = NULL;
        } else {
            snprintf(follower->problem, sizeof(follower->problem), "%.200s", diag.text);
        }
    }
    commit_reader_free(reader);
    return NULL;
}

/* Appends while others read; with checkpoints that take from under the readers what they have not
 * read, and with a disk that fails now and then. */
static void follow_while_writing(bool checkpoints, bool failures)
{
    enum {
        RECORDS = 3000,
        FOLLOWERS = 2
    };
    struct twin *twin = twin_new();
    struct commit_log *log = open_small(twin, COMMIT_ALWAYS);
    struct follower followers[FOLLOWERS];
    uint64_t n = 0;

    for (int i = 0; i < FOLLOWERS; i++) {
        followers[i] = (struct follower){.twin = twin, .goal = UINT64_MAX};
        assert_int_equal(pthread_create(&followers[i].thread, NULL, follow, &followers[i]), 0);
    }
    while (n < RECORDS) {
        uint64_t count = 1 + n % 7;

        append_records(log, n, n + count);
        n += count;
        if (n % 5 == 0)
            while (commit_log_flush(log, NULL) < 0)
                commit_log_set_sync(log, COMMIT_ALWAYS);
        if (checkpoints && n % 40 == 0 && !commit_log_has_failed(log, NULL))
            checkpoint(log, twin_io(twin));
        if (failures && n % 90 == 0)
            twin_fail_at(twin, twin_steps(twin) + 3, ERR_IO, false);
    }
    while (commit_log_flush(log, NULL) < 0)
        commit_log_set_sync(log, COMMIT_ALWAYS);
    for (int i = 0; i < FOLLOWERS; i++)
        followers[i].goal = n;
    for (int i = 0; i < FOLLOWERS; i++) {
        pthread_join(followers[i].thread, NULL);
        assert_string_equal(followers[i].problem, "");
        assert_int_equal(followers[i].read + followers[i].skipped, n);
        if (!checkpoints)
            assert_int_equal(followers[i].skipped, 0);
        print_message("%" PRIu64 " read, %" PRIu64 " removed before, out of range %u times\n",
                      followers[i].read, followers[i].skipped, followers[i].out_of_range);
    }
    commit_log_close(log);
    twin_free(twin);
}

static void test_a_second_thread_reads_everything_once(void **state)
{
    (void)state;
    follow_while_writing(false, false);
}

static void test_a_second_thread_is_told_what_checkpoints_removed(void **state)
{
    (void)state;
    follow_while_writing(true, false);
}

static void test_a_second_thread_reads_everything_once_though_the_disk_fails(void **state)
{
    (void)state;
    follow_while_writing(false, true);
}

/* Below what was durable before a reader came to the end no frame comes any more: so it knows what
 * was volatile, also at the end. */
static void *expect_nothing_late(void *argument)
{
    struct follower *follower = argument;
    struct commit_reader *reader = open_reader(follower->twin, 0);
    uint64_t known = 0;

    while (!follower->problem[0] && known < follower->goal) {
        uint64_t durable = commit_log_durable(follower->log);
        struct commit_frame frame;
        struct diag diag = {0};
        int rc;

        while ((rc = commit_reader_next(reader, &frame, &diag)) == 0) {
            follower->skipped += frame.begin - known;
            follower->read += frame.end - frame.begin;
            if (frame.begin < known)
                snprintf(follower->problem, sizeof(follower->problem),
                         "%" PRIu64 " came, up to %" PRIu64 " all was known", frame.begin, known);
            known = frame.end;
        }
        if (rc != ERR_MISSING)
            snprintf(follower->problem, sizeof(follower->problem), "%.200s", diag.text);
        if (durable > known) {
            follower->skipped += durable - known;
            known = durable;
        }
        sched_yield();
    }
    commit_reader_free(reader);
    return NULL;
}

static void test_what_was_durable_and_not_read_was_volatile(void **state)
{
    static const enum commit_sync syncs[] = {COMMIT_ALWAYS, COMMIT_EVERYSEC, COMMIT_NO};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct twin *twin = twin_new();
        struct commit_log *log = open_small(twin, syncs[i]);
        struct follower follower = {.twin = twin, .log = log, .goal = UINT64_MAX};
        uint64_t stored = 0, gaps = 0;

        assert_int_equal(pthread_create(&follower.thread, NULL, expect_nothing_late, &follower), 0);
        for (uint64_t n = 0; n < 3000; n++) {
            if (n % 3 == 0) {
                commit_log_append_volatile(log, SPAN("1234567"));
                gaps += 7;
            }
            append_records(log, n, n + 1);
            stored += RECORD_SIZE;
            if (n % 5 == 0)
                while (commit_log_flush(log, NULL) < 0)
                    commit_log_set_sync(log, syncs[i]);
            if (n % 7 == 0) {
                commit_log_append_volatile(log, SPAN("1234567"));
                gaps += 7;
            }
            if (n % 200 == 99)
                twin_fail_at(twin, twin_steps(twin) + 3, ERR_IO, false);
        }
        while (commit_log_flush(log, NULL) < 0)
            commit_log_set_sync(log, syncs[i]);
        follower.goal = commit_log_position(log);
        pthread_join(follower.thread, NULL);
        assert_string_equal(follower.problem, "");
        assert_int_equal(follower.read, stored);
        assert_int_equal(follower.skipped, gaps);
        free_all(NULL, log, twin);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reader_follows_the_log_across_segments_and_restarts),
        cmocka_unit_test(test_a_log_without_segments_is_read_once_it_has_some),
        cmocka_unit_test(test_a_reader_begins_with_the_frame_that_holds_its_position),
        cmocka_unit_test(test_a_reader_at_the_end_waits_for_more),
        cmocka_unit_test(test_a_frame_says_where_it_lies),
        cmocka_unit_test(test_gaps_that_volatile_records_leave_are_passed_over),
        cmocka_unit_test(test_a_reader_begins_at_every_position_of_any_log),
        cmocka_unit_test(test_a_reader_beyond_the_end_waits_for_its_position),
        cmocka_unit_test(test_what_a_checkpoint_has_removed_is_out_of_range),
        cmocka_unit_test(test_a_reader_that_keeps_up_survives_a_checkpoint),
        cmocka_unit_test(test_a_torn_last_frame_is_the_end),
        cmocka_unit_test(test_damage_in_the_middle_is_reported),
        cmocka_unit_test(test_what_is_written_again_is_not_read_again),
        cmocka_unit_test(test_a_second_thread_reads_everything_once),
        cmocka_unit_test(test_a_second_thread_is_told_what_checkpoints_removed),
        cmocka_unit_test(test_a_second_thread_reads_everything_once_though_the_disk_fails),
        cmocka_unit_test(test_what_was_durable_and_not_read_was_volatile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
