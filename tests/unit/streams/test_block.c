/* The packing of a run of entries: what goes in comes out, deletion and compaction lose nothing
 * else, and bytes from outside are believed only after block_verify. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "streams/block.h"

static struct stream_id id_of(uint64_t ms, uint64_t seq)
{
    return (struct stream_id){.ms = ms, .seq = seq};
}

static struct span text(const char *word)
{
    return span_of(word, strlen(word));
}

/* Appends one field and its value. */
static struct stream_block *add(struct stream_block *block, struct stream_id id, const char *field,
                                const char *value)
{
    struct span fields[] = {text(field), text(value)};

    if (!block)
        block = block_new(id, 2, fields);
    return block_append(block, id, 2, fields);
}

/* Entries 1-0 ... count-0, all of field f. */
static struct stream_block *filled(int count)
{
    struct stream_block *block = NULL;

    for (int i = 1; i <= count; i++)
        block = add(block, id_of((uint64_t)i, 0), "f", "a value of some bytes");
    return block;
}

static void assert_id(struct stream_id id, uint64_t ms, uint64_t seq)
{
    assert_int_equal(id.ms, ms);
    assert_int_equal(id.seq, seq);
}

static void delete_id(struct stream_block *block, struct stream_id id)
{
    size_t at;

    assert_true(block_find(block, id, &at));
    block_delete(block, at);
    assert_false(block_find(block, id, &at));
}

/* The id is written as a distance; the distance must be right across both ends of both numbers. */
static void test_ids_come_out_as_they_went_in(void **state)
{
    const struct stream_id ids[] = {{0, 1},
                                    {0, UINT64_MAX},
                                    {5, 0},
                                    {5, 1},
                                    {5, 127},
                                    {5, 128},
                                    {5, UINT64_MAX},
                                    {6, 3},
                                    {UINT64_MAX - 1, 0},
                                    {UINT64_MAX, 0},
                                    {UINT64_MAX, UINT64_MAX}};
    enum {
        COUNT = sizeof(ids) / sizeof(ids[0])
    };

    (void)state;
    for (size_t first = 0; first < COUNT; first++) {
        struct stream_block *block = NULL;
        struct block_entry entry;
        size_t at;

        for (size_t i = first; i < COUNT; i++)
            block = add(block, ids[i], "f", "v");
        at = block->names_size;
        for (size_t i = first; i < COUNT; i++) {
            block_entry_at(block, at, &entry);
            assert_id(entry.id, ids[i].ms, ids[i].seq);
            at = entry.next;
        }
        assert_int_equal(at, block->size);
        assert_int_equal(block_verify(block), 0);
        block_free(block);
    }
}

static void test_same_fields_are_stored_once(void **state)
{
    struct stream_block *block = add(NULL, id_of(1, 0), "a-rather-long-name", "x");
    uint32_t before = block->size;
    struct block_entry entry;

    (void)state;
    block = add(block, id_of(2, 0), "a-rather-long-name", "y");
    assert_true(block->size - before < 10);
    block_entry_at(block, before, &entry);
    assert_true(entry.same_fields);
    before = block->size;
    block = add(block, id_of(3, 0), "a-rather-long-namf", "y");
    block_entry_at(block, before, &entry);
    assert_false(entry.same_fields);
    assert_int_equal(block_verify(block), 0);
    block_free(block);
}

/* Fewer fields, more fields, the same ones in another order, a name that begins alike. */
static void test_other_fields_are_told_apart(void **state)
{
    struct span first[] = {text("a"), text("1"), text("b"), text("2")};
    struct span fewer[] = {text("a"), text("1")};
    struct span more[] = {text("a"), text("1"), text("b"), text("2"), text("b"), text("3")};
    struct span turned[] = {text("b"), text("1"), text("a"), text("2")};
    struct span shorter[] = {text("a"), text("1"), text(""), text("2")};
    struct {
        size_t count;
        struct span *fields;
        bool same;
    } cases[] = {{4, first, true},   {2, fewer, false},   {6, more, false},
                 {4, turned, false}, {4, shorter, false}, {4, first, true}};
    struct stream_block *block = block_new(id_of(1, 0), 4, first);
    struct block_entry entry;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t at = block->size;

        block = block_append(block, id_of(1 + i, 0), cases[i].count, cases[i].fields);
        block_entry_at(block, at, &entry);
        assert_int_equal(entry.same_fields, cases[i].same);
    }
    assert_int_equal(block_verify(block), 0);
    block_free(block);
}

static void test_empty_fields_and_values_are_kept(void **state)
{
    struct span fields[] = {span_of(NULL, 0), span_of(NULL, 0), text(""), text("")};
    struct stream_block *block = block_new(id_of(1, 1), 4, fields);

    (void)state;
    block = block_append(block, id_of(1, 1), 4, fields);
    block = block_append(block, id_of(1, 2), 2, fields);
    assert_int_equal(block->live, 2);
    assert_int_equal(block_verify(block), 0);
    block_free(block);
}

static void test_seek_finds_the_first_entry_at_or_above(void **state)
{
    struct stream_block *block = NULL;
    struct block_entry entry;

    (void)state;
    for (uint64_t ms = 10; ms <= 50; ms += 10)
        block = add(block, id_of(ms, 5), "f", "v");
    assert_int_equal(block_seek(block, id_of(0, 0)), block->names_size);
    block_entry_at(block, block_seek(block, id_of(20, 5)), &entry);
    assert_id(entry.id, 20, 5);
    block_entry_at(block, block_seek(block, id_of(20, 6)), &entry);
    assert_id(entry.id, 30, 5);
    assert_int_equal(block_seek(block, id_of(50, 6)), block->size);
    block_free(block);
}

static void test_deleting_marks_and_counts(void **state)
{
    struct stream_block *block = filled(10);
    struct block_entry entry;

    (void)state;
    delete_id(block, id_of(5, 0));
    assert_int_equal(block->live, 9);
    assert_int_equal(block->count, 10);
    assert_int_equal(block_count_upto(block, id_of(5, 0)), 4);
    assert_int_equal(block_count_upto(block, id_of(6, 0)), 5);
    assert_int_equal(block_count_upto(block, id_of(0, 9)), 0);
    assert_int_equal(block_count_upto(block, id_of(10, 0)), 9);
    assert_int_equal(block_verify(block), 0);
    block_entry_at(block, block->first_live, &entry);
    assert_id(entry.id, 1, 0);
    block_free(block);
}

static void test_deleting_the_first_moves_on_to_the_next_live_entry(void **state)
{
    struct stream_block *block = filled(6);
    struct block_entry entry;

    (void)state;
    delete_id(block, id_of(2, 0));
    delete_id(block, id_of(3, 0));
    delete_id(block, id_of(1, 0));
    block_entry_at(block, block->first_live, &entry);
    assert_id(entry.id, 4, 0);
    assert_int_equal(block_verify(block), 0);
    delete_id(block, id_of(6, 0));
    assert_id(block_last_live(block), 5, 0);
    delete_id(block, id_of(4, 0));
    delete_id(block, id_of(5, 0));
    assert_int_equal(block->live, 0);
    assert_int_equal(block->first_live, block->size);
    block_free(block);
}

static void test_compacting_drops_only_the_deleted_bytes(void **state)
{
    struct stream_block *block = block_seal(filled(60));
    struct block_entry entry;
    size_t at, size = block->size;
    uint64_t ms = 3;

    (void)state;
    for (uint64_t i = 1; i <= 60; i++)
        if (i % 3 != 0)
            delete_id(block, id_of(i, 0));
    assert_true(block_is_sparse(block));
    block = block_compact(block);
    assert_false(block_is_sparse(block));
    assert_true(block->size < size / 2);
    assert_int_equal(block->count, 60);
    assert_int_equal(block->live, 20);
    assert_int_equal(block_verify(block), 0);
    for (at = block->names_size; at < block->size; at = entry.next, ms += 3) {
        block_entry_at(block, at, &entry);
        assert_id(entry.id, ms, 0);
    }
    assert_int_equal(ms, 63);
    assert_int_equal(block_count_upto(block, id_of(31, 0)), 10);
    block_free(block);
}

static void test_a_copy_stands_by_itself(void **state)
{
    struct stream_block *block = filled(5), *copy = block_copy(block);

    (void)state;
    delete_id(block, id_of(3, 0));
    assert_int_equal(copy->live, 5);
    assert_int_equal(block_verify(copy), 0);
    copy = add(copy, id_of(6, 0), "other", "v");
    assert_int_equal(copy->live, 6);
    assert_int_equal(block_verify(copy), 0);
    block_free(copy);
    block_free(block);
}

static void test_sealing_gives_spare_room_back(void **state)
{
    struct stream_block *block = filled(100);

    (void)state;
    block = block_seal(block);
    assert_int_equal(mem_size(block), mem_good_size(sizeof(*block) + block->size));
    assert_int_equal(block_memory(block), mem_size(block));
    assert_int_equal(block_verify(block), 0);
    block_free(block);
}

static void test_limits_end_a_block(void **state)
{
    struct stream_block *block = filled(10);
    struct span fields[] = {text("g"), text("v")};
    size_t bytes;

    (void)state;
    bytes = sizeof(*block) + block->size;
    assert_null(block_append_within(block, id_of(11, 0), 2, fields, 10, 0));
    assert_null(block_append_within(block, id_of(11, 0), 2, fields, 0, (int64_t)bytes + 7));
    assert_int_equal(block->count, 10);
    block = block_append_within(block, id_of(11, 0), 2, fields, 11, (int64_t)bytes + 8);
    assert_int_equal(sizeof(*block) + block->size, bytes + 8);
    block = block_append_within(block, id_of(11, 1), 2, fields, 0, 0);
    assert_int_equal(block->count, 12);
    /* Entries that were deleted still count. */
    delete_id(block, id_of(1, 0));
    assert_null(block_append_within(block, id_of(11, 2), 2, fields, 12, 0));
    assert_int_equal(block_verify(block), 0);
    block_free(block);
}

/* --- Bytes from outside. */

static void test_verify_refuses_wrong_header_numbers(void **state)
{
    struct stream_block *block = filled(4);
    struct stream_block good;

    (void)state;
    delete_id(block, id_of(2, 0));
    good = *block;
    assert_int_equal(block_verify(block), 0);
#define REFUSES(change)                                                                            \
    do {                                                                                           \
        block->change;                                                                             \
        assert_int_equal(block_verify(block), ERR_DAMAGED);                                        \
        memcpy(block, &good, sizeof(good));                                                        \
    } while (0)
    REFUSES(live++);
    REFUSES(live--);
    REFUSES(count = 3);
    REFUSES(dead++);
    REFUSES(dead = 0);
    REFUSES(first_live++);
    REFUSES(first_live = 0);
    REFUSES(names_size++);
    REFUSES(names_size = 0);
    REFUSES(size--);
    REFUSES(size = block->names_size);
    REFUSES(size = block->capacity + 1);
    REFUSES(last.ms = 3);
    REFUSES(first.ms = UINT64_MAX - 1);
#undef REFUSES
    assert_int_equal(block_verify(block), 0);
    block_free(block);
}

/* A stream keeps no block without live entries, and counts on it. */
static void test_verify_refuses_a_block_without_live_entries(void **state)
{
    struct stream_block *block = filled(2);

    (void)state;
    delete_id(block, id_of(1, 0));
    delete_id(block, id_of(2, 0));
    assert_int_equal(block_verify(block), ERR_DAMAGED);
    block_free(block);
}

/* Whatever byte is changed: either it is noticed, or the block can still be walked. */
static void test_any_changed_byte_is_refused_or_harmless(void **state)
{
    struct stream_block *block = block_seal(filled(20));
    unsigned passed = 0, refused = 0;

    (void)state;
    delete_id(block, id_of(7, 0));
    for (uint32_t i = 0; i < block->size; i++) {
        for (int bit = 0; bit < 8; bit++) {
            struct stream_block *copy = block_copy(block);

            copy->data[i] ^= (unsigned char)(1 << bit);
            if (block_verify(copy) == 0) {
                struct block_entry entry;
                uint32_t live = 0;

                for (size_t at = copy->names_size; at < copy->size; at = entry.next) {
                    block_entry_at(copy, at, &entry);
                    live += !entry.deleted;
                }
                assert_int_equal(live, copy->live);
                passed++;
            } else {
                refused++;
            }
            block_free(copy);
        }
    }
    assert_true(passed > 0 && refused > 0);
    block_free(block);
}

static void test_a_number_must_end_inside_and_fit(void **state)
{
    const unsigned char most[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01};
    const unsigned char over[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02};
    const unsigned char longer[] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
                                    0x80, 0x80, 0x80, 0x80, 0x00};
    uint64_t value;

    (void)state;
    assert_ptr_equal(block_read_varint(most, most + 10, &value), most + 10);
    assert_int_equal(value, UINT64_MAX);
    assert_null(block_read_varint(most, most + 9, &value));
    assert_null(block_read_varint(most, most, &value));
    assert_null(block_read_varint(over, over + 10, &value));
    assert_null(block_read_varint(longer, longer + 11, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_come_out_as_they_went_in),
        cmocka_unit_test(test_same_fields_are_stored_once),
        cmocka_unit_test(test_other_fields_are_told_apart),
        cmocka_unit_test(test_empty_fields_and_values_are_kept),
        cmocka_unit_test(test_seek_finds_the_first_entry_at_or_above),
        cmocka_unit_test(test_deleting_marks_and_counts),
        cmocka_unit_test(test_deleting_the_first_moves_on_to_the_next_live_entry),
        cmocka_unit_test(test_compacting_drops_only_the_deleted_bytes),
        cmocka_unit_test(test_a_copy_stands_by_itself),
        cmocka_unit_test(test_sealing_gives_spare_room_back),
        cmocka_unit_test(test_limits_end_a_block),
        cmocka_unit_test(test_verify_refuses_wrong_header_numbers),
        cmocka_unit_test(test_verify_refuses_a_block_without_live_entries),
        cmocka_unit_test(test_any_changed_byte_is_refused_or_harmless),
        cmocka_unit_test(test_a_number_must_end_inside_and_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
