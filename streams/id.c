#include "streams/id.h"
#include "core/base/error.h"
#include "core/num/num.h"

bool stream_id_increment(struct stream_id *id)
{
    if (id->seq < UINT64_MAX) {
        id->seq++;
        return true;
    }
    if (id->ms == UINT64_MAX)
        return false;
    id->ms++;
    id->seq = 0;
    return true;
}

bool stream_id_decrement(struct stream_id *id)
{
    if (id->seq > 0) {
        id->seq--;
        return true;
    }
    if (id->ms == 0)
        return false;
    id->ms--;
    id->seq = UINT64_MAX;
    return true;
}

int stream_id_parse(struct span text, uint64_t missing_seq, struct stream_id *id)
{
    const char *dash;
    struct stream_id parsed = {.seq = missing_seq};
    size_t ms_size = text.size;

    if (text.size == 0 || text.size > STREAM_ID_INPUT_LIMIT)
        return ERR_SYNTAX;
    dash = memchr(text.data, '-', text.size);
    if (dash) {
        ms_size = (size_t)(dash - text.data);
        if (num_parse_u64(span_of(dash + 1, text.size - ms_size - 1), &parsed.seq) < 0)
            return ERR_SYNTAX;
    }
    if (num_parse_u64(span_of(text.data, ms_size), &parsed.ms) < 0)
        return ERR_SYNTAX;
    *id = parsed;
    return 0;
}

int stream_id_parse_special(struct span text, uint64_t missing_seq, struct stream_id *id)
{
    if (text.size == 1 && text.data[0] == '-') {
        *id = STREAM_ID_MIN;
        return 0;
    }
    if (text.size == 1 && text.data[0] == '+') {
        *id = STREAM_ID_MAX;
        return 0;
    }
    return stream_id_parse(text, missing_seq, id);
}

static int parse_bound(struct span text, uint64_t missing_seq, struct stream_id *id,
                       bool (*step)(struct stream_id *id), const char *step_error,
                       struct reply *out)
{
    bool exclusive = text.size > 1 && text.data[0] == '(';
    int rc;

    if (exclusive)
        rc = stream_id_parse(span_of(text.data + 1, text.size - 1), missing_seq, id);
    else
        rc = stream_id_parse_special(text, missing_seq, id);
    if (rc < 0) {
        reply_error(out, ERROR_STREAM_ID);
        return ERR_SYNTAX;
    }
    if (exclusive && !step(id)) {
        reply_error(out, step_error);
        return ERR_SYNTAX;
    }
    return 0;
}

int stream_id_parse_start(struct span text, struct stream_id *id, struct reply *out)
{
    return parse_bound(text, 0, id, stream_id_increment, "ERR invalid start ID for the interval",
                       out);
}

int stream_id_parse_end(struct span text, struct stream_id *id, struct reply *out)
{
    return parse_bound(text, UINT64_MAX, id, stream_id_decrement,
                       "ERR invalid end ID for the interval", out);
}

int stream_id_parse_all(struct request *rq, size_t at, size_t count, struct stream_id **ids,
                        struct reply *out)
{
    *ids = arena_array(rq->arena, count ? count : 1, sizeof(**ids));
    for (size_t i = 0; i < count; i++) {
        if (stream_id_parse(rq->argv[at + i], 0, &(*ids)[i]) < 0) {
            reply_error(out, ERROR_STREAM_ID);
            return ERR_SYNTAX;
        }
    }
    return 0;
}

size_t stream_id_format(char to[STREAM_ID_TEXT_LIMIT], struct stream_id id)
{
    size_t size = num_format_u64(to, id.ms);

    to[size++] = '-';
    return size + num_format_u64(to + size, id.seq);
}

void reply_stream_id(struct reply *out, struct stream_id id)
{
    char text[STREAM_ID_TEXT_LIMIT];

    reply_bulk(out, span_of(text, stream_id_format(text, id)));
}
