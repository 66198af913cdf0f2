/* Segments: frames of all kinds come back as they were written, also while the file grows; and a
 * write that was cut short is told from damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "storage/io/twin.h"
#include "storage/log/segment.h"

#include <string.h>

enum {
    FIRST = 500,
};

static const char path[] = "log/s.log";

static const struct segment_identity identity = {
    .replication_id = "0123456789012345678901234567890123456789",
    .first_position = FIRST,
    .number = 1,
    .salt = 12345,
};

/* A segment being written, and all that was put into it. */
struct written {
    struct twin *twin;
    struct segment_writer *writer;
    struct buffer all;
    size_t sizes[3000];
    size_t count;
};

static void begin_with(struct written *written, uint32_t salt)
{
    struct segment_identity own = identity;

    own.salt = salt;
    *written = (struct written){.twin = twin_new()};
    assert_int_equal(io_make_directory(twin_io(written->twin), "log", NULL), 0);
    assert_int_equal(
        segment_create(twin_io(written->twin), "log", "s.log", &own, &written->writer, NULL), 0);
    assert_int_equal(segment_synced_bytes(written->writer), segment_bytes(written->writer));
}

static void end(struct written *written)
{
    segment_writer_free(written->writer);
    twin_free(written->twin);
    buffer_release(&written->all);
}

static void begin(struct written *written)
{
    begin_with(written, identity.salt);
}

/* `synced` counts frames that are. */
static void add(struct written *written, struct span records, bool compress, size_t synced)
{
    struct frame frame = {.begin = FIRST + written->all.size, .synced = FIRST};

    for (size_t i = 0; i < synced; i++)
        frame.synced += written->sizes[i];
    frame.end = frame.begin + records.size;
    assert_int_equal(segment_write(written->writer, &frame, records, compress, NULL), 0);
    assert_int_equal(frame.record_size, records.size);
    buffer_append_span(&written->all, records);
    written->sizes[written->count++] = records.size;
}

static struct segment_reader *open_all(struct written *written)
{
    struct segment_reader *reader;

    assert_int_equal(
        segment_open(twin_io(written->twin), "log", "s.log", FIRST, UINT64_MAX, &reader, NULL), 0);
    return reader;
}

/* The next `count` frames are those from `*at`, `*from` bytes on. */
static void expect_frames(struct written *written, struct segment_reader *reader, size_t *index,
                          size_t *from, size_t count)
{
    struct span records;
    struct frame frame;
    uint64_t at;

    for (size_t i = 0; i < count; i++) {
        assert_int_equal(segment_next(reader, &frame, &records, &at, NULL), 0);
        assert_int_equal(records.size, written->sizes[*index]);
        assert_memory_equal(records.data, written->all.data + *from, records.size);
        assert_int_equal(frame.begin, FIRST + *from);
        *from += records.size;
        ++*index;
    }
    assert_int_equal(segment_next(reader, &frame, &records, &at, NULL), ERR_MISSING);
}

static void expect_all(struct written *written)
{
    struct segment_reader *reader = open_all(written);
    size_t index = 0, from = 0;

    expect_frames(written, reader, &index, &from, written->count);
    assert_int_equal(from, written->all.size);
    segment_reader_free(reader);
}

/* Text repeats itself, and noise does not. */
static void fill(struct random *random, char *bytes, size_t size, bool noise)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = noise ? (char)random_next(random) : "xadd orders * sum 12 "[i % 21];
}

static void test_frames_of_all_kinds_come_back(void **state)
{
    struct written written;
    struct random random;
    char *bytes = mem_alloc(100000);

    (void)state;
    random_init(&random, 1);
    begin(&written);
    for (size_t i = 0; i < 600; i++) {
        size_t size = 1 + (size_t)random_below(&random, i % 50 ? 300 : 90000);

        fill(&random, bytes, size, i % 3 == 0);
        add(&written, span_of(bytes, size), i % 7 != 0, 0);
    }
    expect_all(&written);
    end(&written);
    mem_free(bytes);
}

static void test_a_large_record_comes_back(void **state)
{
    size_t size = 24 * 1024 * 1024;
    char *bytes = mem_alloc(size);
    struct written written;
    struct random random;

    (void)state;
    random_init(&random, 2);
    begin(&written);
    fill(&random, bytes, size, true);
    add(&written, span_of(bytes, size), true, 0);
    fill(&random, bytes, size, false);
    add(&written, span_of(bytes, size), true, 0);
    add(&written, SPAN("and a small one"), true, 0);
    expect_all(&written);
    end(&written);
    mem_free(bytes);
}

/* Small frames gain from what came before; noise costs next to nothing. */
static void test_compression_pays_or_stops(void **state)
{
    struct written text, noise;
    struct random random;
    char bytes[200];

    (void)state;
    random_init(&random, 3);
    begin(&text);
    begin(&noise);
    for (size_t i = 0; i < 1000; i++) {
        fill(&random, bytes, sizeof(bytes), false);
        add(&text, span_of(bytes, sizeof(bytes)), true, 0);
        fill(&random, bytes, sizeof(bytes), true);
        add(&noise, span_of(bytes, sizeof(bytes)), true, 0);
    }
    assert_true(segment_bytes(text.writer) < 1000 * (FRAME_HEADER_SIZE + 40));
    assert_true(segment_bytes(noise.writer) < 1000 * (FRAME_HEADER_SIZE + 202));
    expect_all(&text);
    expect_all(&noise);
    end(&text);
    end(&noise);
}

/* Also from the middle of a frame on. */
static void test_reading_goes_on_as_the_file_grows(void **state)
{
    struct written written;
    struct segment_reader *reader;
    size_t index = 0, from = 0;
    struct span bytes;
    struct io_file *half;
    struct twin *growing = twin_new();
    struct span records;
    struct frame frame;
    uint64_t at;

    (void)state;
    begin(&written);
    reader = open_all(&written);
    for (size_t i = 0; i < 50; i++) {
        expect_frames(&written, reader, &index, &from, 0);
        add(&written, SPAN("one"), i % 2, 0);
        add(&written, SPAN("another"), true, 0);
        assert_int_equal(segment_refresh(reader, NULL), 0);
        expect_frames(&written, reader, &index, &from, 2);
    }
    segment_reader_free(reader);
    /* the same file, byte by byte */
    assert_true(twin_bytes(written.twin, path, &bytes));
    assert_int_equal(io_make_directory(twin_io(growing), "log", NULL), 0);
    assert_int_equal(io_open(twin_io(growing), path, IO_WRITE | IO_CREATE, &half, NULL), 0);
    index = from = 0;
    reader = NULL;
    for (size_t i = 0; i < bytes.size; i++) {
        int rc;

        assert_int_equal(io_append(half, span_of(bytes.data + i, 1), NULL), 0);
        if (!reader &&
            segment_open(twin_io(growing), "log", "s.log", FIRST, UINT64_MAX, &reader, NULL) < 0)
            continue;
        assert_int_equal(segment_refresh(reader, NULL), 0);
        while ((rc = segment_next(reader, &frame, &records, &at, NULL)) == 0) {
            assert_memory_equal(records.data, written.all.data + from, records.size);
            from += records.size;
            index++;
        }
        assert_true(rc == ERR_MISSING || rc == ERR_DAMAGED);
        if (rc == ERR_DAMAGED)
            assert_false(segment_is_rotten(reader, FIRST + from));
    }
    assert_int_equal(index, written.count);
    segment_reader_free(reader);
    io_close(half);
    twin_free(growing);
    end(&written);
}

/* --- Prepared: zeros behind what is written. */

static uint64_t file_bytes(const struct written *written)
{
    struct span bytes;

    assert_true(twin_bytes(written->twin, path, &bytes));
    return bytes.size;
}

static void test_zeros_up_to_the_end_of_the_file_are_its_end(void **state)
{
    struct written written;
    struct segment_reader *reader;
    size_t index = 0, from = 0;

    (void)state;
    begin(&written);
    reader = open_all(&written);
    for (size_t i = 0; i < 400; i++) {
        char text[200];

        memset(text, 'a' + (int)(i % 26), sizeof(text));
        text[sizeof(text) - 1] = '\0'; /* records may end in zeros themselves */
        add(&written, span_of(text, sizeof(text)), i % 3 == 0, 0);
        segment_prepare(written.writer);
        assert_true(file_bytes(&written) > segment_bytes(written.writer));
        assert_int_equal(segment_refresh(reader, NULL), 0);
        expect_frames(&written, reader, &index, &from, 1);
        assert_int_equal(segment_file_bytes(reader), segment_bytes(written.writer));
    }
    expect_all(&written);
    segment_reader_free(reader);
    end(&written);
}

/* What is prepared grows with the segment, and is taken before more is. */
static void test_a_small_segment_prepares_little(void **state)
{
    struct written written;
    uint64_t prepared, before;
    char text[3000];

    (void)state;
    memset(text, 'x', sizeof(text));
    begin(&written);
    assert_int_equal(file_bytes(&written), segment_bytes(written.writer));
    add(&written, SPAN("one"), false, 0);
    segment_prepare(written.writer);
    before = prepared = file_bytes(&written);
    assert_in_range(prepared, 16 << 10, 24 << 10);
    for (unsigned grown = 0; grown<10; grown += prepared> before, before = prepared) {
        uint64_t bytes = segment_bytes(written.writer);

        add(&written, span_of(text, sizeof(text)), false, 0);
        segment_prepare(written.writer);
        prepared = file_bytes(&written);
        if (prepared > before) {
            assert_in_range(before - bytes, sizeof(text), 10 * sizeof(text)); /* nearly all used */
            assert_true(prepared - bytes <= (1 << 20) + 8192);
            assert_true(prepared <= 2 * bytes + (24 << 10));
        }
    }
    end(&written);
}

/* Who writes much at once gains nothing from writing it twice. */
static void test_for_large_frames_nothing_is_prepared(void **state)
{
    char *large = mem_zalloc(100000);
    struct written written;

    (void)state;
    begin(&written);
    add(&written, span_of(large, 100000), false, 0);
    segment_prepare(written.writer);
    assert_int_equal(file_bytes(&written), segment_bytes(written.writer));
    expect_all(&written);
    end(&written);
    mem_free(large);
}

static void test_without_room_nothing_is_prepared_and_writing_goes_on(void **state)
{
    struct written written;

    (void)state;
    begin(&written);
    add(&written, SPAN("one"), false, 0);
    twin_set_capacity(written.twin, segment_bytes(written.writer) + 1000);
    segment_prepare(written.writer);
    assert_int_equal(file_bytes(&written), segment_bytes(written.writer)); /* it was given back */
    add(&written, SPAN("two"), false, 0);
    assert_int_equal(segment_sync(written.writer, NULL), 0);
    twin_set_capacity(written.twin, UINT64_MAX);
    expect_all(&written);
    end(&written);
    /* and what was prepared is room that nobody else gets */
    begin(&written);
    add(&written, SPAN("one"), false, 0);
    segment_prepare(written.writer);
    twin_set_capacity(written.twin, 0);
    for (size_t i = 0; i < 100; i++) {
        add(&written, SPAN("more of the same"), false, 0);
        segment_prepare(written.writer);
    }
    expect_all(&written);
    end(&written);
}

static void test_what_lies_behind_the_end_is_not_read(void **state)
{
    struct written written;
    struct segment_reader *reader;
    uint64_t bytes;

    (void)state;
    begin(&written);
    add(&written, SPAN("first"), true, 0);
    bytes = segment_bytes(written.writer);
    add(&written, SPAN("second"), true, 0);
    assert_int_equal(
        segment_open(twin_io(written.twin), "log", "s.log", FIRST, bytes, &reader, NULL), 0);
    expect_frames(&written, reader, &(size_t){0}, &(size_t){0}, 1);
    segment_reader_free(reader);
    reader = open_all(&written);
    segment_end_at(reader, bytes);
    expect_frames(&written, reader, &(size_t){0}, &(size_t){0}, 1);
    segment_reader_free(reader);
    bytes = segment_bytes(written.writer);
    assert_int_equal(
        segment_open(twin_io(written.twin), "log", "s.log", FIRST, bytes + 1, &reader, NULL),
        ERR_DAMAGED); /* the file is shorter */
    end(&written);
}

/* Opens a changed copy and reads it. The number of sound frames; *rc is what came then. */
static size_t read_damaged(struct twin *twin, bool *rotten, int *rc)
{
    struct segment_reader *reader;
    uint64_t at, position = FIRST;
    struct span records;
    struct frame frame;
    size_t count = 0;

    *rotten = true;
    *rc = segment_open(twin_io(twin), "log", "s.log", FIRST, UINT64_MAX, &reader, NULL);
    if (*rc < 0)
        return 0;
    while ((*rc = segment_next(reader, &frame, &records, &at, NULL)) == 0) {
        position = frame.end;
        count++;
    }
    *rotten = *rc == ERR_DAMAGED && segment_is_rotten(reader, position);
    segment_reader_free(reader);
    return count;
}

/* Every bit, with frames of which all but the last two are known to be synced. */
static void test_any_flipped_bit_is_noticed(void **state)
{
    struct written written;
    uint64_t ends[10], bytes;

    (void)state;
    begin(&written);
    for (size_t i = 0; i < 10; i++) {
        add(&written, SPAN("xadd orders * sum 12"), i % 4 != 3, i < 9 ? i : 8);
        ends[i] = segment_bytes(written.writer);
    }
    bytes = segment_bytes(written.writer);
    for (uint64_t at = 0; at < bytes; at++) {
        for (unsigned mask = 1; mask < 256; mask <<= 1) {
            size_t count, hit = 0;
            bool rotten;
            int rc;

            assert_true(twin_flip(written.twin, path, at, (unsigned char)mask));
            count = read_damaged(written.twin, &rotten, &rc);
            assert_true(twin_flip(written.twin, path, at, (unsigned char)mask));
            while (hit < 10 && ends[hit] <= at)
                hit++;
            assert_int_equal(rc, ERR_DAMAGED);
            if (count > 0 || at >= ends[0])
                assert_int_equal(count, hit);
            assert_int_equal(rotten, hit < 8);
        }
    }
    expect_all(&written);
    end(&written);
}

/* Ten frames in a prepared file, of which the first eight are known to be synced. */
static void begin_prepared(struct written *written, uint64_t ends[11])
{
    begin(written);
    ends[0] = segment_bytes(written->writer);
    for (size_t i = 0; i < 10; i++) {
        add(written, SPAN("xadd orders * sum 12"), i % 4 != 3, i < 9 ? i : 8);
        segment_prepare(written->writer);
        ends[i + 1] = segment_bytes(written->writer);
    }
}

/* Zeros in the place of a frame, or of a part of it, are no end while sound frames follow. */
static void test_zeros_in_the_middle_are_damage(void **state)
{
    struct written written;
    uint64_t ends[11];

    (void)state;
    begin_prepared(&written, ends);
    for (size_t hit = 0; hit < 10; hit++) {
        for (unsigned part = 0; part < 3; part++) { /* all, the first half, the second half */
            uint64_t size = ends[hit + 1] - ends[hit];
            uint64_t from = ends[hit] + (part == 2 ? size / 2 : 0);
            uint64_t to = ends[hit + 1] - (part == 1 ? size / 2 : 0);
            struct twin *damaged = twin_after_kill(written.twin);
            struct io_file *file;
            char zeros[200] = {0};
            size_t count;
            bool rotten;
            int rc;

            assert_int_equal(io_open(twin_io(damaged), path, IO_WRITE | IO_OVERWRITE, &file, NULL),
                             0);
            assert_int_equal(io_write(file, from, span_of(zeros, to - from), NULL), 0);
            io_close(file);
            count = read_damaged(damaged, &rotten, &rc);
            assert_int_equal(count, hit);
            /* the last one as a whole: nobody can know that it was there */
            assert_int_equal(rc, hit == 9 && part == 0 ? ERR_MISSING : ERR_DAMAGED);
            assert_int_equal(rotten, hit < 8);
            twin_free(damaged);
        }
    }
    end(&written);
}

/* Where nothing was written yet, rot is no loss, and no reason to refuse what is there. */
static void test_what_is_no_zero_behind_the_end_is_a_write_that_was_cut_short(void **state)
{
    struct written written;
    uint64_t ends[11], bytes;

    (void)state;
    begin_prepared(&written, ends);
    bytes = file_bytes(&written);
    for (uint64_t at = ends[10]; at < bytes; at += at < ends[10] + 100 ? 1 : 977) {
        struct segment_reader *reader;
        bool rotten;
        int rc;

        assert_true(twin_flip(written.twin, path, at, 0x40));
        assert_int_equal(read_damaged(written.twin, &rotten, &rc), 10);
        assert_int_equal(rc, ERR_DAMAGED);
        assert_false(rotten);
        reader = open_all(&written);
        assert_int_equal(segment_file_bytes(reader), at + 1);
        segment_reader_free(reader);
        assert_true(twin_flip(written.twin, path, at, 0x40));
    }
    expect_all(&written);
    end(&written);
}

/* A closed segment has no end but the one that the manifest says. */
static void test_a_closed_segment_does_not_end_in_zeros(void **state)
{
    struct segment_reader *reader;
    struct written written;
    struct span records;
    struct frame frame;
    uint64_t ends[11], at;
    int rc;

    (void)state;
    begin_prepared(&written, ends);
    assert_int_equal(
        segment_open(twin_io(written.twin), "log", "s.log", FIRST, ends[10] + 1000, &reader, NULL),
        0);
    for (size_t i = 0; (rc = segment_next(reader, &frame, &records, &at, NULL)) == 0; i++)
        assert_true(i < 10);
    assert_int_equal(rc, ERR_DAMAGED);
    segment_reader_free(reader);
    end(&written);
}

/* What a client stores may look like a frame; it doesn't pass for one, wherever the tear is. */
static void test_a_frame_within_a_record_proves_nothing(void **state)
{
    struct written inner, outer;
    struct span bytes;
    struct twin *torn = twin_new();
    bool rotten;
    int rc;

    (void)state;
    begin_with(&inner, identity.salt + 1);
    for (size_t i = 0; i < 20; i++)
        add(&inner, SPAN("synced long ago"), false, i);
    assert_true(twin_bytes(inner.twin, path, &bytes));
    begin(&outer);
    add(&outer, bytes, false, 0);
    end(&inner);
    assert_true(twin_bytes(outer.twin, path, &bytes));
    assert_int_equal(io_make_directory(twin_io(torn), "log", NULL), 0);
    assert_int_equal(
        io_replace_file(twin_io(torn), path, span_of(bytes.data, bytes.size - 10), NULL), 0);
    assert_int_equal(read_damaged(torn, &rotten, &rc), 0);
    assert_int_equal(rc, ERR_DAMAGED);
    assert_false(rotten);
    end(&outer);
    twin_free(torn);
}

static void test_a_failing_disk_is_reported(void **state)
{
    struct written written;
    struct frame frame = {.begin = FIRST, .end = FIRST + 1};
    struct segment_writer *writer;
    uint64_t bytes;

    (void)state;
    begin(&written);
    bytes = segment_bytes(written.writer);
    twin_fail_at(written.twin, twin_steps(written.twin) + 1, ERR_FULL, false);
    assert_int_equal(segment_write(written.writer, &frame, SPAN("x"), true, NULL), ERR_FULL);
    assert_int_equal(segment_bytes(written.writer), bytes); /* what is there of it is not counted */
    for (uint64_t step = 1; step <= 4; step++) {
        struct span there;

        twin_fail_at(written.twin, twin_steps(written.twin) + step, ERR_IO, false);
        assert_int_equal(
            segment_create(twin_io(written.twin), "log", "t.log", &identity, &writer, NULL),
            ERR_IO);
        assert_false(twin_bytes(written.twin, "log/t.log", &there)); /* nothing is left behind */
    }
    assert_int_equal(
        segment_create(twin_io(written.twin), "log", "s.log", &identity, &writer, NULL),
        ERR_EXISTS);
    end(&written);
}

/* --- Beginning in the middle. */

/* From `position` on: the frame that holds it comes, and what comes before it is little. */
static void seek_to(struct written *written, uint64_t position, size_t limit)
{
    struct segment_reader *reader = open_all(written);
    size_t before = 0, from = 0, index = 0;
    struct span records;
    struct frame frame;
    uint64_t at;

    segment_seek(reader, position);
    for (;;) {
        int rc = segment_next(reader, &frame, &records, &at, NULL);

        if (rc == ERR_MISSING) { /* the position is the end */
            assert_int_equal(position, FIRST + written->all.size);
            segment_reader_free(reader);
            return;
        }
        assert_int_equal(rc, 0);
        from = (size_t)(frame.begin - FIRST);
        assert_memory_equal(records.data, written->all.data + from, records.size);
        if (frame.end > position)
            break;
        before += records.size;
    }
    assert_true(frame.begin <= position);
    assert_true(before <= limit);
    for (size_t sum = 0; sum < from; index++)
        sum += written->sizes[index];
    from += records.size;
    index++;
    expect_frames(written, reader, &index, &from, written->count - index);
    segment_reader_free(reader);
}

static void test_reading_begins_near_any_position(void **state)
{
    struct written written;
    struct random random;
    size_t largest = 2 << 20;
    char *bytes = mem_alloc(largest);

    (void)state;
    random_init(&random, 2);
    begin(&written);
    for (size_t i = 0; i < 60; i++) {
        size_t size = 1 + (size_t)random_below(&random, i % 3 ? largest : 300);

        fill(&random, bytes, size, i % 5 == 0);
        if (size > 3) /* a plain one does not begin a stream, whatever it says */
            memcpy(bytes, "\x28\xb5\x2f\xfd", 4);
        add(&written, span_of(bytes, size), i % 4 != 0, 0);
    }
    for (size_t i = 0, position = FIRST; i < written.count; position += written.sizes[i++]) {
        seek_to(&written, position, (8 << 20) + 3 * largest);
        seek_to(&written, position + written.sizes[i] - 1, (8 << 20) + 3 * largest);
    }
    seek_to(&written, FIRST + written.all.size, (8 << 20) + 3 * largest);
    end(&written);
    mem_free(bytes);
}

static void test_without_compression_reading_begins_with_the_frame(void **state)
{
    struct written written;
    char bytes[400];

    (void)state;
    memset(bytes, 'x', sizeof(bytes));
    begin(&written);
    for (size_t i = 1; i <= 300; i++)
        add(&written, span_of(bytes, i), false, 0);
    for (uint64_t position = FIRST; position < FIRST + written.all.size; position += 17)
        seek_to(&written, position, 0);
    end(&written);
}

/* Whatever bit flips: what comes is what was written. */
static void test_seeking_past_flipped_bits_gives_nothing_wrong(void **state)
{
    struct written written;
    unsigned damaged = 0;

    (void)state;
    begin(&written);
    for (int i = 0; i < 12; i++)
        add(&written, SPAN("xadd orders * sum 12"), i % 4 != 2, 0);
    for (uint64_t at = 0; at < segment_bytes(written.writer); at++) {
        struct segment_reader *reader;
        struct span records;
        struct frame frame;
        uint64_t there;
        int rc;

        assert_true(twin_flip(written.twin, path, at, (unsigned char)(1u << at % 8)));
        if (segment_open(twin_io(written.twin), "log", "s.log", FIRST, UINT64_MAX, &reader, NULL) ==
            0) {
            segment_seek(reader, FIRST + 90);
            while ((rc = segment_next(reader, &frame, &records, &there, NULL)) == 0)
                assert_true(span_equal(records, SPAN("xadd orders * sum 12")));
            damaged += rc == ERR_DAMAGED;
            segment_reader_free(reader);
        }
        assert_true(twin_flip(written.twin, path, at, (unsigned char)(1u << at % 8)));
    }
    assert_true(damaged > 500);
    end(&written);
}

/* A damaged header on the way ends the seeking before it: the reader finds it, and says so. */
static void test_seeking_does_not_pass_damage(void **state)
{
    struct segment_reader *reader;
    struct written written;
    struct span records;
    struct frame frame;
    uint64_t at, third = 0;
    int rc;

    (void)state;
    for (int compress = 0; compress < 2; compress++) {
        begin(&written);
        for (int i = 0; i < 10; i++) {
            if (i == 3)
                third = segment_bytes(written.writer);
            add(&written, SPAN("xadd orders * sum 12"), compress, 0);
        }
        assert_true(twin_flip(written.twin, path, third + 20, 1));
        reader = open_all(&written);
        segment_seek(reader, FIRST + 160);
        while ((rc = segment_next(reader, &frame, &records, &at, NULL)) == 0)
            assert_true(frame.end <= FIRST + 60);
        assert_int_equal(rc, ERR_DAMAGED);
        assert_int_equal(at, third);
        segment_reader_free(reader);
        end(&written);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_of_all_kinds_come_back),
        cmocka_unit_test(test_a_large_record_comes_back),
        cmocka_unit_test(test_compression_pays_or_stops),
        cmocka_unit_test(test_reading_goes_on_as_the_file_grows),
        cmocka_unit_test(test_zeros_up_to_the_end_of_the_file_are_its_end),
        cmocka_unit_test(test_a_small_segment_prepares_little),
        cmocka_unit_test(test_for_large_frames_nothing_is_prepared),
        cmocka_unit_test(test_without_room_nothing_is_prepared_and_writing_goes_on),
        cmocka_unit_test(test_zeros_in_the_middle_are_damage),
        cmocka_unit_test(test_what_is_no_zero_behind_the_end_is_a_write_that_was_cut_short),
        cmocka_unit_test(test_a_closed_segment_does_not_end_in_zeros),
        cmocka_unit_test(test_what_lies_behind_the_end_is_not_read),
        cmocka_unit_test(test_any_flipped_bit_is_noticed),
        cmocka_unit_test(test_a_frame_within_a_record_proves_nothing),
        cmocka_unit_test(test_a_failing_disk_is_reported),
        cmocka_unit_test(test_reading_begins_near_any_position),
        cmocka_unit_test(test_without_compression_reading_begins_with_the_frame),
        cmocka_unit_test(test_seeking_does_not_pass_damage),
        cmocka_unit_test(test_seeking_past_flipped_bits_gives_nothing_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
