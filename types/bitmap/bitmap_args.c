#include "types/bitmap/bitmap_args.h"

#include "core/num/num.h"

bool bitmap_args_offset(const struct request *rq, struct span text, unsigned field_bits,
                        uint64_t *offset, struct reply *out)
{
    int64_t width = 1, at;

    if (field_bits && text.size && text.data[0] == '#') {
        width = field_bits;
        text = span_of(text.data + 1, text.size - 1);
    }
    if (num_parse_i64(text, &at) == 0 && at >= 0 && num_mul_i64(at, width, &at) &&
        ((rq->flags & REQUEST_REPLAY) || at / 8 < rq->settings->proto_max_bulk_len)) {
        *offset = (uint64_t)at;
        return true;
    }
    reply_error(out, "ERR bit offset is not an integer or out of range");
    return false;
}
