#include "types/array/array_args.h"
#include "core/num/num.h"

bool array_args_index(struct span word, uint64_t max, uint64_t *index, struct reply *out)
{
    if (num_parse_u64(word, index) == 0 && *index <= max && (word.data[0] != '0' || word.size == 1))
        return true;
    reply_error(out, "ERR invalid array index");
    return false;
}

bool array_args_range(struct request *rq, uint64_t *start, uint64_t *end, struct reply *out)
{
    return array_args_index(rq->argv[2], ARRAY_INDEX_MAX, start, out) &&
           array_args_index(rq->argv[3], ARRAY_INDEX_MAX, end, out);
}

bool array_args_limit(struct span word, uint64_t *limit, struct reply *out)
{
    int64_t value;

    if (num_parse_i64(word, &value) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return false;
    }
    if (value <= 0) {
        reply_error(out, ERROR_LIMIT_SIGN);
        return false;
    }
    *limit = (uint64_t)value;
    return true;
}

uint64_t *array_args_indexes(struct request *rq, size_t at, size_t every, size_t *count,
                             struct reply *out)
{
    uint64_t *indexes;

    *count = (rq->argc - at + every - 1) / every;
    indexes = arena_array(rq->arena, *count, sizeof(*indexes));
    for (size_t i = 0; i < *count; i++)
        if (!array_args_index(rq->argv[at + i * every], ARRAY_INDEX_MAX, &indexes[i], out))
            return NULL;
    return indexes;
}

void array_args_count_error(struct request *rq, struct reply *out)
{
    reply_error_format(out, "ERR wrong number of arguments for '%s' command", rq->spec->name);
}

void array_reply_index(struct reply *out, uint64_t index)
{
    char text[NUM_TEXT_LIMIT];
    struct span digits;

    if (index <= INT64_MAX) {
        reply_integer(out, (int64_t)index);
        return;
    }
    digits = span_of(text, num_format_u64(text, index));
    if (out->protocol < 3) {
        reply_bulk(out, digits);
        return;
    }
    buffer_append_byte(out->out, '(');
    buffer_append_span(out->out, digits);
    buffer_append(out->out, "\r\n", 2);
}

void array_reply_slot(struct reply *out, uint64_t slot)
{
    char scratch[NUM_TEXT_LIMIT];

    if (slot)
        reply_bulk(out, slot_text(slot, scratch));
    else
        reply_null(out);
}

void array_reply_pair(struct reply *out, uint64_t index, uint64_t slot)
{
    reply_array(out, 2);
    array_reply_index(out, index);
    array_reply_slot(out, slot);
}

struct array *array_make(struct request *rq, struct array *array, bool *fresh)
{
    *fresh = !array;
    if (*fresh) {
        array = array_new(rq->settings);
        keyspace_add_take(rq, request_key(rq, 1), &array_type, array);
    }
    return array;
}

void array_written(struct request *rq, bool fresh, const char *event)
{
    struct key key = request_key(rq, 1);

    if (fresh)
        request_effect(rq, key, 0, EVENT_NEW, "new");
    request_changed(rq, key, EVENT_ARRAY, event);
}
