/* Replies: the core's value tree with the arena that holds it, behind the public accessors. A
 * struct ms_value is a struct resp_value under another name. */
#include "clients/c/reply_internal.h"
#include "core/base/mem.h"
#include "core/num/num.h"
#include "core/resp/value.h"

struct ms_reply {
    struct arena *arena;
    const struct resp_value *value;
};

struct reply_reader {
    struct resp_reader resp;
    struct arena *arena; /* of the reply being read */
};

struct reply_reader *reply_reader_new(void)
{
    struct reply_reader *reader = mem_zalloc(sizeof(*reader));

    resp_reader_init(&reader->resp);
    return reader;
}

void reply_reader_free(struct reply_reader *reader)
{
    if (!reader)
        return;
    arena_free(reader->arena);
    mem_free(reader);
}

void reply_reader_reset(struct reply_reader *reader)
{
    resp_reader_init(&reader->resp);
    if (reader->arena)
        arena_reset(reader->arena);
}

int reply_reader_feed(struct reply_reader *reader, const char *data, size_t size, size_t *used,
                      struct ms_reply **reply, const char **error)
{
    const struct resp_value *value;
    int rc;

    if (!reader->arena)
        reader->arena = arena_new();
    rc = resp_reader_feed(&reader->resp, reader->arena, data, size, used, &value);
    if (rc < 0) {
        *error = reader->resp.error;
        return MS_ERROR_PROTOCOL;
    }
    if (rc == 0)
        return 0;
    *reply = mem_alloc(sizeof(**reply));
    (*reply)->arena = reader->arena;
    (*reply)->value = value;
    reader->arena = NULL;
    return 1;
}

struct ms_reply *ms_reply_parse(const void *bytes, size_t size, size_t *used)
{
    struct reply_reader *reader = reply_reader_new();
    struct ms_reply *reply = NULL;
    const char *error;
    size_t taken = 0;

    if (reply_reader_feed(reader, bytes, size, &taken, &reply, &error) != 1)
        reply = NULL;
    if (used)
        *used = reply ? taken : 0;
    reply_reader_free(reader);
    return reply;
}

const struct ms_value *ms_reply_value(const struct ms_reply *reply)
{
    return reply ? (const struct ms_value *)reply->value : NULL;
}

void ms_reply_free(struct ms_reply *reply)
{
    if (!reply)
        return;
    arena_free(reply->arena);
    mem_free(reply);
}

static const struct resp_value *inner(const struct ms_value *value)
{
    return (const struct resp_value *)value;
}

enum ms_type ms_value_type(const struct ms_value *value)
{
    static const enum ms_type types[] = {
        [RESP_NULL] = MS_NULL,       [RESP_SIMPLE] = MS_STATUS,     [RESP_ERROR] = MS_ERROR,
        [RESP_INTEGER] = MS_INTEGER, [RESP_BULK] = MS_STRING,       [RESP_DOUBLE] = MS_DOUBLE,
        [RESP_BOOLEAN] = MS_BOOLEAN, [RESP_BIG_NUMBER] = MS_BIGNUM, [RESP_VERBATIM] = MS_TEXT,
        [RESP_ARRAY] = MS_ARRAY,     [RESP_MAP] = MS_MAP,           [RESP_SET] = MS_SET,
        [RESP_PUSH] = MS_PUSH,
    };

    return value ? types[inner(value)->type] : MS_NULL;
}

const char *ms_value_text(const struct ms_value *value, size_t *size)
{
    enum ms_type type = ms_value_type(value);
    bool has = type == MS_STRING || type == MS_TEXT || type == MS_STATUS || type == MS_ERROR ||
               type == MS_BIGNUM;

    if (size)
        *size = has ? inner(value)->text.size : 0;
    return has ? inner(value)->text.data : NULL;
}

int64_t ms_value_integer(const struct ms_value *value)
{
    const struct resp_value *v = inner(value);
    int64_t number = 0;

    switch (ms_value_type(value)) {
    case MS_INTEGER:
    case MS_BOOLEAN:
        return v->integer;
    case MS_DOUBLE:
        /* The bounds are the doubles next to those of an int64_t; NaN fails both. */
        if (v->number >= -9.2e18 && v->number <= 9.2e18)
            return (int64_t)v->number;
        return v->number > 0 ? INT64_MAX : v->number < 0 ? INT64_MIN : 0;
    case MS_STRING:
    case MS_TEXT:
    case MS_STATUS:
    case MS_BIGNUM:
        return num_parse_i64(v->text, &number) == 0 ? number : 0;
    default:
        return 0;
    }
}

double ms_value_double(const struct ms_value *value)
{
    const struct resp_value *v = inner(value);
    double number = 0;

    switch (ms_value_type(value)) {
    case MS_DOUBLE:
        return v->number;
    case MS_STRING:
    case MS_TEXT:
    case MS_STATUS:
    case MS_BIGNUM:
        return num_parse_double(v->text, &number) == 0 ? number : 0;
    default:
        return (double)ms_value_integer(value);
    }
}

size_t ms_value_count(const struct ms_value *value)
{
    return value && resp_is_aggregate(inner(value)) ? inner(value)->count : 0;
}

const struct ms_value *ms_value_at(const struct ms_value *value, size_t at)
{
    if (at >= ms_value_count(value))
        return NULL;
    return (const struct ms_value *)&inner(value)->items[at];
}

const struct ms_value *ms_value_get(const struct ms_value *value, const char *key)
{
    for (size_t i = 0; i + 1 < ms_value_count(value); i += 2) {
        size_t size;
        const char *text = ms_value_text(ms_value_at(value, i), &size);

        if (text && span_equal(span_of(text, size), span_text(key)))
            return ms_value_at(value, i + 1);
    }
    return NULL;
}
