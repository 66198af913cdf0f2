/* The allocator: every byte is counted, across threads, and refusals can be made to happen. Also
 * what rests on nothing else: error names and diags. */
#include "core/base/diag.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void test_every_block_counts_until_it_is_freed(void **state)
{
    size_t before = mem_used();
    char *a = mem_alloc(1000), *b = mem_zalloc(5000);

    (void)state;
    assert_true(mem_size(a) >= 1000);
    assert_int_equal(mem_used() - before, mem_size(a) + mem_size(b));
    a = mem_realloc(a, 100000);
    assert_int_equal(mem_used() - before, mem_size(a) + mem_size(b));
    a = mem_realloc(a, 10);
    assert_int_equal(mem_used() - before, mem_size(a) + mem_size(b));
    mem_free(a);
    mem_free(b);
    mem_free(NULL);
    assert_int_equal(mem_size(NULL), 0);
    assert_int_equal(mem_used(), before);
}

static void test_no_size_gives_null(void **state)
{
    char *a = mem_alloc(0), *b = mem_zalloc(0), *c = mem_realloc(NULL, 0);

    (void)state;
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    mem_free(a);
    mem_free(b);
    mem_free(c);
}

static void test_zeroed_memory_is_zero(void **state)
{
    (void)state;
    for (size_t size = 64; size <= 1 << 20; size *= 2) {
        char *dirty = mem_alloc(size), *clean, *aligned;

        memset(dirty, 255, size);
        mem_free(dirty);
        clean = mem_zalloc(size);
        aligned = mem_zalloc_aligned(64, size);
        assert_int_equal((uintptr_t)aligned % 64, 0);
        for (size_t i = 0; i < size; i++)
            assert_true(clean[i] == 0 && aligned[i] == 0);
        mem_free(clean);
        mem_free(aligned);
    }
}

static void test_copies_hold_the_same_bytes(void **state)
{
    char *text = mem_strdup("text"), *bytes = mem_dup("a\0b", 3), *none = mem_dup(NULL, 0);

    (void)state;
    assert_string_equal(text, "text");
    assert_memory_equal(bytes, "a\0b", 3);
    mem_free(text);
    mem_free(bytes);
    mem_free(none);
}

static void test_the_nth_try_can_be_made_to_fail(void **state)
{
    char *a, *b;

    (void)state;
    mem_fail_after(2);
    a = mem_try_alloc(10);
    assert_non_null(a);
    assert_null(mem_try_alloc(10));
    b = mem_try_alloc(10);
    assert_non_null(b);
    memcpy(a, "stays", 6);
    mem_fail_after(1);
    assert_null(mem_try_realloc(a, 100));
    assert_string_equal(a, "stays"); /* the old block stands */
    a = mem_try_realloc(a, 100);
    assert_string_equal(a, "stays");
    mem_fail_after(1);
    mem_fail_after(0);
    mem_free(b);
    b = mem_try_alloc(10);
    assert_non_null(b);
    mem_free(a);
    mem_free(b);
}

static void test_good_size_is_what_a_block_really_takes(void **state)
{
    (void)state;
    for (size_t size = 1; size < 5000; size += 13)
        assert_true(mem_good_size(size) >= size);
#ifdef MS_JEMALLOC
    for (size_t size = 1; size < 5000; size += 13) {
        void *block = mem_alloc(size);

        assert_int_equal(mem_good_size(size), mem_size(block));
        mem_free(block);
    }
#endif
}

static void test_pages_are_zero_and_count_until_they_are_given_back(void **state)
{
    const size_t size = 8 * MEM_PAGES_UNIT;
    size_t before = mem_used();
    char *pages = mem_pages_new(size);

    (void)state;
    assert_non_null(pages);
    assert_int_equal(mem_used() - before, size);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(pages[i], 0);
    memset(pages, 'x', size);
    mem_pages_drop(pages, MEM_PAGES_UNIT, 2 * MEM_PAGES_UNIT);
    assert_int_equal(mem_used() - before, size - 2 * MEM_PAGES_UNIT);
    assert_int_equal(pages[MEM_PAGES_UNIT - 1], 'x');
    assert_int_equal(pages[MEM_PAGES_UNIT], 0);
    assert_int_equal(pages[3 * MEM_PAGES_UNIT - 1], 0);
    assert_int_equal(pages[3 * MEM_PAGES_UNIT], 'x');
    mem_pages_free(pages, size, 2 * MEM_PAGES_UNIT);
    assert_int_equal(mem_used(), before);
}

enum {
    THREADS = 80,
    BLOCKS = 100,
#ifdef MS_JEMALLOC
    LIBRARY_BYTES = 512 /* for a thread, by the C library, which count too */
#else
    LIBRARY_BYTES = 0
#endif
}; /* more threads than there are slots to count in */

static void *allocate(void *argument)
{
    void **blocks = argument;

    for (int i = 0; i < BLOCKS; i++)
        blocks[i] = mem_alloc(100);
    return NULL;
}

static void *free_all(void *argument)
{
    void **blocks = argument;

    for (int i = 0; i < BLOCKS; i++)
        mem_free(blocks[i]);
    return NULL;
}

static void run_threads(void *(*run)(void *), void *blocks[THREADS][BLOCKS])
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run, blocks[i]), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void test_the_sum_is_exact_when_other_threads_free(void **state)
{
    static void *blocks[THREADS][BLOCKS];
    size_t before = mem_used(), each;

    (void)state;
    run_threads(allocate, blocks);
    each = mem_size(blocks[0][0]);
    assert_in_range(mem_used() - before, each * THREADS * BLOCKS,
                    each * THREADS * BLOCKS + THREADS * LIBRARY_BYTES);
    run_threads(free_all, blocks);
    assert_in_range(mem_used() - before, 0, THREADS * LIBRARY_BYTES);
}

static void test_every_error_has_a_name(void **state)
{
    (void)state;
    for (int code = 0; code >= ERR_REPLY; code--)
        assert_string_not_equal(error_name(code), "unknown error");
    assert_string_equal(error_name(ERR_SYNTAX), "syntax error");
    assert_string_equal(error_name(ERR_REPLY - 1), "unknown error");
    assert_string_equal(error_name(1), "unknown error");
    assert_string_equal(error_name(INT32_MIN), "unknown error");
}

static void test_a_diag_says_why_from_the_outside_in(void **state)
{
    struct diag diag = {0};

    (void)state;
    errno = ENOENT;
    assert_int_equal(diag_errno(&diag, "open %s", "file"), ERR_IO);
    assert_int_equal(diag_wrap(&diag, "segment %d", 3), ERR_IO);
    assert_string_equal(diag.text, "segment 3: open file: No such file or directory");
    assert_int_equal(diag_set(&diag, ERR_DAMAGED, "checksum of frame %d", 7), ERR_DAMAGED);
    assert_int_equal(diag_wrap(&diag, "log"), ERR_DAMAGED);
    assert_string_equal(diag.text, "log: checksum of frame 7");
    assert_int_equal(diag_set(NULL, ERR_FULL, "dropped"), ERR_FULL);
    assert_int_equal(diag_errno(NULL, "dropped"), ERR_IO);
    for (int i = 0; i < 200; i++) /* cut to fit */
        diag_wrap(&diag, "once more");
    assert_true(strlen(diag.text) < DIAG_TEXT_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_block_counts_until_it_is_freed),
        cmocka_unit_test(test_no_size_gives_null),
        cmocka_unit_test(test_zeroed_memory_is_zero),
        cmocka_unit_test(test_copies_hold_the_same_bytes),
        cmocka_unit_test(test_the_nth_try_can_be_made_to_fail),
        cmocka_unit_test(test_good_size_is_what_a_block_really_takes),
        cmocka_unit_test(test_pages_are_zero_and_count_until_they_are_given_back),
        cmocka_unit_test(test_the_sum_is_exact_when_other_threads_free),
        cmocka_unit_test(test_every_error_has_a_name),
        cmocka_unit_test(test_a_diag_says_why_from_the_outside_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
