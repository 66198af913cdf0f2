/* Elements in 64 bits: every text comes back as it was, and which ones need no block. */
#include "types/array/array_slot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void check(const char *text, size_t size, enum slot_kind kind)
{
    uint64_t slot = slot_new(span_of(text, size)), copy = slot_copy(slot);
    char scratch[NUM_TEXT_LIMIT], of_copy[NUM_TEXT_LIMIT];
    struct span back = slot_text(slot, scratch);

    if (slot_kind(slot) != kind || !span_equal(back, span_of(text, size)))
        fail_msg("\"%.*s\" became \"%.*s\" of kind %d", (int)size, text, SPAN_ARGS(back),
                 slot_kind(slot));
    assert_true(slot != 0);
    assert_true(span_equal(slot_text(copy, of_copy), span_of(text, size)));
    assert_true((slot_memory(slot) > 0) == (kind == SLOT_BLOCK));
    slot_free(slot);
    slot_free(copy);
}

static void check_text(const char *text, enum slot_kind kind)
{
    check(text, strlen(text), kind);
}

static void test_integers_below_2_61_are_in_the_slot(void **state)
{
    (void)state;
    check_text("0", SLOT_INTEGER);
    check_text("-1", SLOT_INTEGER);
    check_text("2305843009213693951", SLOT_INTEGER);
    check_text("-2305843009213693952", SLOT_INTEGER);
    check_text("2305843009213693952", SLOT_BLOCK);
    check_text("-2305843009213693953", SLOT_BLOCK);
    check_text("9223372036854775807", SLOT_BLOCK);
    check_text("18446744073709551615", SLOT_BLOCK);
    assert_true(slot_integer(slot_new(SPAN("-5"))) == -5);
}

static void test_text_of_seven_bytes_is_in_the_slot_and_keeps_its_form(void **state)
{
    (void)state;
    check_text("", SLOT_TEXT);
    check_text("a", SLOT_TEXT);
    check_text("007", SLOT_TEXT);
    check_text("+5", SLOT_TEXT);
    check_text("-0", SLOT_TEXT);
    check_text("1.50", SLOT_TEXT);
    check_text("seven77", SLOT_TEXT);
    check("\0\xff\x80\0\x01\xfe\0", 7, SLOT_TEXT);
    check_text("eight888", SLOT_BLOCK);
    check("\0\0\0\0\0\0\0\0", 8, SLOT_BLOCK);
}

static void test_decimals_of_seventeen_digits_are_in_the_slot_and_keep_their_form(void **state)
{
    (void)state;
    check_text("3.14159265", SLOT_DECIMAL);
    check_text("-40.712776", SLOT_DECIMAL);
    check_text("0.00000000", SLOT_DECIMAL);
    check_text("0.00000001", SLOT_DECIMAL);
    check_text("-0.0000001", SLOT_DECIMAL);
    check_text("1700000000.123", SLOT_DECIMAL);
    check_text("100.50000000", SLOT_DECIMAL);
    check_text("7205759403792792.5", SLOT_DECIMAL);
    check_text("-0.00000000000000001", SLOT_DECIMAL);
    check_text("0.12345678901234567", SLOT_DECIMAL);
    check_text("0.000000000000000001", SLOT_BLOCK);
    check_text("9999999999999999.5", SLOT_BLOCK);
    check_text("-0.000000", SLOT_BLOCK);
    check_text("00.123456", SLOT_BLOCK);
    check_text(".12345678", SLOT_BLOCK);
    check_text("-.1234567", SLOT_BLOCK);
    check_text("12345678.", SLOT_BLOCK);
    check_text("1.2345.678", SLOT_BLOCK);
    check_text("1.2345e678", SLOT_BLOCK);
    check_text("123.456789a", SLOT_BLOCK);
}

static void test_longer_text_is_in_a_block_of_its_own(void **state)
{
    static char text[70000];
    const size_t sizes[] = {8, 253, 254, 255, 256, 65536, sizeof(text)};

    (void)state;
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)(i * 7);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        check(text, sizes[i], SLOT_BLOCK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers_below_2_61_are_in_the_slot),
        cmocka_unit_test(test_text_of_seven_bytes_is_in_the_slot_and_keeps_its_form),
        cmocka_unit_test(test_decimals_of_seventeen_digits_are_in_the_slot_and_keep_their_form),
        cmocka_unit_test(test_longer_text_is_in_a_block_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
