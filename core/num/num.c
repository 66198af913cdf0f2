/* Integers are done by hand. Doubles have an exact fast way each for what people really send, and
 * the C library, told to use the C locale, for the rest:
 *
 * - Parsing: a mantissa below 2^53 and a power of ten up to 10^22 are both exact doubles, so one
 *   multiplication or division rounds once, hence correctly (Clinger, "How to read floating point
 *   numbers accurately", 1990).
 * - Formatting: if v is m / 10^k for an integer m of at most 15 digits, then "m times 10 to the -k"
 *   reads back as v by the above, and with the smallest such k nothing shorter does: decimals of up
 *   to 15 digits name different doubles. */
#include "core/num/num.h"
#include "core/base/check.h"
#include "core/base/error.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAFE_DIGITS = 18,       /* as many decimal digits cannot overflow 63 bits */
    EXACT_POWER_LIMIT = 22, /* 10^22 is the largest exact power of ten */
    DOUBLE_DIGITS = 17,     /* enough for any double */
    EXPONENT_LIMIT = 20000, /* beyond it every exponent means the same, for a long double too */
};

static const double powers_of_ten[EXACT_POWER_LIMIT + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* --- Integers. */

/* The digits in [at, end), all of them, as a number. At least one. */
static int parse_digits(const char *at, const char *end, uint64_t *out)
{
    uint64_t value = 0;
    const char *safe_end = end - at > SAFE_DIGITS ? at + SAFE_DIGITS : end;
    bool overflow = false;

    if (at == end)
        return ERR_SYNTAX;
    for (; at < safe_end; at++) {
        if (!is_digit(*at))
            return ERR_SYNTAX;
        value = value * 10 + (unsigned char)(*at - '0');
    }
    for (; at < end; at++) {
        if (!is_digit(*at))
            return ERR_SYNTAX;
        overflow = overflow || __builtin_mul_overflow(value, 10, &value) ||
                   __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value);
    }
    if (overflow)
        return ERR_RANGE;
    *out = value;
    return 0;
}

int num_parse_i64(struct span text, int64_t *out)
{
    const char *at = text.data;
    const char *end;
    uint64_t value;
    bool negative;
    int rc;

    if (text.size == 0)
        return ERR_SYNTAX;
    end = at + text.size;
    negative = *at == '-';
    at += negative;
    if (at < end && *at == '0') {
        if (text.size != 1)
            return ERR_SYNTAX;
        *out = 0;
        return 0;
    }
    rc = parse_digits(at, end, &value);
    if (rc < 0)
        return rc;
    if (value > (uint64_t)INT64_MAX + negative)
        return ERR_RANGE;
    *out = (int64_t)(negative ? -value : value);
    return 0;
}

int num_parse_u64(struct span text, uint64_t *out)
{
    return text.size ? parse_digits(text.data, text.data + text.size, out) : ERR_SYNTAX;
}

int num_parse_memory(struct span text, int64_t *out)
{
    static const struct {
        const char *name;
        uint64_t bytes;
    } units[] = {
        {"", 1},         {"b", 1},          {"k", 1000},     {"kb", 1 << 10}, {"m", 1000 * 1000},
        {"mb", 1 << 20}, {"g", 1000000000}, {"gb", 1 << 30},
    };
    size_t digits = 0;
    uint64_t value;
    int rc;

    while (digits < text.size && is_digit(text.data[digits]))
        digits++;
    rc = num_parse_u64(span_of(text.data, digits), &value);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (!span_is(span_of(text.data + digits, text.size - digits), units[i].name))
            continue;
        if (value > (uint64_t)INT64_MAX / units[i].bytes)
            return ERR_RANGE;
        *out = (int64_t)(value * units[i].bytes);
        return 0;
    }
    return ERR_SYNTAX;
}

static inline size_t count_digits(uint64_t value)
{
    static const uint64_t powers[] = {
        0,
        10,
        100,
        1000,
        10000,
        100000,
        1000000,
        10000000,
        100000000,
        1000000000,
        10000000000,
        100000000000,
        1000000000000,
        10000000000000,
        100000000000000,
        1000000000000000,
        10000000000000000,
        100000000000000000,
        1000000000000000000,
        UINT64_C(10000000000000000000),
    };
    /* 1233 / 4096 is a little more than the logarithm of 2 */
    unsigned about = (unsigned)(64 - __builtin_clzll(value | 1)) * 1233 >> 12;

    return about + (value >= powers[about]);
}

size_t num_format_u64(char *to, uint64_t value)
{
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233"
        "34353637383940414243444546474849505152535455565758596061626364656667"
        "6869707172737475767778798081828384858687888990919293949596979899";
    size_t size = count_digits(value);
    char *at = to + size;

    while (value >= 100) {
        at -= 2;
        memcpy(at, pairs + value % 100 * 2, 2);
        value /= 100;
    }
    if (value >= 10)
        memcpy(to, pairs + value * 2, 2);
    else
        *to = (char)('0' + value);
    return size;
}

size_t num_format_i64(char *to, int64_t value)
{
    if (value >= 0)
        return num_format_u64(to, (uint64_t)value);
    *to = '-';
    return 1 + num_format_u64(to + 1, -(uint64_t)value);
}

/* --- Doubles: text to number. */

/* Reads an optional "e[+-]digits" at `at`; returns where it ends, NULL if it is malformed. */
static const char *parse_exponent(const char *at, const char *end, int *exponent)
{
    bool negative;
    int value = 0;

    *exponent = 0;
    if (at == end || (*at | 32) != 'e')
        return at;
    at++;
    negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end || !is_digit(*at))
        return NULL;
    for (; at < end && is_digit(*at); at++)
        if (value < EXPONENT_LIMIT)
            value = value * 10 + (*at - '0');
    *exponent = negative ? -value : value;
    return at;
}

/* The exact fast way; false if the text is anything it does not cover, also if it is malformed. */
static bool parse_plain_double(struct span text, double *out)
{
    const char *at = text.data;
    const char *end = at + text.size;
    uint64_t mantissa = 0;
    int digits = 0, decimals = 0, exponent;
    bool negative = at < end && *at == '-', point = false;

    if (at < end && (*at == '-' || *at == '+'))
        at++;
    for (; at < end && (is_digit(*at) || (*at == '.' && !point)); at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        if (++digits > SAFE_DIGITS)
            return false;
        mantissa = mantissa * 10 + (unsigned char)(*at - '0');
        decimals += point;
    }
    at = digits ? parse_exponent(at, end, &exponent) : NULL;
    if (at != end || mantissa > UINT64_C(1) << DBL_MANT_DIG || FLT_EVAL_METHOD != 0)
        return false;
    exponent -= decimals;
    if (exponent < -EXACT_POWER_LIMIT || exponent > EXACT_POWER_LIMIT)
        return false;
    *out = exponent < 0 ? (double)mantissa / powers_of_ten[-exponent]
                        : (double)mantissa * powers_of_ten[exponent];
    if (negative)
        *out = -*out;
    return true;
}

/* The C library's way, in the C locale. A result that is out of range, one way or the other, is
 * refused as Redis does; a denormal is not. glibc hands out its built-in "C" without allocating. */
static int parse_any(struct span text, long double *out, bool as_double)
{
    char copy[NUM_DOUBLE_TEXT_LIMIT];
    locale_t c_locale;
    long double value;
    char *end;
    int saved_errno = errno;
    bool refused;

    if (text.size == 0 || text.size >= sizeof(copy) || isspace((unsigned char)text.data[0]))
        return ERR_SYNTAX;
    memcpy(copy, text.data, text.size);
    copy[text.size] = 0;
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    CHECK(c_locale);
    errno = 0;
    value =
        as_double ? (long double)strtod_l(copy, &end, c_locale) : strtold_l(copy, &end, c_locale);
    refused = errno == ERANGE && (isinf(value) || value == 0);
    errno = saved_errno;
    freelocale(c_locale);
    if (end != copy + text.size || isnan(value))
        return ERR_SYNTAX;
    if (refused)
        return ERR_RANGE;
    *out = value;
    return 0;
}

int num_parse_double(struct span text, double *out)
{
    long double value;
    int rc;

    if (text.size && parse_plain_double(text, out))
        return 0;
    rc = parse_any(text, &value, true);
    if (rc == 0)
        *out = (double)value;
    return rc;
}

int num_parse_long_double(struct span text, long double *out)
{
    return parse_any(text, out, false);
}

/* --- Doubles: number to text. */

/* A positive number as digits[0..count-1] times 10 to the power. No trailing zero. */
struct decimal {
    char digits[NUM_TEXT_LIMIT];
    int count;
    int power;
};

static bool short_decimal(double value, struct decimal *out)
{
    const double mantissa_limit = 1e15;

    if (FLT_EVAL_METHOD != 0)
        return false;
    for (int decimals = 0; decimals <= EXACT_POWER_LIMIT; decimals++) {
        double scaled = value * powers_of_ten[decimals] + 0.5;
        uint64_t mantissa;

        if (scaled >= mantissa_limit)
            return false;
        mantissa = (uint64_t)scaled;
        if (mantissa && (double)mantissa / powers_of_ten[decimals] == value) {
            out->count = (int)num_format_u64(out->digits, mantissa);
            out->power = -decimals;
            return true;
        }
    }
    return false;
}

/* Tries more and more digits until they read back. A normal double needs at least 15 in the worst
 * case and any shorter text is found by its trailing zeros; a denormal may need as few as one. */
static void long_decimal(double value, struct decimal *out)
{
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = uselocale(c_locale);
    int precision = value < DBL_MIN ? 1 : DBL_DIG;
    char text[40];

    CHECK(c_locale);
    for (; precision <= DOUBLE_DIGITS; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision - 1, value);
        if (precision == DOUBLE_DIGITS || strtod(text, NULL) == value)
            break;
    }
    uselocale(before);
    freelocale(c_locale);

    out->count = 0;
    for (const char *at = text; *at != 'e'; at++)
        if (is_digit(*at))
            out->digits[out->count++] = *at;
    out->power = atoi(strchr(text, 'e') + 1) - (out->count - 1);
}

static void strip_zeros(struct decimal *decimal)
{
    while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0') {
        decimal->count--;
        decimal->power++;
    }
}

/* Plain notation unless it would need many zeros. The borders are those of Redis since 7.2. */
static size_t put_decimal(char *to, const struct decimal *decimal)
{
    int count = decimal->count, power = decimal->power;
    int exponent = power + count - 1;
    int point = count + power; /* digits before the decimal point */
    char *at = to;

    if (power >= 0 && exponent < count + 7) {
        memcpy(to, decimal->digits, (size_t)count);
        memset(to + count, '0', (size_t)power);
        return (size_t)(count + power);
    }
    if (power < 0 && (power > -7 || abs(exponent) < 4)) {
        if (point <= 0) {
            memcpy(to, "0.", 2);
            memset(to + 2, '0', (size_t)-point);
            memcpy(to + 2 - point, decimal->digits, (size_t)count);
            return (size_t)(2 - point + count);
        }
        memcpy(to, decimal->digits, (size_t)point);
        to[point] = '.';
        memcpy(to + point + 1, decimal->digits + point, (size_t)(count - point));
        return (size_t)(count + 1);
    }
    *at++ = decimal->digits[0];
    if (count > 1) {
        *at++ = '.';
        memcpy(at, decimal->digits + 1, (size_t)(count - 1));
        at += count - 1;
    }
    *at++ = 'e';
    *at++ = exponent < 0 ? '-' : '+';
    at += num_format_u64(at, (uint64_t)abs(exponent));
    return (size_t)(at - to);
}

static size_t put_text(char *to, const char *text)
{
    size_t size = strlen(text);

    memcpy(to, text, size);
    return size;
}

size_t num_format_double(char *to, double value)
{
    const double integer_limit = (double)(INT64_MAX / 2);
    struct decimal decimal;
    size_t sign = 0;

    if (isnan(value))
        return put_text(to, "nan");
    if (isinf(value))
        return put_text(to, value < 0 ? "-inf" : "inf");
    if (value == 0)
        return put_text(to, signbit(value) ? "-0" : "0");
    if (value > -integer_limit && value < integer_limit && value == (double)(int64_t)value)
        return num_format_i64(to, (int64_t)value);
    if (value < 0) {
        *to++ = '-';
        sign = 1;
        value = -value;
    }
    if (!short_decimal(value, &decimal))
        long_decimal(value, &decimal);
    strip_zeros(&decimal);
    return sign + put_decimal(to, &decimal);
}

size_t num_format_long_double(char *to, long double value)
{
    locale_t c_locale, before;
    int size;

    if (isnan(value))
        return put_text(to, "nan");
    if (isinf(value))
        return put_text(to, value < 0 ? "-inf" : "inf");
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    CHECK(c_locale);
    before = uselocale(c_locale);
    size = snprintf(to, NUM_DOUBLE_TEXT_LIMIT, "%.*Lf", DOUBLE_DIGITS, value);
    uselocale(before);
    freelocale(c_locale);
    CHECK(size > 0 && size < NUM_DOUBLE_TEXT_LIMIT);
    while (to[size - 1] == '0')
        size--;
    if (to[size - 1] == '.')
        size--;
    if (size == 2 && memcmp(to, "-0", 2) == 0)
        return put_text(to, "0");
    return (size_t)size;
}
