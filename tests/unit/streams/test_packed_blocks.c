/* Cold blocks are packed, and nobody who reads or deletes can tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "core/base/mem.h"
#include "core/hash/random.h"
#include "storage/rdb/rdb_writer.h"
#include "streams/pack.h"
#include "streams/stream.h"
#include "streams/stream_internal.h"

enum {
    NODE = 40,
    TEXT_LIMIT = 256
};

static struct settings settings;
static struct random chance;

static int reset(void **state)
{
    (void)state;
    settings_init(&settings);
    settings.stream_node_max_entries = NODE;
    settings.stream_node_max_bytes = 0;
    settings.stream_compress_depth = 1;
    random_init(&chance, 1);
    return 0;
}

static int forget(void **state)
{
    struct pack_totals totals;

    (void)state;
    pack_forget();
    pack_totals_get(&totals);
    assert_int_equal(totals.blocks, 0);
    assert_int_equal(totals.bytes, 0);
    assert_int_equal(totals.plain_bytes, 0);
    return 0;
}

static struct stream_id id_of(uint64_t ms)
{
    return (struct stream_id){.ms = ms};
}

/* What entry `ms` says: an event in JSON, of which the number is known. */
static struct span text_of(uint64_t ms, char text[TEXT_LIMIT])
{
    int size = snprintf(text, TEXT_LIMIT,
                        "{\"user\":%u,\"ts\":17284817%llu,\"type\":\"page_view\",\"n\":%llu}",
                        (unsigned)(ms * 2654435761u % 1000000), (unsigned long long)ms * 37,
                        (unsigned long long)ms);

    return span_of(text, (size_t)size);
}

static void append_text(struct stream *stream, uint64_t ms, struct span text)
{
    struct span fields[] = {SPAN("event"), text};

    stream_append(stream, &settings, id_of(ms), 2, fields);
}

static void append(struct stream *stream, uint64_t from, uint64_t to)
{
    char text[TEXT_LIMIT];

    for (uint64_t ms = from; ms <= to; ms++)
        append_text(stream, ms, text_of(ms, text));
}

/* Entries 1-0 to blocks * NODE - 0 in full blocks; the last of them is the tail. */
static struct stream *filled(size_t blocks)
{
    struct stream *stream = stream_new(&settings);

    append(stream, 1, blocks * NODE);
    return stream;
}

static void compare(void *context, struct span field, struct span value)
{
    char text[TEXT_LIMIT];

    assert_true(span_is(field, "event"));
    assert_true(span_equal(value, text_of(*(uint64_t *)context, text)));
}

/* Every entry up to `last` is there but those that `without` divides (0: all), and says what it
 * should. */
static void assert_entries(const struct stream *stream, uint64_t last, uint64_t without)
{
    struct stream_cursor cursor;

    stream_cursor_init(&cursor, stream, STREAM_ID_MIN, STREAM_ID_MAX, false);
    for (uint64_t ms = 1; ms <= last; ms++) {
        if (without && ms % without == 0)
            continue;
        assert_true(stream_cursor_next(&cursor));
        assert_int_equal(cursor.id.ms, ms);
        stream_cursor_fields(&cursor, compare, &ms);
    }
    assert_false(stream_cursor_next(&cursor));
    stream_cursor_release(&cursor);
}

/* One letter a block of the tree, oldest first: p packed, s plain for good, . plain. */
static const char *picture(const struct stream *stream)
{
    static char text[TEXT_LIMIT];
    struct radix_leaf leaf;
    size_t at = 0;

    if (stream->tree && radix_first(stream->tree, &leaf)) {
        do {
            const struct stream_block *block = leaf.value;

            text[at++] = block->packed ? 'p' : block->stubborn ? 's' : '.';
        } while (at < TEXT_LIMIT - 1 && radix_next(stream->tree, leaf.key, &leaf));
    }
    text[at] = 0;
    return text;
}

static void test_the_oldest_block_and_those_at_the_end_stay_plain(void **state)
{
    struct stream *stream;

    (void)state;
    stream = filled(8);
    assert_string_equal(picture(stream), ".pppppp");
    assert_entries(stream, 8 * NODE, 0);
    stream_free(stream);
    settings.stream_compress_depth = 4;
    stream = filled(8);
    assert_string_equal(picture(stream), ".ppp...");
    assert_entries(stream, 8 * NODE, 0);
    stream_free(stream);
    settings.stream_compress_depth = 0;
    stream = filled(8);
    assert_string_equal(picture(stream), ".......");
    stream_free(stream);
}

static void test_a_stream_that_was_there_before_catches_up_as_blocks_are_sealed(void **state)
{
    struct stream *stream;

    (void)state;
    settings.stream_compress_depth = 0;
    stream = filled(8);
    settings.stream_compress_depth = 2;
    assert_string_equal(picture(stream), ".......");
    append(stream, 8 * NODE + 1, 8 * NODE + 1);
    assert_string_equal(picture(stream), ".p......");
    append(stream, 8 * NODE + 2, 12 * NODE);
    assert_string_equal(picture(stream), ".ppppppp...");
    append(stream, 12 * NODE + 1, 20 * NODE);
    assert_string_equal(picture(stream), ".ppppppppppppppppp.");
    settings.stream_compress_depth = 0; /* no more are packed, and none unpacked */
    append(stream, 20 * NODE + 1, 22 * NODE);
    assert_string_equal(picture(stream), ".ppppppppppppppppp...");
    assert_entries(stream, 22 * NODE, 0);
    stream_free(stream);
}

static void test_blocks_below_the_least_size_stay_plain(void **state)
{
    struct stream *stream;

    (void)state;
    settings.stream_compress_min_bytes = 1 << 20;
    stream = filled(4);
    assert_string_equal(picture(stream), "...");
    stream_free(stream);
}

static void test_what_does_not_shrink_is_left_alone(void **state)
{
    struct stream *stream = stream_new(&settings);
    char noise[100];

    (void)state;
    for (uint64_t ms = 1; ms <= 6 * NODE; ms++) {
        for (size_t i = 0; i < sizeof(noise); i++)
            noise[i] = (char)random_next(&chance);
        append_text(stream, ms, span_of(noise, sizeof(noise)));
    }
    assert_string_equal(picture(stream), ".ssss");
    stream_free(stream);
}

static void test_blocks_too_large_to_pack_at_once_stay_plain(void **state)
{
    struct stream *stream;

    (void)state;
    settings.stream_node_max_entries = 4000;
    stream = stream_new(&settings);
    append(stream, 1, 3 * 4000);
    assert_string_equal(picture(stream), ".s");
    stream_free(stream);
}

static void test_deleting_makes_a_block_plain_and_the_sweep_packs_it_again(void **state)
{
    struct stream *stream = filled(8);

    (void)state;
    assert_true(stream_delete(stream, id_of(5 * NODE + 7)));
    assert_false(stream_delete(stream, id_of(5 * NODE + 7)));
    assert_false(stream_delete(stream, (struct stream_id){3 * NODE + 7, 1}));
    assert_string_equal(picture(stream), ".pppp.p");
    assert_entries(stream, 8 * NODE, 5 * NODE + 7);
    append(stream, 8 * NODE + 1, 10 * NODE);
    assert_string_equal(picture(stream), ".pppppppp");
    assert_int_equal(stream_length(stream), 10 * NODE - 1);
    assert_false(stream_has(stream, id_of(5 * NODE + 7)));
    assert_true(stream_has(stream, id_of(5 * NODE + 8)));
    assert_int_equal(stream_count_upto(stream, id_of(5 * NODE + 9)), 5 * NODE + 8);
    stream_free(stream);
}

/* XSETID with a lower id: what comes then lies below blocks that had been cold. */
static void test_blocks_behind_an_id_that_went_back_become_cold_in_their_turn(void **state)
{
    const struct stream_trim all = {.strategy = STREAM_TRIM_MAXLEN};
    struct stream *stream = filled(10);

    (void)state;
    stream_trim(stream, &all);
    stream_set_id(stream, id_of(5), UINT64_MAX, STREAM_ID_MIN);
    append(stream, 6, 5 + 4 * NODE);
    assert_string_equal(picture(stream), ".pp");
    for (uint64_t ms = 5 + 2 * NODE; ms <= 5 + 4 * NODE; ms++)
        assert_true(stream_delete(stream, id_of(ms)));
    stream_set_id(stream, id_of(4 + 2 * NODE), UINT64_MAX, STREAM_ID_MIN);
    append(stream, 5 + 2 * NODE, 5 + 6 * NODE);
    assert_string_equal(picture(stream), ".ppppp");
    stream_free(stream);
}

/* The last entry but one of a packed block goes, then the last: the block goes without a trace. */
static void test_a_packed_block_may_be_deleted_empty(void **state)
{
    struct stream *stream = filled(8);

    (void)state;
    for (uint64_t ms = 2 * NODE + 1; ms <= 3 * NODE; ms++)
        assert_true(stream_delete(stream, id_of(ms)));
    assert_string_equal(picture(stream), ".ppppp");
    assert_int_equal(stream_length(stream), 7 * NODE);
    append(stream, 8 * NODE + 1, 12 * NODE);
    assert_string_equal(picture(stream), ".ppppppppp");
    stream_free(stream);
}

static void test_trimming_takes_packed_blocks_whole_and_opens_the_one_it_changes(void **state)
{
    struct stream_trim trim = {.strategy = STREAM_TRIM_MAXLEN, .max_length = 5 * NODE};
    struct stream *stream = filled(8);
    struct stream_id last;

    (void)state;
    assert_int_equal(stream_trim(stream, &trim), 3 * NODE);
    assert_string_equal(picture(stream), "pppp");
    assert_int_equal(stream_first_id(stream).ms, 3 * NODE + 1);
    trim.max_length = 5 * NODE - 3;
    assert_int_equal(stream_trim(stream, &trim), 3);
    assert_string_equal(picture(stream), ".ppp");
    assert_int_equal(stream_first_id(stream).ms, 3 * NODE + 4);
    trim.strategy = STREAM_TRIM_MINID;
    trim.references = STREAM_DELREF;
    trim.min_id = id_of(8 * NODE);
    assert_int_equal(stream_trim(stream, &trim), 5 * NODE - 4);
    assert_true(stream_last_entry_id(stream, &last));
    assert_int_equal(last.ms, 8 * NODE);
    stream_free(stream);
}

static void test_the_last_entry_may_be_in_a_packed_block(void **state)
{
    struct stream *stream = filled(4);
    struct stream_id last;

    (void)state;
    append(stream, 4 * NODE + 1, 4 * NODE + 1);
    assert_string_equal(picture(stream), ".ppp");
    assert_true(stream_delete(stream, id_of(4 * NODE + 1)));
    assert_true(stream_last_entry_id(stream, &last));
    assert_int_equal(last.ms, 4 * NODE);
    stream_free(stream);
}

static void test_a_copy_shares_packed_blocks_and_keeps_them(void **state)
{
    struct stream *stream = filled(40), *copy = stream_copy(stream);
    size_t before = stream_memory(stream, 0);

    (void)state;
    for (uint64_t ms = 3; ms <= 40 * NODE; ms += 3)
        assert_true(stream_delete(stream, id_of(ms)));
    assert_true(stream_memory(stream, 0) > before);
    assert_entries(copy, 40 * NODE, 0);
    assert_entries(stream, 40 * NODE, 3);
    stream_free(stream);
    assert_entries(copy, 40 * NODE, 0);
    stream_free(copy);
}

/* An open cursor keeps what it reads, whatever its thread reads beside. */
static void test_an_open_cursor_outlives_what_the_thread_remembers(void **state)
{
    enum {
        CURSORS = 3 * PACK_CACHE_BLOCKS
    };
    struct stream *stream = filled(CURSORS + 3);
    struct stream_cursor cursors[CURSORS];

    (void)state;
    for (size_t i = 0; i < CURSORS; i++) {
        stream_cursor_init(&cursors[i], stream, id_of((i + 1) * NODE + 1), STREAM_ID_MAX, false);
        assert_true(stream_cursor_next(&cursors[i]));
    }
    pack_forget();
    for (size_t i = 0; i < CURSORS; i++) {
        uint64_t ms = (i + 1) * NODE + 1;

        stream_cursor_fields(&cursors[i], compare, &ms);
        assert_true(stream_cursor_next(&cursors[i]));
        ms++;
        stream_cursor_fields(&cursors[i], compare, &ms);
        stream_cursor_release(&cursors[i]);
        stream_cursor_release(&cursors[i]);
    }
    stream_free(stream);
}

/* Long entries of which a block holds few: what they have in common is said once for the stream. */
static void append_long(struct stream *stream, uint64_t from, uint64_t to)
{
    static const char *const words[] = {
        "warehouse_identifier", "delivery_address",    "expected_arrival",   "customer_reference",
        "payment_method",       "authorization_code",  "shipping_carrier",   "tracking_number",
        "loyalty_programme",    "discount_percentage", "contact_preference", "insurance_required"};
    char text[2048];

    for (uint64_t ms = from; ms <= to; ms++) {
        size_t size = 0;

        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
            size += (size_t)snprintf(text + size, sizeof(text) - size, "\"%s\":%u,", words[i],
                                     (unsigned)random_below(&chance, 100000));
        append_text(stream, ms, span_of(text, size));
    }
}

static void test_a_dictionary_is_taken_once_it_pays(void **state)
{
    struct stream *stream;
    size_t without, with;

    (void)state;
    settings.stream_node_max_entries = 4;
    stream = stream_new(&settings);
    append_long(stream, 1, 4 * 8);
    assert_null(stream->packing->dictionary);
    without = stream_memory(stream, 0);
    append_long(stream, 4 * 8 + 1, 4 * 64);
    assert_non_null(stream->packing->dictionary);
    with = stream_memory(stream, 0);
    append_long(stream, 4 * 64 + 1, 4 * 128);
    with = stream_memory(stream, 0) - with; /* 64 blocks */
    assert_true(with < without * 8 * 3 / 4);
    stream_free(stream);
}

/* Noise that comes again in each block does not shrink by itself, only with a neighbour. */
static void test_a_dictionary_is_tried_for_what_does_not_shrink_without(void **state)
{
    struct stream *stream = stream_new(&settings);
    char noise[NODE][100];

    (void)state;
    for (size_t i = 0; i < NODE; i++)
        for (size_t at = 0; at < sizeof(noise[i]); at++)
            noise[i][at] = (char)random_next(&chance);
    for (uint64_t ms = 1; ms <= 14 * NODE; ms++)
        append_text(stream, ms, span_of(noise[ms % NODE], sizeof(noise[0])));
    assert_string_equal(picture(stream), ".sssssssppppp");
    stream_free(stream);
}

/* What the compressor was given before, and could not make smaller, takes no dictionary away. */
static void test_a_block_that_does_not_shrink_does_no_harm_to_the_next_one(void **state)
{
    struct stream_block *noise[2], *same, *packed[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        char text[2000];
        struct span fields[] = {SPAN("event"), {text, sizeof(text)}};

        for (size_t at = 0; at < sizeof(text); at++)
            text[at] = (char)random_next(&chance);
        noise[i] = block_new(id_of(1), 2, fields);
        noise[i] = block_seal(block_append(noise[i], id_of(1), 2, fields));
    }
    same = block_copy(noise[1]);
    packed[0] = pack_block(noise[1], same);
    assert_non_null(packed[0]);
    assert_null(pack_block(noise[0], same));
    packed[1] = pack_block(noise[1], same);
    assert_non_null(packed[1]);
    assert_int_equal(packed[1]->capacity, packed[0]->capacity);
    for (int i = 0; i < 2; i++) {
        block_free(packed[i]);
        block_free(noise[i]);
    }
    block_free(same);
}

/* A sealed block of about that many bytes, of words that other blocks have too. */
static struct stream_block *wordy_block(char words[][16], size_t size)
{
    struct stream_block *block = NULL;
    char text[4096];
    uint64_t ms = 1;

    do {
        size_t length = 0, most = 16 * (1 + random_below(&chance, sizeof(text) / 16 - 1));
        struct span fields[] = {SPAN("event"), {text, 0}};

        for (; length < most; length += 16)
            memcpy(text + length, words[random_below(&chance, 1024)], 16);
        fields[1].size = length;
        block =
            block_append(block ? block : block_new(id_of(1), 2, fields), id_of(ms++), 2, fields);
    } while (block->size < size);
    return block_seal(block);
}

static void test_blocks_of_all_sizes_come_back_with_any_dictionary(void **state)
{
    static char words[1024][16];
    size_t tried = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(words); i++)
        words[i / 16][i % 16] = (char)random_next(&chance);
    for (int round = 0; round < 300; round++) {
        struct stream_block *block = wordy_block(words, random_below(&chance, PACK_SIZE_LIMIT));
        struct stream_block *other = wordy_block(words, random_below(&chance, 32 << 10));
        struct stream_block *packed = pack_block(block, round % 4 ? other : NULL), *plain;

        block_free(other);
        if (packed) {
            plain = pack_unpacked_once(packed);
            assert_int_equal(plain->size, block->size);
            assert_memory_equal(plain->data, block->data, block->size);
            block_free(plain);
            block_free(packed);
            tried++;
        }
        block_free(block);
    }
    assert_true(tried > 100);
}

static void test_a_dictionary_lives_as_long_as_a_block_needs_it(void **state)
{
    const struct stream_trim trim = {.strategy = STREAM_TRIM_MAXLEN, .max_length = 4};
    struct stream *stream, *copy;
    struct stream_cursor cursor;
    size_t count = 0;

    (void)state;
    settings.stream_node_max_entries = 4;
    stream = stream_new(&settings);
    append_long(stream, 1, 4 * 200);
    assert_non_null(stream->packing->dictionary);
    copy = stream_copy(stream);
    assert_int_equal(stream_trim(stream, &trim), 4 * 199);
    stream_free(stream);
    pack_forget();
    stream_cursor_init(&cursor, copy, STREAM_ID_MIN, STREAM_ID_MAX, true);
    while (stream_cursor_next(&cursor))
        count++;
    stream_cursor_release(&cursor);
    assert_int_equal(count, 4 * 200);
    stream_free(copy);
}

/* A share is a write, and in a forked child each page that is written is one more to pay for. */
static void test_saving_writes_nothing_into_the_blocks(void **state)
{
    struct stream *stream = filled(8);
    struct buffer bytes = {0};
    struct rdb_writer writer;
    struct radix_leaf leaf;

    (void)state;
    pack_forget();
    rdb_writer_init(&writer, &bytes, false);
    stream_type.save(stream, &writer);
    assert_true(radix_first(stream->tree, &leaf));
    do {
        assert_false(block_is_shared(leaf.value));
    } while (radix_next(stream->tree, leaf.key, &leaf));
    buffer_release(&bytes);
    stream_free(stream);
}

static void test_memory_tells_what_is_saved(void **state)
{
    struct pack_totals totals;
    struct stream *packed, *plain;

    (void)state;
    packed = filled(100);
    pack_totals_get(&totals);
    assert_int_equal(totals.blocks, 98);
    assert_true(totals.bytes * 2 < totals.plain_bytes);
    settings.stream_compress_depth = 0;
    plain = filled(100);
    assert_true(stream_memory(packed, 0) * 2 < stream_memory(plain, 0));
    assert_true(stream_memory(packed, 5) * 2 < stream_memory(plain, 5));
    stream_free(plain);
    stream_free(packed);
}

/* --- Copies live under different shards' locks, each read and changed by its own thread. */

static void *use_copy(void *context)
{
    struct stream *stream = context;

    for (uint64_t ms = 3; ms <= 30 * NODE; ms += 3)
        assert_true(stream_delete(stream, id_of(ms)));
    append(stream, 30 * NODE + 1, 34 * NODE);
    assert_true(stream_has(stream, id_of(1)));
    stream_free(stream);
    return NULL;
}

static void test_copies_may_be_used_by_different_threads(void **state)
{
    (void)state;
    for (int round = 0; round < 10; round++) {
        struct stream *stream = filled(30), *copies[2];
        pthread_t threads[2];

        for (int i = 0; i < 2; i++) {
            copies[i] = stream_copy(stream);
            assert_int_equal(pthread_create(&threads[i], NULL, use_copy, copies[i]), 0);
        }
        assert_entries(stream, 30 * NODE, 0);
        assert_int_equal(stream_count_upto(stream, id_of(100)), 100);
        stream_free(stream);
        for (int i = 0; i < 2; i++)
            assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
}

/* Each begins with the same settings and leaves nothing packed. */
#define RULE(test) cmocka_unit_test_setup_teardown(test, reset, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(test_the_oldest_block_and_those_at_the_end_stay_plain),
        RULE(test_a_stream_that_was_there_before_catches_up_as_blocks_are_sealed),
        RULE(test_blocks_below_the_least_size_stay_plain),
        RULE(test_what_does_not_shrink_is_left_alone),
        RULE(test_blocks_too_large_to_pack_at_once_stay_plain),
        RULE(test_deleting_makes_a_block_plain_and_the_sweep_packs_it_again),
        RULE(test_blocks_behind_an_id_that_went_back_become_cold_in_their_turn),
        RULE(test_a_packed_block_may_be_deleted_empty),
        RULE(test_trimming_takes_packed_blocks_whole_and_opens_the_one_it_changes),
        RULE(test_the_last_entry_may_be_in_a_packed_block),
        RULE(test_a_copy_shares_packed_blocks_and_keeps_them),
        RULE(test_an_open_cursor_outlives_what_the_thread_remembers),
        RULE(test_a_dictionary_is_taken_once_it_pays),
        RULE(test_a_dictionary_is_tried_for_what_does_not_shrink_without),
        RULE(test_a_block_that_does_not_shrink_does_no_harm_to_the_next_one),
        RULE(test_blocks_of_all_sizes_come_back_with_any_dictionary),
        RULE(test_a_dictionary_lives_as_long_as_a_block_needs_it),
        RULE(test_saving_writes_nothing_into_the_blocks),
        RULE(test_memory_tells_what_is_saved),
        RULE(test_copies_may_be_used_by_different_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
