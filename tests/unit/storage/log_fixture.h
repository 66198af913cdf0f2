/* log_fixture.h - what the tests of the commit log share: records that can be told apart, options,
 * and reading everything back. */
#ifndef MS_TESTS_UNIT_STORAGE_LOG_FIXTURE_H
#define MS_TESTS_UNIT_STORAGE_LOG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/bytes/buffer.h"
#include "storage/io/twin.h"
#include "storage/log/commit_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    RECORD_SIZE = 40,
};

/* Record number n: its number and filling, RECORD_SIZE bytes in all. */
static inline struct span record_of(char text[RECORD_SIZE + 1], uint64_t n)
{
    snprintf(text, RECORD_SIZE + 1, "%08u%032u", (unsigned)n % 100000000u, (unsigned)n * 7919u);
    return span_of(text, RECORD_SIZE);
}

static inline struct commit_options options_of(struct io *io, enum commit_sync sync)
{
    return (struct commit_options){
        .io = io,
        .directory = "log",
        .sync = sync,
        .compress = true,
        .segment_bytes = 1 << 20,
        .replication_id = "0123456789012345678901234567890123456789",
    };
}

static inline struct commit_log *open_with(const struct commit_options *options, bool start)
{
    struct commit_recovery found;
    struct commit_log *log = NULL;
    struct diag diag = {0};

    if (commit_log_open(options, &log, &found, &diag) < 0 ||
        (start && commit_log_start(log, &diag) < 0))
        fail_msg("open: %s", diag.text);
    assert_int_equal(diag.code, 0);
    assert_string_equal(diag.text, "");
    return log;
}

static inline struct commit_log *open_log(struct twin *twin, enum commit_sync sync)
{
    struct commit_options options = options_of(twin_io(twin), sync);

    return open_with(&options, true);
}

/* Appends records `from` to `to` - 1, one by one. */
static inline void append_records(struct commit_log *log, uint64_t from, uint64_t to)
{
    char text[RECORD_SIZE + 1];

    for (uint64_t n = from; n < to; n++)
        commit_log_append(log, record_of(text, n));
}

static inline void flush(struct commit_log *log)
{
    struct diag diag = {0};

    if (commit_log_flush(log, &diag) < 0)
        fail_msg("flush: %s", diag.text);
}

static inline int collect_records(void *context, uint64_t position, struct span records)
{
    (void)position;
    buffer_append_span(context, records);
    return 0;
}

/* How many records `bytes` holds, which have to be those from `first` on. */
static inline uint64_t count_records(const struct buffer *bytes, uint64_t first)
{
    char text[RECORD_SIZE + 1];
    uint64_t count = bytes->size / RECORD_SIZE;

    assert_int_equal(bytes->size % RECORD_SIZE, 0);
    for (uint64_t n = 0; n < count; n++)
        assert_memory_equal(bytes->data + n * RECORD_SIZE, record_of(text, first + n).data,
                            RECORD_SIZE);
    return count;
}

/* What a restart on this disk would find: the number behind the last record. It is left unstarted,
 * so nothing is changed. Fails the test if the log doesn't open. */
static inline uint64_t records_on(struct twin *twin)
{
    struct commit_options options = options_of(twin_io(twin), COMMIT_ALWAYS);
    struct commit_recovery found;
    struct commit_log *log = NULL;
    struct buffer bytes = {0};
    struct diag diag = {0};
    uint64_t end;

    if (commit_log_open(&options, &log, &found, &diag) < 0 ||
        commit_log_replay(log, collect_records, &bytes, &diag) < 0)
        fail_msg("%s", diag.text);
    end = found.checkpoint / RECORD_SIZE + count_records(&bytes, found.checkpoint / RECORD_SIZE);
    commit_log_close(log);
    buffer_release(&bytes);
    return end;
}

static inline void write_file(struct io *io, const char *path, struct span bytes)
{
    struct io_file *file;
    struct diag diag = {0};

    assert_int_equal(io_open(io, path, IO_WRITE | IO_CREATE | IO_TRUNCATE, &file, &diag), 0);
    assert_int_equal(io_append(file, bytes, &diag), 0);
    assert_int_equal(io_sync(file, &diag), 0);
    io_close(file);
}

/* A checkpoint is whatever file is there when it is installed. */
static inline uint64_t checkpoint(struct commit_log *log, struct io *io)
{
    uint64_t position = commit_log_mark(log);
    struct diag diag = {0};
    char path[4096];

    commit_log_checkpoint_path(log, position, path, sizeof(path));
    write_file(io, path, SPAN("everything up to here"));
    if (commit_log_install(log, position, &diag) < 0)
        fail_msg("install: %s", diag.text);
    return position;
}

static inline void count_name(void *context, const char *name)
{
    (void)name;
    ++*(unsigned *)context;
}

static inline unsigned files_in(struct twin *twin, const char *directory)
{
    unsigned count = 0;

    assert_int_equal(io_list(twin_io(twin), directory, count_name, &count, NULL), 0);
    return count;
}

#endif
