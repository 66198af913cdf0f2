/* Frames: what is written is read, and nothing else is taken for a frame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "storage/log/frame.h"

#include <string.h>

enum {
    SALT = 0x5eed5eed
};

static struct frame some_frame(struct span payload)
{
    return (struct frame){
        .stored_size = (uint32_t)payload.size,
        .record_size = (uint32_t)payload.size,
        .begin = 1000,
        .end = 1000 + payload.size,
        .synced = 900,
        .written_ms = 1700000000000,
    };
}

static void test_a_frame_reads_as_it_was_written(void **state)
{
    unsigned char header[FRAME_HEADER_SIZE];
    struct span payload = SPAN("what belongs together");
    struct frame frame = some_frame(payload), read;

    (void)state;
    frame_encode(&frame, payload, SALT, header);
    assert_true(frame_decode(header, SALT, &read));
    assert_int_equal(read.stored_size, frame.stored_size);
    assert_int_equal(read.record_size, frame.record_size);
    assert_int_equal(read.begin, frame.begin);
    assert_int_equal(read.end, frame.end);
    assert_int_equal(read.synced, frame.synced);
    assert_int_equal(read.written_ms, frame.written_ms);
    assert_int_equal(read.flags, frame.flags);
    assert_true(frame_verify(header, SALT, payload));
    assert_false(frame_verify(header, SALT, SPAN("what belongs togethex")));
    assert_false(frame_verify(header, SALT + 1, payload));
    assert_false(frame_verify(header, SALT, SPAN("what belongs")));
}

/* So a file's old blocks, or a client's bytes, can't pass for one. */
static void test_a_frame_of_another_segment_is_none(void **state)
{
    unsigned char header[FRAME_HEADER_SIZE];
    struct frame frame = some_frame(SPAN("x")), read;

    (void)state;
    frame_encode(&frame, SPAN("x"), SALT, header);
    assert_false(frame_decode(header, SALT + 1, &read));
    assert_false(frame_decode(header, 0, &read));
}

static void test_any_flipped_bit_of_a_header_is_noticed(void **state)
{
    unsigned char header[FRAME_HEADER_SIZE];
    struct frame frame = some_frame(SPAN("abc")), read;

    (void)state;
    for (int bit = 0; bit < FRAME_HEADER_SIZE * 8; bit++) {
        frame_encode(&frame, SPAN("abc"), SALT, header);
        header[bit / 8] = (unsigned char)(header[bit / 8] ^ 1 << bit % 8);
        assert_false(frame_decode(header, SALT, &read));
    }
}

/* Its checksum is right, and still it can't be: what a bug of ours might write. */
static void test_a_header_that_contradicts_itself_is_none(void **state)
{
    struct frame wrong[8];
    struct span payload = SPAN("abc");

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        wrong[i] = some_frame(payload);
    wrong[0].end--;                                /* less than its records */
    wrong[1].end = wrong[1].begin - 1;             /* backwards */
    wrong[2].synced = wrong[2].begin + 1;          /* knows the future */
    wrong[3].flags = 2;                            /* not known */
    wrong[4].stored_size++;                        /* not compressed */
    wrong[5].record_size = FRAME_RECORD_LIMIT + 1; /* too much */
    wrong[5].end = wrong[5].begin + wrong[5].record_size;
    wrong[5].flags = FRAME_COMPRESSED;
    wrong[6].record_size = wrong[6].stored_size = 0; /* nothing */
    wrong[6].end = wrong[6].begin;
    wrong[7].stored_size = 0; /* made of nothing */
    wrong[7].flags = FRAME_COMPRESSED;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        unsigned char header[FRAME_HEADER_SIZE];
        struct frame read;

        frame_encode(&wrong[i], payload, SALT, header);
        assert_false(frame_decode(header, SALT, &read));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_frame_reads_as_it_was_written),
        cmocka_unit_test(test_a_frame_of_another_segment_is_none),
        cmocka_unit_test(test_any_flipped_bit_of_a_header_is_noticed),
        cmocka_unit_test(test_a_header_that_contradicts_itself_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
