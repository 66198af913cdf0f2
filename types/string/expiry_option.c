#include "types/string/expiry_option.h"

#include "core/base/error.h"
#include "core/command/command.h"
#include "core/num/num.h"

static enum expiry_word word_of(struct span text)
{
    switch (text.size) {
    case 2:
        return span_is(text, "ex") ? EXPIRY_EX : span_is(text, "px") ? EXPIRY_PX : EXPIRY_NONE;
    case 4:
        return span_is(text, "exat")   ? EXPIRY_EXAT
               : span_is(text, "pxat") ? EXPIRY_PXAT
                                       : EXPIRY_NONE;
    case 7:
        return span_is(text, "keepttl")   ? EXPIRY_KEEPTTL
               : span_is(text, "persist") ? EXPIRY_PERSIST
                                          : EXPIRY_NONE;
    default:
        return EXPIRY_NONE;
    }
}

bool expiry_option_read(const struct request *rq, size_t *at, unsigned allowed,
                        struct expiry_option *option)
{
    enum expiry_word word = word_of(rq->argv[*at]);

    if (!(word & allowed) || (option->word != EXPIRY_NONE && option->word != word))
        return false;
    if (word & EXPIRY_TIMES) {
        if (*at + 1 >= rq->argc)
            return false;
        option->time = rq->argv[++*at];
    }
    option->word = word;
    return true;
}

static int refuse(const struct request *rq, struct reply *out)
{
    reply_error_format(out, "ERR invalid expire time in '%s' command", rq->spec->name);
    return ERR_RANGE;
}

int expiry_option_resolve(const struct request *rq, struct expiry_option *option, struct reply *out)
{
    int64_t time;

    if (!(option->word & EXPIRY_TIMES))
        return 0;
    if (num_parse_i64(option->time, &time) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return ERR_SYNTAX;
    }
    if (time <= 0)
        return refuse(rq, out);
    if ((option->word & (EXPIRY_EX | EXPIRY_EXAT)) && !num_mul_i64(time, 1000, &time))
        return refuse(rq, out);
    if ((option->word & (EXPIRY_EX | EXPIRY_PX)) && !num_add_i64(time, rq->now_ms, &time))
        return refuse(rq, out);
    option->at_ms = time;
    return 0;
}

bool expiry_option_is_past(const struct request *rq, const struct expiry_option *option)
{
    return (option->word & EXPIRY_TIMES) && option->at_ms <= rq->now_ms &&
           !(rq->flags & REQUEST_REPLAY);
}
