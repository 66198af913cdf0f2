/* A client's output: own bytes and shared ones in one order, whatever part of them a write takes.
 */
#include "broker/session/output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum {
    STEPS = 20000,
    KEEP = 4096,
    SHARE_LIMIT = 300
};

static struct shared_bytes *shared(const char *text)
{
    struct shared_bytes *bytes = shared_bytes_new(strlen(text));

    memcpy(bytes->data, text, strlen(text));
    return bytes;
}

/* Takes up to `size` bytes as a socket would; returns how many. */
static size_t take(struct output *output, size_t size, struct buffer *into)
{
    struct iovec parts[OUTPUT_PARTS];
    int count = output_gather(output, parts);
    size_t taken = 0;

    for (int i = 0; i < count && taken < size; i++) {
        size_t part = parts[i].iov_len < size - taken ? parts[i].iov_len : size - taken;

        assert_true(parts[i].iov_len > 0);
        buffer_append(into, parts[i].iov_base, part);
        taken += part;
    }
    output_wrote(output, taken, KEEP);
    return taken;
}

static void test_shared_bytes_stand_where_they_were_put(void **state)
{
    struct output output = {0};
    struct buffer got = {0};
    struct shared_bytes *bytes = shared("<shared>");

    (void)state;
    output_share(&output, bytes);
    buffer_append(&output.own, "one", 3);
    output_share(&output, bytes);
    output_share(&output, bytes);
    buffer_append(&output.own, "two", 3);
    assert_int_equal(output_size(&output), 30);
    assert_int_equal(output.shared_bytes, 24);
    assert_int_equal(take(&output, 1000, &got), 30);
    assert_int_equal(got.size, 30);
    assert_memory_equal(got.data, "<shared>one<shared><shared>two", 30);
    assert_int_equal(output_size(&output), 0);
    assert_int_equal(atomic_load(&bytes->references), 1);
    shared_bytes_release(bytes);
    output_release(&output);
    buffer_release(&got);
}

static void test_dropped_output_gives_its_references_back(void **state)
{
    struct output output = {0};
    struct buffer got = {0};
    struct shared_bytes *bytes = shared("abc");

    (void)state;
    for (int i = 0; i < 100; i++)
        output_share(&output, bytes);
    assert_int_equal(atomic_load(&bytes->references), 101);
    assert_int_equal(take(&output, 4, &got), 4);
    assert_int_equal(output_size(&output), 296);
    assert_int_equal(atomic_load(&bytes->references), 100);
    output_clear(&output);
    assert_int_equal(output_size(&output), 0);
    assert_int_equal(atomic_load(&bytes->references), 1);
    output_share(&output, bytes);
    output_release(&output);
    assert_int_equal(atomic_load(&bytes->references), 1);
    shared_bytes_release(bytes);
    buffer_release(&got);
}

static void test_empty_shared_bytes_are_nothing(void **state)
{
    struct output output = {0};
    struct shared_bytes *bytes = shared("");

    (void)state;
    output_share(&output, bytes);
    assert_int_equal(output.share_count, 0);
    assert_int_equal(output_size(&output), 0);
    shared_bytes_release(bytes);
    output_release(&output);
}

/* Random appends and partial writes against one plain buffer of what must come out. */
static void test_any_mix_of_appends_and_writes_keeps_the_order(void **state)
{
    struct output output = {0};
    struct buffer wanted = {0}, got = {0};
    struct shared_bytes *pool[4];
    unsigned seed = (unsigned)time(NULL);
    char text[SHARE_LIMIT + 1];

    (void)state;
    print_message("seed %u\n", seed);
    srand(seed);
    for (int i = 0; i < 4; i++) {
        size_t size = 1 + (size_t)rand() % SHARE_LIMIT;

        memset(text, 'A' + i, size);
        text[size] = '\0';
        pool[i] = shared(text);
    }
    for (int step = 0; step < STEPS; step++) {
        int what = rand() % 8;

        if (what < 3) {
            int size = snprintf(text, sizeof(text), "<%d>", step);

            buffer_append(&output.own, text, (size_t)size);
            buffer_append(&wanted, text, (size_t)size);
        } else if (what < 6) {
            struct shared_bytes *bytes = pool[rand() % 4];

            output_share(&output, bytes);
            buffer_append(&wanted, bytes->data, bytes->size);
        } else {
            take(&output, (size_t)rand() % 2000, &got);
        }
        assert_int_equal(output_size(&output), wanted.size - got.size);
    }
    while (output_size(&output) > 0)
        take(&output, 1 + (size_t)rand() % 5000, &got);
    assert_int_equal(got.size, wanted.size);
    assert_memory_equal(got.data, wanted.data, wanted.size);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(atomic_load(&pool[i]->references), 1);
        shared_bytes_release(pool[i]);
    }
    output_release(&output);
    buffer_release(&wanted);
    buffer_release(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared_bytes_stand_where_they_were_put),
        cmocka_unit_test(test_dropped_output_gives_its_references_back),
        cmocka_unit_test(test_empty_shared_bytes_are_nothing),
        cmocka_unit_test(test_any_mix_of_appends_and_writes_keeps_the_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
