#include "broker/check/records.h"
#include "core/base/error.h"

void records_init(struct records *records, struct span bytes)
{
    *records = (struct records){.bytes = bytes};
    records->parser.limits.bulk_bytes = (int64_t)bytes.size; /* no part is larger than the whole */
}

void records_release(struct records *records)
{
    request_parser_release(&records->parser);
}

int records_next(struct records *records)
{
    struct request_parser *parser = &records->parser;
    size_t consumed = 0;
    int rc;

    request_parser_reset(parser);
    records->begin = records->end;
    if (records->end == records->bytes.size)
        return 0;
    if (records->bytes.data[records->end] != '*')
        return ERR_DAMAGED; /* the parser knows other forms, the log does not */
    rc = request_parser_feed(parser, records->bytes.data + records->end,
                             records->bytes.size - records->end, &consumed);
    if (rc <= 0 || parser->argc == 0)
        return ERR_DAMAGED;
    records->end += consumed;
    records->argc = parser->argc;
    records->argv = parser->argv;
    if (span_is(parser->argv[0], "multi"))
        records->in_transaction = true;
    else if (span_is(parser->argv[0], "exec"))
        records->in_transaction = false;
    return 1;
}

size_t records_prefix(struct span bytes, size_t limit)
{
    struct records records;
    size_t size = 0;

    if (limit >= bytes.size)
        return bytes.size;
    records_init(&records, bytes);
    while (records_next(&records) > 0 && records.end <= limit)
        if (!records.in_transaction)
            size = records.end;
    records_release(&records);
    return size;
}
