/* The letters of notify-keyspace-events. */
#include "broker/pubsub/keyspace_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char all_letters[] = "g$lshzxetdrnocKEm";

static void expect_text(unsigned mask, const char *text)
{
    struct buffer out = {0};

    keyspace_events_format(mask, &out);
    buffer_append_byte(&out, '\0');
    assert_string_equal(out.data, text);
    buffer_release(&out);
}

static unsigned parsed(const char *text)
{
    unsigned mask = 0;

    assert_int_equal(keyspace_events_parse(span_text(text), &mask), 0);
    return mask;
}

static void test_nothing_is_the_empty_text(void **state)
{
    (void)state;
    assert_int_equal(parsed(""), 0);
    expect_text(0, "");
}

static void test_every_letter_has_a_bit_of_its_own(void **state)
{
    unsigned seen = 0;

    (void)state;
    for (size_t i = 0; all_letters[i]; i++) {
        char one[2] = {all_letters[i], '\0'};
        unsigned mask = parsed(one);

        assert_true(mask && !(mask & (mask - 1)));
        assert_false(seen & mask);
        seen |= mask;
        expect_text(mask, one);
    }
    assert_int_equal(parsed(all_letters), seen);
}

static void test_a_stands_for_the_types_and_ends_of_keys(void **state)
{
    (void)state;
    assert_int_equal(parsed("A"), parsed("g$lshzxetdr"));
    expect_text(parsed("EKA"), "AKE");
    expect_text(parsed("ng$lshzxetdrmK"), "AnKm");
    expect_text(parsed("KEA$mnoc"), "AnocKEm");
}

/* Every mask comes back from its text: CONFIG REWRITE writes what it reads again. */
static void test_any_mask_survives_its_text(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 1u << (sizeof(all_letters) - 1); bits++) {
        char text[sizeof(all_letters) + 1];
        size_t used = 0;
        struct buffer out = {0};
        unsigned mask, again;

        for (size_t i = 0; all_letters[i]; i++)
            if (bits & (1u << i))
                text[used++] = all_letters[i];
        text[used] = '\0';
        mask = parsed(text);
        keyspace_events_format(mask, &out);
        assert_int_equal(keyspace_events_parse(span_of(out.data, out.size), &again), 0);
        assert_int_equal(again, mask);
        buffer_release(&out);
    }
}

static void test_an_unknown_letter_changes_nothing(void **state)
{
    unsigned mask = 42;

    (void)state;
    assert_true(keyspace_events_parse(span_text("KEq"), &mask) < 0);
    assert_true(keyspace_events_parse(span_text("K E"), &mask) < 0);
    assert_int_equal(mask, 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_the_empty_text),
        cmocka_unit_test(test_every_letter_has_a_bit_of_its_own),
        cmocka_unit_test(test_a_stands_for_the_types_and_ends_of_keys),
        cmocka_unit_test(test_any_mask_survives_its_text),
        cmocka_unit_test(test_an_unknown_letter_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
