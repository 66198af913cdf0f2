#include "types/generic/generic_args.h"

#include "core/base/error.h"
#include "core/num/num.h"

int generic_args_database(const struct request *rq, size_t at, int *db, struct reply *out)
{
    int64_t number;

    if (num_parse_i64(rq->argv[at], &number) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return ERR_SYNTAX;
    }
    if (number < INT32_MIN || number > INT32_MAX) {
        reply_error_format(out, "ERR value is out of range, value must between %d and %d",
                           INT32_MIN, INT32_MAX);
        return ERR_RANGE;
    }
    if (number < 0 || number >= keyspace_databases(rq->keyspace)) {
        reply_error(out, ERROR_DB_RANGE);
        return ERR_RANGE;
    }
    *db = (int)number;
    return 0;
}

struct entry *generic_peek(struct request *rq, struct key key)
{
    unsigned flags = rq->flags;
    struct entry *entry;

    rq->flags |= REQUEST_NO_TOUCH;
    entry = keyspace_find(rq, key, FIND_READ);
    rq->flags = flags;
    return entry;
}

void generic_log(struct request *rq, struct span name, struct key key, struct span more)
{
    struct span *argv;

    if (!request_is_logged(rq))
        return;
    argv = arena_array(rq->arena, 3, sizeof(*argv));
    argv[0] = name;
    argv[1] = key.name;
    argv[2] = more;
    request_rewrite(rq, more.data ? 3 : 2, argv);
}
