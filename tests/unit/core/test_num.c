/* Numbers to text and back: exact, canonical, without regard to the locale. */
#include "core/base/error.h"
#include "core/hash/random.h"
#include "core/num/num.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_text(const char *got, size_t size, const char *wanted)
{
    if (size != strlen(wanted) || memcmp(got, wanted, size) != 0)
        fail_msg("got \"%.*s\", wanted \"%s\"", (int)size, got, wanted);
}

static void assert_double_text(double value, const char *wanted)
{
    char text[40];

    assert_text(text, num_format_double(text, value), wanted);
}

static void test_i64_accepts_only_the_canonical_form(void **state)
{
    static const char *const bad[] = {"",    "-",  "+1",  "01",  "-0",  "-01", "00",
                                      " 1",  "1 ", "1.0", "1e3", "a",   "1a",  "--1",
                                      "0x1", "-a", "1:2", "/",   "9a9", "10/"};
    int64_t value = 77;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(num_parse_i64(span_text(bad[i]), &value), ERR_SYNTAX);
    assert_int_equal(num_parse_i64(span_of("1\0", 2), &value), ERR_SYNTAX);
    assert_int_equal(num_parse_i64(span_of(NULL, 0), &value), ERR_SYNTAX);
    assert_int_equal(value, 77);
}

static void test_i64_covers_exactly_its_range(void **state)
{
    static const char *const outside[] = {"9223372036854775808", "-9223372036854775809",
                                          "18446744073709551616", "99999999999999999999999999",
                                          "-18446744073709551615"};
    int64_t value = 77;

    (void)state;
    for (size_t i = 0; i < COUNT(outside); i++)
        assert_int_equal(num_parse_i64(span_text(outside[i]), &value), ERR_RANGE);
    assert_int_equal(value, 77);
    assert_int_equal(num_parse_i64(SPAN("9223372036854775807"), &value), 0);
    assert_true(value == INT64_MAX);
    assert_int_equal(num_parse_i64(SPAN("-9223372036854775808"), &value), 0);
    assert_true(value == INT64_MIN);
    assert_int_equal(num_parse_i64(SPAN("0"), &value), 0);
    assert_true(value == 0);
}

static void test_u64_takes_digits_only_up_to_its_limit(void **state)
{
    uint64_t value = 77;

    (void)state;
    assert_int_equal(num_parse_u64(SPAN(""), &value), ERR_SYNTAX);
    assert_int_equal(num_parse_u64(SPAN("-1"), &value), ERR_SYNTAX);
    assert_int_equal(num_parse_u64(SPAN("1x"), &value), ERR_SYNTAX);
    assert_int_equal(num_parse_u64(SPAN("99999999999999999999x"), &value), ERR_SYNTAX);
    assert_int_equal(num_parse_u64(SPAN("18446744073709551616"), &value), ERR_RANGE);
    assert_int_equal(num_parse_u64(SPAN("184467440737095516150"), &value), ERR_RANGE);
    assert_true(value == 77);
    assert_int_equal(num_parse_u64(SPAN("18446744073709551615"), &value), 0);
    assert_true(value == UINT64_MAX);
    assert_int_equal(num_parse_u64(SPAN("000000000000000000000000000007"), &value), 0);
    assert_true(value == 7);
}

static void test_every_integer_survives_the_round_trip(void **state)
{
    struct random random;

    (void)state;
    random_init(&random, 1);
    for (int i = 0; i < 200000; i++) {
        uint64_t wanted = random_next(&random) >> random_below(&random, 64);
        int64_t signed_wanted = (int64_t)(i % 2 ? wanted : -wanted);
        char text[NUM_TEXT_LIMIT], reference[NUM_TEXT_LIMIT];
        uint64_t got;
        int64_t signed_got;
        size_t size;

        snprintf(reference, sizeof(reference), "%llu", (unsigned long long)wanted);
        size = num_format_u64(text, wanted);
        assert_text(text, size, reference);
        assert_int_equal(num_parse_u64(span_of(text, size), &got), 0);
        assert_true(got == wanted);
        snprintf(reference, sizeof(reference), "%lld", (long long)signed_wanted);
        size = num_format_i64(text, signed_wanted);
        assert_text(text, size, reference);
        assert_int_equal(num_parse_i64(span_of(text, size), &signed_got), 0);
        assert_true(signed_got == signed_wanted);
    }
}

static void test_integers_around_powers_of_ten_are_formatted_exactly(void **state)
{
    char text[NUM_TEXT_LIMIT], reference[NUM_TEXT_LIMIT];
    uint64_t power = 1;

    (void)state;
    for (int i = 0; i < 20; i++, power *= 10) {
        for (uint64_t value = power - 1; value <= power + 1; value++) {
            snprintf(reference, sizeof(reference), "%llu", (unsigned long long)value);
            assert_text(text, num_format_u64(text, value), reference);
        }
    }
    assert_text(text, num_format_u64(text, UINT64_MAX), "18446744073709551615");
    assert_text(text, num_format_i64(text, INT64_MIN), "-9223372036854775808");
}

static void test_double_refuses_what_is_no_number(void **state)
{
    static const char *const bad[] = {"",    " 1",  "1 ",   "nan", "NaN",    "-nan", "1e",
                                      "e1",  ".",   "1e+",  "abc", "1..2",   "1.2.", "--1",
                                      "+-1", "1,5", "0x",   "1f",  "nan(1)", "\t1",  "-",
                                      "+",   "-.",  "1e5x", "infx"};
    double value = 77;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (num_parse_double(span_text(bad[i]), &value) != ERR_SYNTAX)
            fail_msg("accepted \"%s\"", bad[i]);
    assert_int_equal(num_parse_double(span_of("1\0", 2), &value), ERR_SYNTAX);
    assert_int_equal(num_parse_double(span_of(NULL, 0), &value), ERR_SYNTAX);
    assert_int_equal(num_parse_double(SPAN("1e400"), &value), ERR_RANGE);
    assert_int_equal(num_parse_double(SPAN("-1e400"), &value), ERR_RANGE);
    assert_int_equal(num_parse_double(SPAN("1e-400"), &value), ERR_RANGE);
    assert_int_equal(num_parse_double(SPAN("1e99999999999999999999"), &value), ERR_RANGE);
    assert_true(value == 77);
}

static void test_double_takes_every_notation(void **state)
{
    static const struct {
        const char *text;
        double value;
    } good[] = {{"3", 3},
                {"+3", 3},
                {"-3.5", -3.5},
                {".5", .5},
                {"5.", 5},
                {"1e3", 1000},
                {"1E-3", 1e-3},
                {"0x10", 16},
                {"-0x1p-2", -.25},
                {"inf", INFINITY},
                {"-inf", -INFINITY},
                {"+Infinity", INFINITY},
                {"0.1", 0.1},
                {"0", 0},
                {"00012", 12},
                {"1e22", 1e22},
                {"1e23", 1e23},
                {"123456789012345678901234567890", 1.2345678901234568e29},
                {"5e-324", 5e-324},
                {"0e999999", 0},
                {"9007199254740993", 9007199254740992.0}};

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        double value;

        assert_int_equal(num_parse_double(span_text(good[i].text), &value), 0);
        if (value != good[i].value)
            fail_msg("\"%s\" gave %.17g", good[i].text, value);
    }
}

static void test_minus_zero_keeps_its_sign(void **state)
{
    double value;

    (void)state;
    assert_int_equal(num_parse_double(SPAN("-0"), &value), 0);
    assert_true(signbit(value));
    assert_double_text(value, "-0");
    assert_double_text(0, "0");
}

/* The fast way must agree with the C library to the last bit. */
static void test_decimals_read_as_the_c_library_reads_them(void **state)
{
    struct random random;

    (void)state;
    random_init(&random, 2);
    for (int i = 0; i < 200000; i++) {
        char text[64];
        double value, wanted;

        snprintf(text, sizeof(text), "%llu.%llue%d",
                 (unsigned long long)(random_next(&random) >> (20 + random_below(&random, 44))),
                 (unsigned long long)random_below(&random, 1000000),
                 (int)random_below(&random, 60) - 30);
        wanted = strtod(text, NULL);
        assert_int_equal(num_parse_double(span_text(text), &value), 0);
        if (value != wanted)
            fail_msg("\"%s\" gave %.17g, not %.17g", text, value, wanted);
    }
}

static void test_double_text_is_short_and_in_redis_notation(void **state)
{
    (void)state;
    assert_double_text(3, "3");
    assert_double_text(-3, "-3");
    assert_double_text(0.1, "0.1");
    assert_double_text(0.1 + 0.2, "0.30000000000000004");
    assert_double_text(1.5, "1.5");
    assert_double_text(-1234.5678, "-1234.5678");
    assert_double_text(1e300, "1e+300");
    assert_double_text(3e300, "3e+300");
    assert_double_text(1e18, "1000000000000000000");
    assert_double_text(1e20, "1e+20");
    assert_double_text(1.5e20, "1.5e+20");
    assert_double_text(1e-7, "1e-7");
    assert_double_text(0.000001, "0.000001");
    assert_double_text(0.00123, "0.00123");
    assert_double_text(1.23456e-10, "1.23456e-10");
    assert_double_text(5e-324, "5e-324");
    assert_double_text(DBL_MAX, "1.7976931348623157e+308");
    assert_double_text(DBL_MIN, "2.2250738585072014e-308");
    assert_double_text(M_PI, "3.141592653589793");
    assert_double_text(123456789012345680.0, "123456789012345680");
    assert_double_text(INFINITY, "inf");
    assert_double_text(-INFINITY, "-inf");
    assert_double_text(NAN, "nan");
}

static void assert_reads_back(double wanted)
{
    char text[40];
    size_t size = num_format_double(text, wanted);
    double value;

    assert_true(size < sizeof(text));
    assert_int_equal(num_parse_double(span_of(text, size), &value), 0);
    if (value != wanted)
        fail_msg("%.17g became \"%.*s\"", wanted, (int)size, text);
}

static void test_every_double_survives_the_round_trip(void **state)
{
    struct random random;

    (void)state;
    random_init(&random, 3);
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = random_next(&random);
        double value;

        memcpy(&value, &bits, sizeof(value));
        if (isfinite(value))
            assert_reads_back(value);
        assert_reads_back((double)(int64_t)random_below(&random, 1000000000) / 1000);
        assert_reads_back((double)random_next(&random) / (double)random_next(&random));
    }
}

static void test_a_foreign_locale_changes_nothing(void **state)
{
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "nl_NL.UTF-8"};
    char text[NUM_DOUBLE_TEXT_LIMIT];
    bool found = false;
    double value;

    (void)state;
    for (size_t i = 0; i < COUNT(names) && !found; i++)
        found = setlocale(LC_NUMERIC, names[i]) != NULL;
    assert_double_text(0.1 + 0.2, "0.30000000000000004");
    assert_text(text, num_format_long_double(text, 2.5L), "2.5");
    assert_int_equal(num_parse_double(SPAN("0.30000000000000004"), &value), 0);
    assert_true(value == 0.1 + 0.2);
    setlocale(LC_NUMERIC, "C");
    if (!found)
        print_message("no locale with a decimal comma is installed: shown for \"C\" only\n");
}

static void test_long_double_prints_fixed_without_trailing_zeros(void **state)
{
    char text[NUM_DOUBLE_TEXT_LIMIT];
    long double value;

    (void)state;
    assert_text(text, num_format_long_double(text, 3), "3");
    assert_text(text, num_format_long_double(text, 10), "10");
    assert_text(text, num_format_long_double(text, -0.0L), "0");
    assert_text(text, num_format_long_double(text, -1e-30L), "0");
    assert_text(text, num_format_long_double(text, 10.6L), "10.6");
    assert_text(text, num_format_long_double(text, 1e20L), "100000000000000000000");
    assert_text(text, num_format_long_double(text, (long double)INFINITY), "inf");
    assert_text(text, num_format_long_double(text, -(long double)INFINITY), "-inf");
    assert_true(num_format_long_double(text, LDBL_MAX) < sizeof(text));
    assert_int_equal(num_parse_long_double(SPAN("5.0e3"), &value), 0);
    assert_text(text, num_format_long_double(text, value), "5000");
    assert_int_equal(num_parse_long_double(SPAN("0.1"), &value), 0);
    assert_text(text, num_format_long_double(text, value), "0.1");
    assert_int_equal(num_parse_long_double(SPAN("0.1 "), &value), ERR_SYNTAX);
    assert_int_equal(num_parse_long_double(SPAN("nan"), &value), ERR_SYNTAX);
    assert_int_equal(num_parse_long_double(SPAN("1e5000"), &value), ERR_RANGE);
}

static void test_numbers_of_absurd_length_are_refused(void **state)
{
    static char text[NUM_DOUBLE_TEXT_LIMIT + 1];
    double value;

    (void)state;
    memset(text, '1', sizeof(text));
    assert_int_equal(num_parse_double(span_of(text, sizeof(text)), &value), ERR_SYNTAX);
    memset(text, '0', sizeof(text));
    assert_int_equal(num_parse_double(span_of(text, NUM_DOUBLE_TEXT_LIMIT - 1), &value), 0);
    assert_true(value == 0);
}

static void test_memory_sizes_know_both_kinds_of_unit(void **state)
{
    static const struct {
        const char *text;
        int64_t bytes;
    } good[] = {{"100", 100},    {"0", 0},           {"7b", 7},
                {"1k", 1000},    {"1KB", 1024},      {"64mb", 64 << 20},
                {"2M", 2000000}, {"1g", 1000000000}, {"1Gb", 1 << 30}};
    static const char *const bad[] = {"", "k", "-1", "1 kb", "1kbx", "1.5g", "1t", "mb"};
    int64_t value = 77;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(num_parse_memory(span_text(bad[i]), &value), ERR_SYNTAX);
    assert_int_equal(num_parse_memory(SPAN("9223372036854775808"), &value), ERR_RANGE);
    assert_int_equal(num_parse_memory(SPAN("9223372036854775807kb"), &value), ERR_RANGE);
    assert_int_equal(value, 77);
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_int_equal(num_parse_memory(span_text(good[i].text), &value), 0);
        assert_int_equal(value, good[i].bytes);
    }
}

static void test_sums_that_overflow_leave_the_result_alone(void **state)
{
    size_t size = 7;
    int64_t sum = 7;

    (void)state;
    assert_false(num_add_i64(INT64_MAX, 1, &sum));
    assert_false(num_mul_i64(INT64_MIN, -1, &sum));
    assert_int_equal(sum, 7);
    assert_true(num_add_i64(INT64_MAX, -1, &sum));
    assert_true(sum == INT64_MAX - 1);
    assert_true(num_mul_i64(-3, 5, &sum));
    assert_int_equal(sum, -15);
    assert_false(num_add_size(SIZE_MAX, 1, &size));
    assert_false(num_mul_size(SIZE_MAX / 2, 3, &size));
    assert_true(num_add_size(1, 2, &size));
    assert_int_equal(size, 3);
    assert_true(num_mul_size(4, 2, &size));
    assert_int_equal(size, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_i64_accepts_only_the_canonical_form),
        cmocka_unit_test(test_i64_covers_exactly_its_range),
        cmocka_unit_test(test_u64_takes_digits_only_up_to_its_limit),
        cmocka_unit_test(test_every_integer_survives_the_round_trip),
        cmocka_unit_test(test_integers_around_powers_of_ten_are_formatted_exactly),
        cmocka_unit_test(test_double_refuses_what_is_no_number),
        cmocka_unit_test(test_double_takes_every_notation),
        cmocka_unit_test(test_minus_zero_keeps_its_sign),
        cmocka_unit_test(test_decimals_read_as_the_c_library_reads_them),
        cmocka_unit_test(test_double_text_is_short_and_in_redis_notation),
        cmocka_unit_test(test_every_double_survives_the_round_trip),
        cmocka_unit_test(test_a_foreign_locale_changes_nothing),
        cmocka_unit_test(test_long_double_prints_fixed_without_trailing_zeros),
        cmocka_unit_test(test_numbers_of_absurd_length_are_refused),
        cmocka_unit_test(test_memory_sizes_know_both_kinds_of_unit),
        cmocka_unit_test(test_sums_that_overflow_leave_the_result_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
