/* RDB's lengths, strings and numbers: what is written reads back, foreign bytes are refused, and
 * old packed forms give their elements. */
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/crc/crc.h"
#include "core/num/num.h"
#include "storage/rdb/rdb_reader.h"
#include "storage/rdb/rdb_value.h"
#include "storage/rdb/rdb_writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct settings settings;

struct exchange {
    struct buffer bytes;
    struct rdb_writer out;
    struct rdb_reader in;
};

static void begin(struct exchange *exchange)
{
    memset(exchange, 0, sizeof(*exchange));
    settings_init(&settings);
    rdb_writer_init(&exchange->out, &exchange->bytes, true);
}

static void turn(struct exchange *exchange)
{
    rdb_reader_init(&exchange->in, span_of(exchange->bytes.data, exchange->bytes.size), &settings,
                    0);
}

static void end(struct exchange *exchange)
{
    rdb_reader_release(&exchange->in);
    buffer_release(&exchange->bytes);
}

static void test_lengths_of_every_width_read_back(void **state)
{
    static const uint64_t lengths[] = {0,     1,          63,         64,        16383,
                                       16384, UINT32_MAX, 1ULL << 32, UINT64_MAX};
    static const size_t sizes[] = {1, 1, 1, 2, 2, 5, 5, 9, 9};
    struct exchange exchange;

    (void)state;
    begin(&exchange);
    for (size_t i = 0; i < 9; i++) {
        size_t before = exchange.bytes.size;

        rdb_write_length(&exchange.out, lengths[i]);
        assert_int_equal(exchange.bytes.size - before, sizes[i]);
    }
    turn(&exchange);
    for (size_t i = 0; i < 9; i++) {
        uint64_t length;

        assert_int_equal(rdb_read_length(&exchange.in, &length), 0);
        assert_true(length == lengths[i]);
    }
    assert_int_equal(rdb_reader_position(&exchange.in), exchange.bytes.size);
    end(&exchange);
}

static void test_strings_read_back_however_they_are_written(void **state)
{
    static char large[100000], noise[1000];
    struct span strings[] = {SPAN(""),
                             SPAN("a"),
                             SPAN("0"),
                             SPAN("-1"),
                             SPAN("127"),
                             SPAN("-32769"),
                             SPAN("007"),
                             SPAN("2147483648"),
                             {large, sizeof(large)},
                             {noise, sizeof(noise)}};
    static const size_t sizes[] = {1, 2, 2, 2, 2, 5, 4, 11};
    struct exchange exchange;

    (void)state;
    for (size_t i = 0; i < sizeof(noise); i++)
        noise[i] = (char)(i * i * 31 + i / 7);
    begin(&exchange);
    for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++) {
        size_t before = exchange.bytes.size;

        rdb_write_string(&exchange.out, strings[i]);
        if (i < sizeof(sizes) / sizeof(*sizes))
            assert_int_equal(exchange.bytes.size - before, sizes[i]);
    }
    assert_true(exchange.bytes.size < 4000); /* the large one is compressed */
    turn(&exchange);
    for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++) {
        struct span read;

        assert_int_equal(rdb_read_string(&exchange.in, &read), 0);
        assert_true(span_equal(read, strings[i]));
    }
    end(&exchange);
}

static void test_numbers_are_little_endian(void **state)
{
    struct exchange exchange;
    double number;
    int64_t ms;

    (void)state;
    begin(&exchange);
    rdb_write_ms(&exchange.out, -2);
    rdb_write_double(&exchange.out, 1.5);
    assert_memory_equal(exchange.bytes.data, "\xfe\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\xf8\x3f",
                        16);
    turn(&exchange);
    assert_int_equal(rdb_read_ms(&exchange.in, &ms), 0);
    assert_int_equal(ms, -2);
    assert_int_equal(rdb_read_double(&exchange.in, &number), 0);
    assert_true(number == 1.5);
    end(&exchange);
}

/* A few bytes that claim gigabytes are refused before memory is taken for them. */
static void test_claims_beyond_the_input_are_refused(void **state)
{
    static const char *const claims[] = {
        "\x80\x7f\xff\xff\xff",                 /* a string of 2 GiB */
        "\x81\x7f\xff\xff\xff\xff\xff\xff\xff", /* of far more */
        "\xc3\x05\x80\x1f\xff\xff\xff"
        "abcde", /* five bytes that become half a GiB */
        "\xc3\x01\x00"
        "a",    /* compressed nothing */
        "\xc4", /* of a kind that does not exist */
        "\x42", /* cut in the middle */
        "\x05"
        "abc",          /* longer than there is */
        "\xbf",         /* no length at all */
        "\xc3\x00\x05", /* five bytes out of none */
    };
    static const size_t sizes[] = {5, 9, 12, 4, 1, 1, 4, 1, 3};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        struct rdb_reader in;
        struct span read;
        size_t used = mem_used();

        rdb_reader_init(&in, span_of(claims[i], sizes[i]), &settings, 0);
        assert_int_equal(rdb_read_string(&in, &read), ERR_DAMAGED);
        assert_int_equal(read.size, 0);
        assert_true(mem_used() - used < 4096);
        assert_int_equal(in.diag.code, ERR_DAMAGED);
        rdb_reader_release(&in);
    }
}

static void test_the_first_failure_stays(void **state)
{
    struct rdb_reader in;
    uint64_t length;
    uint8_t byte;

    (void)state;
    rdb_reader_init(&in, SPAN("\xc1\x01"), &settings, 0);
    assert_int_equal(rdb_read_length(&in, &length), ERR_DAMAGED);
    assert_int_equal(rdb_read_byte(&in, &byte), ERR_DAMAGED);
    assert_non_null(strstr(in.diag.text, "at byte 1"));
    rdb_reader_release(&in);
}

/* Input that comes in pieces of one byte reads as it does in one piece. */
struct pieces {
    const char *at, *end;
};

static int one_byte(struct rdb_reader *in)
{
    struct pieces *pieces = in->context;

    if (pieces->at == pieces->end)
        return ERR_MISSING;
    in->at = pieces->at++;
    in->end = pieces->at;
    in->position++;
    return 0;
}

static void test_input_in_pieces(void **state)
{
    struct exchange exchange;
    struct pieces pieces;
    struct span read;

    (void)state;
    begin(&exchange);
    rdb_write_string(&exchange.out, SPAN("a text that is long enough to be compressed, compressed, "
                                         "compressed"));
    rdb_write_string(&exchange.out, SPAN("plain"));
    pieces = (struct pieces){exchange.bytes.data, exchange.bytes.data + exchange.bytes.size};
    rdb_reader_init(&exchange.in, (struct span){0}, &settings, 0);
    exchange.in.refill = one_byte;
    exchange.in.context = &pieces;
    assert_int_equal(rdb_read_string(&exchange.in, &read), 0);
    assert_int_equal(read.size, 67);
    assert_int_equal(rdb_read_string(&exchange.in, &read), 0);
    assert_true(span_equal(read, SPAN("plain")));
    assert_int_equal(rdb_reader_position(&exchange.in), exchange.bytes.size);
    assert_int_equal(rdb_read_string(&exchange.in, &read), ERR_DAMAGED);
    end(&exchange);
}

/* A writer with somewhere to flush to keeps little in memory, and stops at the first failure. */
static int count_flushed(void *context, struct buffer *out)
{
    size_t *flushed = context;

    *flushed += out->size;
    buffer_clear(out);
    return *flushed > 2 * RDB_FLUSH_SIZE ? ERR_IO : 0;
}

static void test_a_writer_flushes_and_fails(void **state)
{
    static char part[100000];
    struct exchange exchange;
    size_t flushed = 0;

    (void)state;
    begin(&exchange);
    exchange.out.flush = count_flushed;
    exchange.out.context = &flushed;
    exchange.out.compress = false;
    for (int i = 0; i < 20; i++) {
        rdb_write_string(&exchange.out, span_of(part, sizeof(part)));
        assert_true(exchange.bytes.size < RDB_FLUSH_SIZE + sizeof(part));
    }
    assert_int_equal(exchange.out.failed, ERR_IO);
    assert_true(flushed < 4 * RDB_FLUSH_SIZE);
    end(&exchange);
}

/* --- Packed forms of old. */

static void test_a_ziplist_gives_its_elements(void **state)
{
    /* "ab", 12, -2, 1000, -70000, 70 bytes of x */
    static char list[200] = "\0\0\0\0\0\0\0\0\6\0"
                            "\0\2ab"
                            "\4\xfd"
                            "\2\xfe\xfe"
                            "\3\xc0\xe8\3"
                            "\4\xf0\x90\xee\xfe"
                            "\5\x40\x46";
    static const char *const expected[] = {"ab", "12", "-2", "1000", "-70000"};
    size_t size = 10 + 4 + 2 + 3 + 4 + 5 + 3;
    struct ziplist_cursor cursor;
    char scratch[NUM_TEXT_LIMIT];
    struct span element;

    (void)state;
    memset(list + size, 'x', 70);
    size += 70;
    list[size++] = (char)0xff;
    list[0] = (char)size;
    assert_int_equal(ziplist_begin(&cursor, span_of(list, size)), 0);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(ziplist_next(&cursor, &element, scratch), 1);
        assert_true(span_equal(element, span_text(expected[i])));
    }
    assert_int_equal(ziplist_next(&cursor, &element, scratch), 1);
    assert_int_equal(element.size, 70);
    assert_int_equal(ziplist_next(&cursor, &element, scratch), 0);
    for (size_t cut = 11; cut < size; cut++) {
        int rc = 1;

        list[0] = (char)cut;
        if (ziplist_begin(&cursor, span_of(list, cut)) < 0)
            continue;
        while (rc == 1)
            rc = ziplist_next(&cursor, &element, scratch);
        assert_true(rc == 0 || rc == ERR_DAMAGED);
    }
}

static void test_a_zipmap_gives_keys_and_values_in_turn(void **state)
{
    static const char map[] = "\2\1a\2\0bc\3key\1\2v--\xff";
    static const char *const expected[] = {"a", "bc", "key", "v"};
    struct ziplist_cursor cursor;
    struct span element;

    (void)state;
    assert_int_equal(zipmap_begin(&cursor, span_of(map, sizeof(map) - 1)), 0);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(zipmap_next(&cursor, &element), 1);
        assert_true(span_equal(element, span_text(expected[i])));
    }
    assert_int_equal(zipmap_next(&cursor, &element), 0);
    assert_int_equal(zipmap_begin(&cursor, SPAN("\1\1a\xff")), 0);
    assert_int_equal(zipmap_next(&cursor, &element), 1);
    assert_int_equal(zipmap_next(&cursor, &element), ERR_DAMAGED);
}

/* --- Payloads. */

static void test_checksums_are_those_of_the_specifications(void **state)
{
    (void)state;
    assert_true(crc64(0, SPAN("123456789")) == 0xe9c6d914c4b8d9caULL);
    assert_true(crc64(crc64(0, SPAN("1234")), SPAN("56789")) == 0xe9c6d914c4b8d9caULL);
    assert_true(crc32c(0, SPAN("123456789")) == 0xe3069283U);
    assert_true(crc32c(crc32c(0, SPAN("1234")), SPAN("56789")) == 0xe3069283U);
}

static void test_a_payload_with_any_byte_changed_is_refused(void **state)
{
    static const char payload[] = "\0\5hello\x0a\0cr\xdfve4 \x0a";
    char changed[sizeof(payload) - 1];
    struct span body;

    (void)state;
    assert_int_equal(rdb_payload_check(span_of(payload, sizeof(changed)), &body), 0);
    assert_true(span_equal(body, SPAN("\0\5hello")));
    for (size_t at = 0; at < sizeof(changed); at++) {
        memcpy(changed, payload, sizeof(changed));
        changed[at] = (char)(changed[at] ^ 1);
        assert_true(rdb_payload_check(span_of(changed, sizeof(changed)), &body) < 0);
        assert_true(rdb_payload_check(span_of(payload, at), &body) < 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths_of_every_width_read_back),
        cmocka_unit_test(test_strings_read_back_however_they_are_written),
        cmocka_unit_test(test_numbers_are_little_endian),
        cmocka_unit_test(test_claims_beyond_the_input_are_refused),
        cmocka_unit_test(test_the_first_failure_stays),
        cmocka_unit_test(test_input_in_pieces),
        cmocka_unit_test(test_a_writer_flushes_and_fails),
        cmocka_unit_test(test_a_ziplist_gives_its_elements),
        cmocka_unit_test(test_a_zipmap_gives_keys_and_values_in_turn),
        cmocka_unit_test(test_checksums_are_those_of_the_specifications),
        cmocka_unit_test(test_a_payload_with_any_byte_changed_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
