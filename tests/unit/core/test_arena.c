/* Memory of one request: aligned, distinct, and all gone at the reset. */
#include "core/base/mem.h"
#include "core/bytes/arena.h"
#include "core/hash/random.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void test_blocks_are_aligned_and_do_not_overlap(void **state)
{
    enum {
        BLOCKS = 500
    };
    struct arena *arena = arena_new();
    unsigned char *blocks[BLOCKS];
    size_t sizes[BLOCKS];
    struct random random;

    (void)state;
    random_init(&random, 3);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < BLOCKS; i++) {
            sizes[i] = random_below(&random, i % 50 ? 300 : 40000);
            blocks[i] = arena_alloc(arena, sizes[i]);
            assert_int_equal((uintptr_t)blocks[i] % alignof(max_align_t), 0);
            memset(blocks[i], i & 255, sizes[i]);
        }
        for (int i = 0; i < BLOCKS; i++)
            for (size_t at = 0; at < sizes[i]; at++)
                assert_true(blocks[i][at] == (i & 255));
        arena_reset(arena);
    }
    arena_free(arena);
}

static void test_a_reset_gives_back_all_but_the_first_block(void **state)
{
    size_t before = mem_used(), resting;
    struct arena *arena = arena_new();

    (void)state;
    resting = mem_used();
    for (int i = 0; i < 1000; i++)
        memset(arena_alloc(arena, 1000), 1, 1000);
    memset(arena_alloc(arena, 1 << 20), 1, 1 << 20);
    assert_true(mem_used() > resting + (2 << 20) - (100 << 10));
    arena_reset(arena);
    assert_int_equal(mem_used(), resting);
    arena_free(arena);
    assert_int_equal(mem_used(), before);
    arena_free(NULL);
}

/* The usual request costs no allocation at all. */
static void test_small_requests_stay_in_the_first_block(void **state)
{
    struct arena *arena = arena_new();
    size_t resting = mem_used();

    (void)state;
    for (int i = 0; i < 100; i++) {
        for (int n = 0; n < 100; n++)
            arena_alloc(arena, 100);
        assert_int_equal(mem_used(), resting);
        arena_reset(arena);
    }
    arena_free(arena);
}

static void test_a_large_block_does_not_waste_the_current_one(void **state)
{
    struct arena *arena = arena_new();
    char *first = arena_alloc(arena, 16), *next;

    (void)state;
    arena_alloc(arena, 1 << 20);
    next = arena_alloc(arena, 16);
    assert_ptr_equal(next, first + 16);
    arena_free(arena);
}

static void test_an_array_is_zeroed_also_after_a_reset(void **state)
{
    struct arena *arena = arena_new();
    static const char zeros[8000];

    (void)state;
    memset(arena_alloc(arena, sizeof(zeros)), 255, sizeof(zeros));
    arena_reset(arena);
    assert_memory_equal(arena_array(arena, 1000, 8), zeros, sizeof(zeros));
    assert_non_null(arena_array(arena, 0, 8));
    assert_non_null(arena_array(arena, 8, 0));
    arena_free(arena);
}

static void test_spans_and_text_are_copied(void **state)
{
    struct arena *arena = arena_new();
    char bytes[] = "a\0b";
    struct span copy = arena_span(arena, span_of(bytes, 3));
    struct span text = arena_printf(arena, "%s:%d", "id", 7);

    (void)state;
    bytes[0] = 'x';
    assert_true(span_equal(copy, SPAN("a\0b")));
    assert_true(span_equal(text, SPAN("id:7")));
    assert_int_equal(text.data[text.size], 0);
    assert_int_equal(arena_span(arena, span_of(NULL, 0)).size, 0);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_are_aligned_and_do_not_overlap),
        cmocka_unit_test(test_a_reset_gives_back_all_but_the_first_block),
        cmocka_unit_test(test_small_requests_stay_in_the_first_block),
        cmocka_unit_test(test_a_large_block_does_not_waste_the_current_one),
        cmocka_unit_test(test_an_array_is_zeroed_also_after_a_reset),
        cmocka_unit_test(test_spans_and_text_are_copied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
