/* span.h - borrowed, binary-safe bytes: a pointer and a size. Owns nothing; valid as long as what
 * it points to. An empty span may have a NULL pointer. */
#ifndef MS_CORE_BYTES_SPAN_H
#define MS_CORE_BYTES_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
    const char *data;
    size_t size;
};

/* The span of a string literal. */
#define SPAN(literal) ((struct span){.data = (literal), .size = sizeof(literal) - 1})
/* For printf's "%.*s". */
#define SPAN_ARGS(s) (int)(s).size, (s).data

static inline struct span span_of(const char *data, size_t size)
{
    return (struct span){.data = data, .size = size};
}

static inline struct span span_text(const char *text)
{
    return (struct span){.data = text, .size = strlen(text)};
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Equal to the terminated `text` without regard to ASCII case. */
bool span_is(struct span a, const char *text);

/* Byte order, a shorter prefix first: below, equal to or above 0. */
int span_compare(struct span a, struct span b);

/* Equal, in a time that depends on the sizes only: for secrets. */
bool span_equal_secret(struct span a, struct span b);

/* Equal without regard to ASCII case. */
bool span_equal_nocase(struct span a, struct span b);

#endif
