#include "core/bytes/span.h"

/* ASCII case only, whatever the locale. */
static inline unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
}

bool span_is(struct span a, const char *text)
{
    for (size_t i = 0; i < a.size; i++)
        if (text[i] == 0 || lower(a.data[i]) != lower(text[i]))
            return false;
    return text[a.size] == 0;
}

int span_compare(struct span a, struct span b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common ? memcmp(a.data, b.data, common) : 0;

    if (order)
        return order;
    return a.size < b.size ? -1 : a.size > b.size;
}

bool span_equal_secret(struct span a, struct span b)
{
    volatile unsigned char difference = 0; /* volatile: no early end by the compiler */

    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++)
        difference |= (unsigned char)(a.data[i] ^ b.data[i]);
    return difference == 0;
}

bool span_equal_nocase(struct span a, struct span b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++)
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    return true;
}
