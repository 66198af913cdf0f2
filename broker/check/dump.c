/* dump.c - records as commands one can read, and type again: `<position> [<time>] <command>`, one a
 * line. The position is where the record begins, so recovery until there is the state before it. */
#include "broker/check/check.h"
#include "broker/check/records.h"
#include "core/base/error.h"
#include "core/bytes/buffer.h"
#include "groups/group_record.h"
#include "storage/log/commit_log.h"
#include "storage/log/commit_log.h"
#include "storage/log/manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    POLL_MS = 50,
    OUTPUT_LIMIT = 256 * 1024, /* bytes kept before they are printed */
};

struct dump {
    const struct check_options *options;
    struct commit_reader *reader;
    struct buffer out;
    uint64_t end;  /* position behind the frame read last */
    bool finished; /* --to is reached */
};

static volatile sig_atomic_t interrupted;

/* --- Lines. */

static bool is_plain(struct span word)
{
    if (word.size == 0)
        return false;
    for (size_t i = 0; i < word.size; i++) {
        unsigned char byte = (unsigned char)word.data[i];

        if (byte <= ' ' || byte >= 0x7f || byte == '"' || byte == '\'' || byte == '\\')
            return false;
    }
    return true;
}

static void append_quoted(struct buffer *out, struct span word)
{
    static const char names[] = "\n\r\t\a\b\\\"", letters[] = "nrtab\\\"";

    buffer_append_byte(out, '"');
    for (size_t i = 0; i < word.size; i++) {
        unsigned char byte = (unsigned char)word.data[i];
        const char *name = byte ? strchr(names, byte) : NULL;

        if (name) {
            buffer_append_byte(out, '\\');
            buffer_append_byte(out, letters[name - names]);
        } else if (byte < ' ' || byte >= 0x7f) {
            buffer_printf(out, "\\x%02x", byte);
        } else {
            buffer_append_byte(out, (char)byte);
        }
    }
    buffer_append_byte(out, '"');
}

static void append_id(struct buffer *out, struct stream_id id)
{
    buffer_printf(out, "%" PRIu64 "-%" PRIu64, id.ms, id.seq);
}

static int append_part(struct buffer *out, struct group_record_reader *reader,
                       const struct record_part *part)
{
    struct stream_id id;
    int rc = 0;

    switch (part->kind) {
    case RECORD_LAST_ID:
        buffer_printf(out, ", last id ");
        append_id(out, part->id);
        return 0;
    case RECORD_NEW:
        buffer_printf(out, ", %" PRIu64 " new up to ", part->count);
        append_id(out, part->id);
        buffer_printf(out, "%s, entries read %" PRIi64, part->owned ? "" : " (NOACK)",
                      part->entries_read);
        return 0;
    case RECORD_AGAIN:
        buffer_printf(out, ", %" PRIu64 " again after ", part->count);
        append_id(out, part->id);
        return 0;
    case RECORD_CLAIMED:
        buffer_printf(out, ", claimed");
        break;
    case RECORD_DROPPED:
        buffer_printf(out, ", dropped");
        break;
    }
    while ((rc = group_record_next_id(reader, &id)) > 0) {
        buffer_append_byte(out, ' ');
        append_id(out, id);
    }
    return rc;
}

/* What the record of a group says, behind the command: "# alice at <time>, 3 new up to 5-0". */
static void append_group_record(struct buffer *out, struct span consumer, struct span bytes)
{
    struct group_record_reader reader;
    char seen[CHECK_TIME_SIZE];
    struct record_part part;
    int rc = group_record_read(&reader, bytes);

    buffer_printf(out, " # ");
    if (rc == 0) {
        check_format_time(reader.seen_ms, seen);
        append_quoted(out, consumer);
        buffer_printf(out, "%s at %s", reader.created ? " (created)" : "", seen);
        while ((rc = group_record_next(&reader, &part)) > 0 &&
               (rc = append_part(out, &reader, &part)) == 0)
            ;
    }
    if (rc < 0)
        buffer_printf(out, " DAMAGED");
}

static void append_record(struct dump *dump, const struct records *records, uint64_t position,
                          int64_t written_ms)
{
    char time[CHECK_TIME_SIZE];

    buffer_printf(&dump->out, "%" PRIu64, position);
    if (dump->options->times) {
        check_format_time(written_ms, time);
        buffer_printf(&dump->out, " %s", time);
    }
    for (size_t i = 0; i < records->argc; i++) {
        buffer_append_byte(&dump->out, ' ');
        if (is_plain(records->argv[i]))
            buffer_append_span(&dump->out, records->argv[i]);
        else
            append_quoted(&dump->out, records->argv[i]);
    }
    if (records->argc == 5 && span_is(records->argv[0], GROUP_RECORD_COMMAND))
        append_group_record(&dump->out, records->argv[3], records->argv[4]);
    buffer_append_byte(&dump->out, '\n');
}

static int print(struct dump *dump, struct diag *diag)
{
    size_t size = dump->out.size;

    dump->out.size = 0;
    if (fwrite(dump->out.data, 1, size, stdout) != size || fflush(stdout) != 0)
        return diag_errno(diag, "standard output");
    return 0;
}

/* --- Frames. */

static bool is_before(const struct check_point *point, uint64_t position, int64_t written_ms)
{
    return (point->kind == POINT_POSITION && position < point->position) ||
           (point->kind == POINT_TIME && written_ms < point->time_ms);
}

/* --to: a position is exclusive, a time inclusive, as with --until. */
static bool is_reached(const struct check_point *point, uint64_t position, int64_t written_ms)
{
    return (point->kind == POINT_POSITION && position >= point->position) ||
           (point->kind == POINT_TIME && written_ms > point->time_ms);
}

static int dump_frame(struct dump *dump, const struct commit_frame *frame, struct diag *diag)
{
    struct records records;
    int rc;

    records_init(&records, frame->records);
    while ((rc = records_next(&records)) > 0) {
        uint64_t position = frame->begin + records.begin;

        if (is_before(&dump->options->from, position, frame->written_ms))
            continue;
        if (is_reached(&dump->options->to, position, frame->written_ms)) {
            dump->finished = true;
            break;
        }
        append_record(dump, &records, position, frame->written_ms);
        if (dump->out.size > OUTPUT_LIMIT && print(dump, diag) < 0) {
            rc = ERR_IO;
            break;
        }
    }
    if (rc == ERR_DAMAGED)
        diag_set(diag, rc, "no record begins at position %" PRIu64, frame->begin + records.end);
    records_release(&records);
    dump->end = frame->end;
    return rc < 0 ? rc : 0;
}

/* Everything there is; ERR_MISSING when it has been printed. */
static int dump_all(struct dump *dump, struct diag *diag)
{
    struct commit_frame frame = {0};
    int rc;

    while (!dump->finished && !interrupted) {
        rc = commit_reader_next(dump->reader, &frame, diag);
        if (rc == 0)
            rc = dump_frame(dump, &frame, diag);
        if (rc == ERR_DAMAGED)
            diag_wrap(diag, "%s, behind position %" PRIu64, frame.file ? frame.file : "the log",
                      dump->end);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int open_reader(struct dump *dump, uint64_t position, struct diag *diag)
{
    const char *path = dump->options->path;
    int rc = commit_reader_open(io_disk(), path, position, &dump->reader, diag);

    if (rc == ERR_MISSING && !diag->text[0])
        diag_set(diag, rc, "%s is no log directory", path);
    return rc;
}

/* A log that a checkpoint has emptied has nothing to show; that is no error. */
enum check_exit check_dump(const struct check_options *options, struct diag *diag)
{
    struct dump dump = {.options = options};
    uint64_t from = options->from.kind == POINT_POSITION ? options->from.position : 0;
    int rc = open_reader(&dump, from, diag);
    bool opened = rc == 0;

    if (opened)
        rc = dump_all(&dump, diag);
    if (print(&dump, diag) < 0)
        rc = ERR_IO;
    commit_reader_free(dump.reader);
    buffer_release(&dump.out);
    return rc == ERR_MISSING && opened ? CHECK_SOUND : check_exit_of(rc);
}

/* --- Following. */

static void on_signal(int signal)
{
    (void)signal;
    interrupted = 1;
}

/* Passes over what is there already. */
static int skip_all(struct dump *dump, struct diag *diag)
{
    struct commit_frame frame;
    int rc;

    while ((rc = commit_reader_next(dump->reader, &frame, diag)) == 0)
        dump->end = frame.end;
    return rc == ERR_MISSING ? 0 : rc;
}

/* Where the last segment begins: it is enough to look at from there on. */
static int last_segment(const char *directory, uint64_t *position, struct diag *diag)
{
    struct manifest manifest;
    int rc = manifest_load(&manifest, io_disk(), directory, diag);

    if (rc < 0)
        return rc;
    *position = manifest.segment_count > 0 ? manifest.segments[manifest.segment_count - 1].first
                                           : manifest.checkpoint_position;
    manifest_release(&manifest);
    return 0;
}

/* ERR_RANGE if a checkpoint has removed what was not read yet. */
static int check_gap(const struct dump *dump, struct diag *diag)
{
    struct manifest manifest;
    int rc = manifest_load(&manifest, io_disk(), dump->options->path, diag);

    if (rc < 0)
        return rc;
    if (manifest.segment_count > 0 && manifest.segments[0].first > dump->end)
        rc = diag_set(diag, ERR_RANGE,
                      "positions %" PRIu64 " to %" PRIu64
                      " were removed by a checkpoint before they could be read",
                      dump->end, manifest.segments[0].first);
    manifest_release(&manifest);
    return rc;
}

static int follow(struct dump *dump, struct diag *diag)
{
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    int rc = 0;

    while (!interrupted && !dump->finished) {
        rc = dump_all(dump, diag);
        if (rc == ERR_MISSING)
            rc = dump->out.size > 0 ? print(dump, diag) : check_gap(dump, diag);
        if (rc < 0)
            return rc;
        nanosleep(&pause, NULL); /* a signal ends it early */
    }
    return print(dump, diag);
}

enum check_exit check_follow(const struct check_options *options, struct diag *diag)
{
    struct sigaction action = {.sa_handler = on_signal};
    struct dump dump = {.options = options};
    uint64_t from = 0;
    int rc = 0;

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (options->from.kind == POINT_POSITION)
        from = options->from.position;
    else if (options->from.kind == POINT_NONE)
        rc = last_segment(options->path, &from, diag);
    dump.end = from;
    if (rc == 0)
        rc = open_reader(&dump, from, diag);
    if (rc == 0 && options->from.kind == POINT_NONE)
        rc = skip_all(&dump, diag);
    if (rc == 0)
        rc = follow(&dump, diag);
    commit_reader_free(dump.reader);
    buffer_release(&dump.out);
    return check_exit_of(rc);
}
