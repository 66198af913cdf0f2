/* The digest: what must change it and what must not. */
#include "storage/keyspace/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int differs(const struct value_digest *a, const struct value_digest *b)
{
    return memcmp(a, b, sizeof(*a)) != 0;
}

static void test_mixing_knows_order_and_adding_does_not(void **state)
{
    struct value_digest a = {{0}}, b = {{0}}, c = {{0}}, d = {{0}};

    (void)state;
    value_digest_mix(&a, SPAN("x"));
    value_digest_mix(&a, SPAN("y"));
    value_digest_mix(&b, SPAN("y"));
    value_digest_mix(&b, SPAN("x"));
    assert_true(differs(&a, &b));
    value_digest_add(&c, SPAN("x"));
    value_digest_add(&c, SPAN("y"));
    value_digest_add(&d, SPAN("y"));
    value_digest_add(&d, SPAN("x"));
    assert_false(differs(&c, &d));
    assert_true(differs(&a, &c));
}

static void test_bytes_are_not_joined_across_calls(void **state)
{
    struct value_digest a = {{0}}, b = {{0}}, zero = {{0}};

    (void)state;
    value_digest_mix(&a, SPAN("ab"));
    value_digest_mix(&a, SPAN(""));
    value_digest_mix(&b, SPAN("a"));
    value_digest_mix(&b, SPAN("b"));
    assert_true(differs(&a, &b));
    value_digest_add_digest(&a, &a);
    assert_false(differs(&a, &zero));
}

/* Fixed for ever: two servers of different versions are compared by it. */
static void test_the_digest_is_the_same_in_every_version(void **state)
{
    struct value_digest a = {{0}};
    char text[2 * VALUE_DIGEST_SIZE + 1];

    (void)state;
    value_digest_mix(&a, SPAN("millstream"));
    for (int i = 0; i < VALUE_DIGEST_SIZE; i++) {
        static const char hex[] = "0123456789abcdef";

        text[2 * i] = hex[a.bytes[i] >> 4];
        text[2 * i + 1] = hex[a.bytes[i] & 15];
    }
    text[2 * VALUE_DIGEST_SIZE] = '\0';
    assert_string_equal(text, "2eac8f2bae613ad95883f2df5b75e09ac1c66ad7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mixing_knows_order_and_adding_does_not),
        cmocka_unit_test(test_bytes_are_not_joined_across_calls),
        cmocka_unit_test(test_the_digest_is_the_same_in_every_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
