/* verify.c - is everything there and sound? A log directory is read whole, and then repeated into a
 * keyspace as a server would at its start. */
#include "broker/check/check.h"
#include "broker/check/records.h"
#include "broker/check/state.h"
#include "broker/check/walk.h"
#include "core/base/error.h"
#include "groups/group_record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    ATTEMPTS = 5 /* to find the files of a log that a server is changing */
};

struct verification {
    struct walk walk;
    struct buffer report;
    uint64_t records, frames, record_bytes, stored_bytes;
};

/* What the replay of records would find out, but not where. */
static bool is_sound(const struct records *records)
{
    return !span_is(records->argv[0], GROUP_RECORD_COMMAND) ||
           (records->argc == 5 && group_record_check(records->argv[4]) == 0);
}

static int on_frame(void *context, const struct frame *frame, struct span bytes, struct diag *diag)
{
    struct verification *self = context;
    struct records records;
    int rc;

    records_init(&records, bytes);
    while ((rc = records_next(&records)) > 0 && is_sound(&records))
        self->records++;
    if (rc > 0)
        rc = ERR_DAMAGED;
    if (rc < 0)
        diag_set(diag, rc, "the record at position %" PRIu64 " makes no sense",
                 frame->begin + records.begin);
    else if (records.in_transaction)
        rc = diag_set(diag, ERR_DAMAGED, "a transaction does not end in its frame");
    records_release(&records);
    return rc;
}

static void on_segment(void *context, const struct walk_segment *found)
{
    struct verification *self = context;
    char from[CHECK_TIME_SIZE], to[CHECK_TIME_SIZE];

    self->frames += found->frames;
    self->record_bytes += found->record_bytes;
    self->stored_bytes += found->stored_bytes;
    buffer_printf(&self->report, "%s: positions %" PRIu64 " to %" PRIu64 ", %" PRIu64 " frames",
                  found->segment->file, found->segment->first, found->end, found->frames);
    if (found->frames > 0) {
        check_format_time(found->first_ms, from);
        check_format_time(found->last_ms, to);
        buffer_printf(&self->report,
                      " (%" PRIu64 " compressed), %" PRIu64 " bytes in %" PRIu64 ", %s to %s",
                      found->compressed, found->record_bytes, found->stored_bytes, from, to);
    }
    buffer_printf(&self->report, "%s\n", found->segment->closed ? "" : ", open");
}

static void report_manifest(struct verification *self)
{
    const struct manifest *manifest = &self->walk.manifest;

    buffer_printf(&self->report, "manifest: replication id %s, checkpoint ", manifest->history.id);
    if (manifest->checkpoint_file[0])
        buffer_printf(&self->report, "at position %" PRIu64, manifest->checkpoint_position);
    else
        buffer_printf(&self->report, "none");
    buffer_printf(&self->report, ", %zu segments\n", manifest->segment_count);
}

/* What a repair would have to cut off. */
static void report_loss(struct verification *self)
{
    const struct walk *walk = &self->walk;
    const struct manifest *manifest = &walk->manifest;
    const struct manifest_segment *last;

    if (manifest->segment_count == 0)
        return;
    last = &manifest->segments[manifest->segment_count - 1];
    if (walk->file_bytes > walk->at_byte)
        buffer_printf(&self->report, "  the rest of the file: %" PRIu64 " bytes\n",
                      walk->file_bytes - walk->at_byte);
    for (size_t i = walk->at_segment + 1; i < manifest->segment_count; i++)
        buffer_printf(&self->report, "  what builds upon it: %s\n", manifest->segments[i].file);
    if (last->closed)
        buffer_printf(&self->report,
                      "  together positions %" PRIu64 " to %" PRIu64 ", %" PRIu64
                      " bytes of records\n",
                      walk->end, last->end, last->end - walk->end);
    else
        buffer_printf(&self->report, "  together positions from %" PRIu64 " on\n", walk->end);
}

static void report_damage(struct verification *self)
{
    const struct walk *walk = &self->walk;
    const char *file = walk->manifest.segments[walk->at_segment].file;

    buffer_printf(&self->report,
                  "DAMAGED: %s/%s, byte %" PRIu64 ", position %" PRIu64
                  ": %s\nRestore the file from a backup. If there is none, --repair cuts off:\n",
                  walk->directory, file, walk->at_byte, walk->end, walk->why.text);
    report_loss(self);
}

static int scan(struct verification *self, struct diag *diag)
{
    struct walk_visitor visitor = {self, on_frame, on_segment};
    const struct manifest *manifest = &self->walk.manifest;
    int rc;

    report_manifest(self);
    if (manifest->segment_count > 0 &&
        manifest->segments[0].first > manifest->checkpoint_position) {
        buffer_printf(&self->report,
                      "DAMAGED: the segments before position %" PRIu64 " are missing\n",
                      manifest->segments[0].first);
        return diag_set(diag, ERR_DAMAGED, "segments are missing");
    }
    rc = walk_run(&self->walk, 0, &visitor, diag);
    if (rc == ERR_DAMAGED)
        report_damage(self);
    else if (rc == 0 && self->walk.is_torn)
        buffer_printf(&self->report,
                      walk_is_in_use(self->walk.directory)
                          ? "The last %" PRIu64 " bytes are being written at this moment.\n"
                          : "The end is not complete, as after a power cut: %" PRIu64
                            " bytes that nobody was told were safe; the server will cut them off "
                            "at its start.\n",
                      self->walk.file_bytes - self->walk.at_byte);
    return rc;
}

/* As a server would at its start. */
static int repeat(struct verification *self, struct diag *diag)
{
    struct check_point until = {.kind = POINT_POSITION, .position = self->walk.end};
    struct check_state *state = check_state_new(diag);
    const struct manifest *manifest = &self->walk.manifest;
    int rc;

    if (!state)
        return ERR_IO;
    if (until.position < manifest->checkpoint_position)
        until.position = manifest->checkpoint_position;
    rc = check_state_recover(state, &self->walk, &until, diag);
    if (rc == 0) {
        buffer_printf(&self->report, "%s position %" PRIu64 " ", "SOUND: the state at",
                      state->position);
        buffer_printf(&self->report, "has ");
        check_state_describe(state, &self->report);
        buffer_printf(&self->report, "; %" PRIu64 " records in %" PRIu64 " frames\n", self->records,
                      self->frames);
    } else if (rc == ERR_DAMAGED) {
        buffer_printf(&self->report, "DAMAGED: %s\n", diag->text);
        if (state->position == manifest->checkpoint_position && manifest->checkpoint_file[0] &&
            state->replay.records == 0)
            buffer_printf(&self->report,
                          "The checkpoint %s/%s can't be done without: restore the directory from "
                          "a backup.\n",
                          self->walk.directory, manifest->checkpoint_file);
        else
            buffer_printf(&self->report,
                          "The state before it can be had: --until %" PRIu64 " --write DIR2\n",
                          state->position);
    }
    check_state_free(state);
    return rc;
}

/* A server may have replaced the manifest, and removed files of the old one. */
static bool has_changed(const struct walk *walk)
{
    struct buffer before = {0}, after = {0};
    struct manifest now;
    bool changed;

    if (manifest_load(&now, io_disk(), walk->directory, NULL) < 0)
        return false;
    manifest_encode(&walk->manifest, &before);
    manifest_encode(&now, &after);
    changed = !span_equal(span_of(before.data, before.size), span_of(after.data, after.size));
    buffer_release(&before);
    buffer_release(&after);
    manifest_release(&now);
    return changed;
}

enum check_exit check_verify_directory(const struct check_options *options, struct diag *diag)
{
    struct verification self;
    bool again;
    int rc;

    for (int attempt = 1;; attempt++) {
        self = (struct verification){0};
        rc = walk_open(&self.walk, options->path, diag);
        if (rc == ERR_MISSING)
            diag_set(diag, rc, "%s is no log directory: it has no manifest", options->path);
        if (rc < 0)
            return check_exit_of(rc);
        rc = scan(&self, diag);
        if (rc == 0)
            rc = repeat(&self, diag);
        again = rc < 0 && attempt < ATTEMPTS && has_changed(&self.walk);
        if (!again)
            fwrite(self.report.data, 1, self.report.size, stdout);
        buffer_release(&self.report);
        walk_release(&self.walk);
        if (!again)
            break;
    }
    if (rc == ERR_DAMAGED)
        diag->text[0] = '\0'; /* the report has it */
    return check_exit_of(rc);
}

enum check_exit check_verify_rdb(const struct check_options *options, struct diag *diag)
{
    struct check_state *state = check_state_new(diag);
    struct buffer report = {0};
    char made[CHECK_TIME_SIZE];
    struct rdb_load facts;
    int rc;

    if (!state)
        return CHECK_UNREADABLE;
    rc = check_state_load(state, options->path, &facts, diag);
    if (rc == 0) {
        buffer_printf(&report, "SOUND: RDB version %d, %" PRIu64 " bytes, ", facts.version,
                      facts.end);
        check_state_describe(state, &report);
        if (state->functions > 0)
            buffer_printf(&report, ", %" PRIu64 " function libraries", state->functions);
        if (state->made_ms > 0) {
            check_format_time(state->made_ms, made);
            buffer_printf(&report, ", made at %s", made);
        }
        buffer_append_byte(&report, '\n');
    } else if (rc == ERR_DAMAGED || rc == ERR_UNSUPPORTED) {
        buffer_printf(&report, "DAMAGED: %s\n", diag->text);
        buffer_printf(&report, "Read before that: ");
        check_state_describe(state, &report);
        buffer_append_byte(&report, '\n');
        diag->text[0] = '\0';
    }
    fwrite(report.data, 1, report.size, stdout);
    buffer_release(&report);
    check_state_free(state);
    return check_exit_of(rc);
}
