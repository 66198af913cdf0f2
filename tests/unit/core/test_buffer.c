/* Growing bytes: what was appended stays, whatever the growth. */
#include "core/base/mem.h"
#include "core/bytes/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void assert_holds(const struct buffer *buffer, const char *text)
{
    assert_int_equal(buffer->size, strlen(text));
    if (buffer->size)
        assert_memory_equal(buffer->data, text, buffer->size);
}

static void test_a_zeroed_buffer_is_empty_and_needs_no_memory(void **state)
{
    struct buffer buffer = {0};
    size_t before = mem_used();

    (void)state;
    buffer_append(&buffer, NULL, 0);
    buffer_append_span(&buffer, span_of(NULL, 0));
    buffer_consume(&buffer, 0);
    buffer_clear(&buffer);
    assert_int_equal(mem_used(), before);
    assert_null(buffer.data);
    buffer_release(&buffer);
}

static void test_appending_keeps_everything_in_order(void **state)
{
    struct buffer buffer = {0};

    (void)state;
    for (int i = 0; i < 100000; i++)
        buffer_append_byte(&buffer, (char)i);
    assert_int_equal(buffer.size, 100000);
    for (int i = 0; i < 100000; i++)
        assert_true(buffer.data[i] == (char)i);
    buffer_release(&buffer);
    assert_null(buffer.data);
    assert_int_equal(buffer.size, 0);
    buffer_append_span(&buffer, SPAN("usable again"));
    assert_holds(&buffer, "usable again");
    buffer_release(&buffer);
}

/* Appending byte by byte must not copy the block each time. */
static void test_growth_doubles(void **state)
{
    struct buffer buffer = {0};
    size_t growths = 0, capacity = 0;

    (void)state;
    for (int i = 0; i < 1 << 20; i++) {
        buffer_append_byte(&buffer, 'x');
        growths += buffer.capacity != capacity;
        capacity = buffer.capacity;
    }
    assert_true(growths <= 15);
    buffer_release(&buffer);
}

static void test_reserve_gives_room_that_the_caller_claims(void **state)
{
    struct buffer buffer = {0};
    char *to = buffer_reserve(&buffer, 5000);

    (void)state;
    assert_int_equal(buffer.size, 0);
    assert_true(buffer.capacity >= 5000);
    memset(to, 'y', 5000);
    buffer.size += 5000;
    assert_int_equal(buffer.data[4999], 'y');
    buffer_release(&buffer);
}

static void test_printf_appends_text_of_any_length(void **state)
{
    static char long_text[3000];
    struct buffer buffer = {0};

    (void)state;
    memset(long_text, 'z', sizeof(long_text) - 1);
    buffer_printf(&buffer, "%d-%s", 5, "a");
    buffer_printf(&buffer, "%s", "");
    assert_holds(&buffer, "5-a");
    buffer_printf(&buffer, "%s!", long_text);
    assert_int_equal(buffer.size, 3 + sizeof(long_text));
    assert_int_equal(buffer.data[buffer.size - 1], '!');
    buffer_release(&buffer);
}

static void test_consume_drops_the_front(void **state)
{
    struct buffer buffer = {0};

    (void)state;
    buffer_append_span(&buffer, SPAN("abcdef"));
    buffer_consume(&buffer, 2);
    assert_holds(&buffer, "cdef");
    buffer_consume(&buffer, 4);
    assert_holds(&buffer, "");
    buffer_release(&buffer);
}

static void test_insert_opens_a_gap_anywhere(void **state)
{
    struct buffer buffer = {0};

    (void)state;
    memcpy(buffer_insert(&buffer, 0, 2), "bd", 2); /* into nothing */
    memcpy(buffer_insert(&buffer, 0, 1), "a", 1);
    memcpy(buffer_insert(&buffer, 2, 1), "c", 1);
    memcpy(buffer_insert(&buffer, 4, 1), "e", 1);
    assert_holds(&buffer, "abcde");
    buffer_release(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_zeroed_buffer_is_empty_and_needs_no_memory),
        cmocka_unit_test(test_appending_keeps_everything_in_order),
        cmocka_unit_test(test_growth_doubles),
        cmocka_unit_test(test_reserve_gives_room_that_the_caller_claims),
        cmocka_unit_test(test_printf_appends_text_of_any_length),
        cmocka_unit_test(test_consume_drops_the_front),
        cmocka_unit_test(test_insert_opens_a_gap_anywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
