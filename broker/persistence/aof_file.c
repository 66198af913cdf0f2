#include "broker/persistence/aof_file.h"
#include "core/base/error.h"
#include "core/bytes/buffer.h"
#include "core/resp/request_parser.h"

#include <inttypes.h>

enum {
    READ_SIZE = 1024 * 1024
};

/* Bytes of the file from `base` on; those before `at` are done with. */
struct aof_reading {
    struct aof_file *file;
    struct io_file *input;
    struct buffer data;
    uint64_t base;
    size_t at;
    bool in_transaction;
    struct buffer unit; /* commands that belong together, without annotations */
    uint64_t unit_at;   /* where they begin in the file */
    struct request_parser parser;
};

int aof_file_has_rdb(struct io *io, const char *path, bool *has_rdb, struct diag *diag)
{
    struct io_file *file;
    char head[5];
    size_t got = 0;
    int rc = io_open(io, path, IO_READ, &file, diag);

    if (rc < 0)
        return rc;
    rc = io_read(file, 0, head, sizeof(head), &got, diag);
    io_close(file);
    *has_rdb = span_equal(span_of(head, got), SPAN("REDIS"));
    return rc;
}

/* More of the file behind what is there. 1, 0 at its end, or an error. */
static int read_more(struct aof_reading *reading, struct diag *diag)
{
    struct aof_file *file = reading->file;
    struct buffer *data = &reading->data;
    size_t wanted = request_parser_wanted(&reading->parser), got = 0;
    int rc;

    if (wanted < READ_SIZE)
        wanted = READ_SIZE;
    if (wanted > file->bytes)
        wanted = (size_t)file->bytes + 1; /* nothing is allocated for what is only announced */
    if (reading->at > 0) {
        buffer_consume(data, reading->at);
        reading->base += reading->at;
        reading->at = 0;
    }
    rc = io_read(reading->input, reading->base + data->size, buffer_reserve(data, wanted), wanted,
                 &got, diag);
    if (rc < 0)
        return rc;
    data->size += got;
    if (got > 0 && file->progress &&
        !file->progress(file->context, reading->base + reading->at, file->bytes))
        return diag_set(diag, ERR_CLOSED, "the server is to stop");
    return got > 0;
}

static int damaged(const struct aof_reading *reading, const char *what, struct diag *diag)
{
    reading->file->is_damaged = true;
    return diag_set(diag, ERR_DAMAGED,
                    "%s, byte %" PRIu64 ": %s. redis-check-aof can cut the file off there",
                    reading->file->path, reading->base + reading->at, what);
}

/* "#TS:1763712000\r\n": 1 if it was passed over, 0 if its end is not there yet. */
static int pass_annotation(struct aof_reading *reading)
{
    const char *begin = reading->data.data + reading->at;
    const char *end = memchr(begin, '\n', reading->data.size - reading->at);

    if (!end)
        return 0;
    reading->at += (size_t)(end - begin) + 1;
    return 1;
}

static int take_command(struct aof_reading *reading, size_t size, struct diag *diag)
{
    const struct request_parser *parser = &reading->parser;
    struct aof_file *file = reading->file;
    struct span first = parser->argv[0];
    int rc = 0;

    if (reading->unit.size == 0)
        reading->unit_at = reading->base + reading->at;
    if (span_is(first, "multi") && !reading->in_transaction)
        reading->in_transaction = true;
    else if (span_is(first, "exec"))
        reading->in_transaction = false;
    if (!file->skip || !file->skip(file->context, parser->argc, parser->argv))
        buffer_append(&reading->unit, reading->data.data + reading->at, size);
    reading->at += size;
    if (reading->in_transaction)
        return 0;
    if (reading->unit.size > 0)
        rc = file->commands(file->context, reading->unit_at,
                            span_of(reading->unit.data, reading->unit.size), diag);
    buffer_clear(&reading->unit);
    if (rc < 0)
        diag_wrap(diag, "%s, byte %" PRIu64, file->path, reading->unit_at);
    return rc;
}

/* The next command, or annotation. 1, 0 if more bytes are needed, or an error. */
static int take_one(struct aof_reading *reading, struct diag *diag)
{
    size_t rest = reading->data.size - reading->at, consumed = 0;
    const char *next = reading->data.data + reading->at;
    int rc;

    if (rest == 0)
        return 0;
    if (*next == '#')
        return pass_annotation(reading);
    if (*next != '*')
        return damaged(reading, "no command begins there", diag);
    rc = request_parser_feed(&reading->parser, next, rest, &consumed);
    if (rc == 0)
        return 0;
    if (rc < 0 || reading->parser.argc == 0)
        return damaged(reading, rc < 0 ? reading->parser.error : "an empty command", diag);
    rc = take_command(reading, consumed, diag);
    request_parser_reset(&reading->parser);
    return rc < 0 ? rc : 1;
}

/* At the end of the file: everything is there, or something is missing. */
static int finish(struct aof_reading *reading, struct diag *diag)
{
    struct aof_file *file = reading->file;
    uint64_t end = reading->in_transaction ? reading->unit_at : reading->base + reading->at;

    if (end == file->bytes)
        return 0;
    if (file->may_be_cut_short) {
        file->cut_bytes = file->bytes - end;
        return 0;
    }
    return diag_set(diag, ERR_DAMAGED,
                    "%s, byte %" PRIu64 ": the %s that begins there does not end. redis-check-aof "
                    "can cut the file off there",
                    file->path, end, reading->in_transaction ? "transaction" : "command");
}

/* What lies behind the last command is so little that it may be left out. */
static bool may_leave_out(struct aof_reading *reading)
{
    struct aof_file *file = reading->file;
    uint64_t end = reading->in_transaction ? reading->unit_at : reading->base + reading->at;

    if (!file->is_damaged || file->bytes - end > file->damage_limit)
        return false;
    file->cut_bytes = file->bytes - end;
    return true;
}

static int read_all(struct aof_reading *reading, struct diag *diag)
{
    for (;;) {
        int rc = take_one(reading, diag);

        if (rc == 0) {
            rc = read_more(reading, diag);
            if (rc == 0)
                return finish(reading, diag);
        }
        if (rc < 0)
            return may_leave_out(reading) ? 0 : rc;
    }
}

int aof_file_read(struct aof_file *file, struct diag *diag)
{
    struct aof_reading reading = {
        .file = file,
        .base = file->from,
        .parser = {.limits = {.bulk_bytes = AOF_BULK_LIMIT}},
    };
    int rc = io_open(file->io, file->path, IO_READ, &reading.input, diag);

    if (rc < 0)
        return rc;
    file->cut_bytes = 0;
    file->is_damaged = false;
    rc = io_size(reading.input, &file->bytes, diag);
    if (rc == 0)
        rc = read_all(&reading, diag);
    request_parser_release(&reading.parser);
    buffer_release(&reading.data);
    buffer_release(&reading.unit);
    io_close(reading.input);
    return rc;
}
