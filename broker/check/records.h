/* records.h - the records in a frame of the log, one after the other. Borrows the bytes; embedded
 * by its owner. One thread. */
#ifndef MS_BROKER_CHECK_RECORDS_H
#define MS_BROKER_CHECK_RECORDS_H

#include "core/bytes/span.h"
#include "core/resp/request_parser.h"

#include <stdbool.h>
#include <stddef.h>

struct records {
    struct span bytes;
    size_t begin, end;   /* of the record given last, in the bytes */
    size_t argc;         /* of it */
    struct span *argv;   /* good until the next call */
    bool in_transaction; /* more belongs to it: MULTI came, EXEC has not yet */
    struct request_parser parser;
};

void records_init(struct records *records, struct span bytes);
void records_release(struct records *records);

/* The next record: 1, 0 at the end, ERR_DAMAGED if the bytes are no record. */
int records_next(struct records *records);

/* Bytes of the longest run of whole records, and whole transactions, within the first `limit`. */
size_t records_prefix(struct span bytes, size_t limit);

#endif
