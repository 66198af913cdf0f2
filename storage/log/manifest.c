#include "storage/log/manifest.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/crc/crc.h"
#include "storage/log/log.pb-c.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

static const char magic[8] = {'M', 'S', 'm', 'n', 'f', 's', 't', '1'};

enum {
    SIZE_SIZE = 4,
    CRC_SIZE = 4,
    ENVELOPE = sizeof(magic) + SIZE_SIZE + CRC_SIZE,
    PATH_LIMIT = 4096,
};

void manifest_release(struct manifest *manifest)
{
    mem_free(manifest->segments);
    *manifest = (struct manifest){0};
}

/* What a block for so many segments has room for; one that had more keeps its block. */
static size_t room_for(size_t count)
{
    size_t room = 8;

    while (room < count)
        room *= 2;
    return room;
}

void manifest_copy(struct manifest *to, const struct manifest *from)
{
    *to = *from;
    to->segments = mem_alloc(room_for(from->segment_count) * sizeof(*from->segments));
    if (from->segment_count)
        memcpy(to->segments, from->segments, from->segment_count * sizeof(*from->segments));
}

uint64_t manifest_oldest(const struct manifest *manifest)
{
    return manifest->segment_count > 0 ? manifest->segments[0].first
                                       : manifest->checkpoint_position;
}

struct manifest_segment *manifest_add(struct manifest *manifest, const char *file, uint64_t first)
{
    size_t count = manifest->segment_count;
    struct manifest_segment *segment;

    if (!manifest->segments || room_for(count + 1) > room_for(count))
        manifest->segments =
            mem_realloc(manifest->segments, room_for(count + 1) * sizeof(*manifest->segments));
    segment = &manifest->segments[manifest->segment_count++];
    *segment = (struct manifest_segment){.first = first};
    snprintf(segment->file, sizeof(segment->file), "%s", file);
    return segment;
}

void manifest_drop(struct manifest *manifest, size_t at)
{
    CHECK(at < manifest->segment_count);
    manifest->segment_count--;
    memmove(manifest->segments + at, manifest->segments + at + 1,
            (manifest->segment_count - at) * sizeof(*manifest->segments));
}

void manifest_drop_oldest(struct manifest *manifest, size_t count)
{
    CHECK(count <= manifest->segment_count);
    manifest->segment_count -= count;
    if (count > 0)
        memmove(manifest->segments, manifest->segments + count,
                manifest->segment_count * sizeof(*manifest->segments));
}

/* --- Bytes. */

static void append32(struct buffer *out, uint32_t value)
{
    value = htole32(value);
    buffer_append(out, &value, sizeof(value));
}

static uint32_t read32(const char *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof(value));
    return le32toh(value);
}

/* The newest former name has fields of its own; how many there are beside it. */
static size_t put_past(const struct commit_history *history, Millstream__Manifest *message,
                       Millstream__ManifestPast *older, Millstream__ManifestPast **list)
{
    if (history->past_count == 0)
        return 0;
    message->previous_id = (char *)history->past[0].id;
    message->previous_end = history->past[0].end;
    for (size_t i = 1; i < history->past_count; i++) {
        millstream__manifest_past__init(&older[i]);
        older[i].id = (char *)history->past[i].id;
        older[i].end_position = history->past[i].end;
        list[i] = &older[i];
    }
    return history->past_count - 1;
}

void manifest_encode(const struct manifest *manifest, struct buffer *out)
{
    Millstream__Manifest message = MILLSTREAM__MANIFEST__INIT;
    Millstream__ManifestSegment *segments =
        mem_zalloc((manifest->segment_count + 1) * sizeof(*segments));
    Millstream__ManifestSegment **list = mem_zalloc((manifest->segment_count + 1) * sizeof(*list));
    Millstream__ManifestPast past[COMMIT_PAST_LIMIT], *past_list[COMMIT_PAST_LIMIT];
    size_t size;

    for (size_t i = 0; i < manifest->segment_count; i++) {
        struct manifest_segment *segment = &manifest->segments[i];

        millstream__manifest_segment__init(&segments[i]);
        segments[i].file = segment->file;
        segments[i].first_position = segment->first;
        segments[i].closed = segment->closed;
        segments[i].end_position = segment->end;
        segments[i].bytes = segment->bytes;
        list[i] = &segments[i];
    }
    message.format = LOG_FORMAT;
    message.replication_id = (char *)manifest->history.id;
    message.older = past_list + 1;
    message.n_older = put_past(&manifest->history, &message, past, past_list);
    message.checkpoint_file = (char *)manifest->checkpoint_file;
    message.checkpoint_position = manifest->checkpoint_position;
    message.checkpoint_bytes = manifest->checkpoint_bytes;
    message.segments = list;
    message.n_segments = manifest->segment_count;
    message.next_number = manifest->next_number;
    message.replaced = manifest->replaced;
    size = millstream__manifest__get_packed_size(&message);
    buffer_append(out, magic, sizeof(magic));
    append32(out, (uint32_t)size);
    out->size += millstream__manifest__pack(&message, (uint8_t *)buffer_reserve(out, size));
    append32(out, crc32c(0, span_of(out->data + out->size - size - sizeof(magic) - SIZE_SIZE,
                                    size + sizeof(magic) + SIZE_SIZE)));
    mem_free(segments);
    mem_free(list);
}

/* A name that stays in the directory. */
static bool take_name(char *to, size_t room, const char *from)
{
    size_t size = strlen(from);

    if (size >= room || strchr(from, '/') || strcmp(from, "..") == 0 || strcmp(from, ".") == 0)
        return false;
    memcpy(to, from, size + 1);
    return true;
}

static bool take_segments(struct manifest *manifest, const Millstream__Manifest *message)
{
    uint64_t end = 0;

    if (message->n_segments > LOG_SEGMENTS_LIMIT)
        return false;
    for (size_t i = 0; i < message->n_segments; i++) {
        const Millstream__ManifestSegment *from = message->segments[i];
        struct manifest_segment *segment = manifest_add(manifest, "", from->first_position);

        segment->closed = from->closed;
        segment->end = from->end_position;
        segment->bytes = from->bytes;
        if (!from->file[0] || !take_name(segment->file, sizeof(segment->file), from->file) ||
            (i > 0 && segment->first != end) ||
            (segment->closed && segment->end < segment->first) ||
            (!segment->closed && i + 1 < message->n_segments))
            return false;
        end = segment->end;
    }
    return true;
}

static bool take_past(struct commit_history *history, const char *id, uint64_t end)
{
    struct commit_past *past = &history->past[history->past_count++];

    past->end = end;
    return take_name(past->id, sizeof(past->id), id) &&
           (history->past_count == 1 || (past->end <= past[-1].end && past->id[0]));
}

static bool take_history(struct commit_history *history, const Millstream__Manifest *message)
{
    if (!take_name(history->id, sizeof(history->id), message->replication_id) ||
        message->n_older >= COMMIT_PAST_LIMIT)
        return false;
    if (!message->previous_id[0])
        return message->n_older == 0;
    if (!take_past(history, message->previous_id, message->previous_end))
        return false;
    for (size_t i = 0; i < message->n_older; i++)
        if (!take_past(history, message->older[i]->id, message->older[i]->end_position))
            return false;
    return true;
}

static bool take_message(struct manifest *manifest, const Millstream__Manifest *message)
{
    manifest->checkpoint_position = message->checkpoint_position;
    manifest->checkpoint_bytes = message->checkpoint_bytes;
    manifest->next_number = message->next_number;
    manifest->replaced = message->replaced;
    return take_history(&manifest->history, message) &&
           take_name(manifest->checkpoint_file, sizeof(manifest->checkpoint_file),
                     message->checkpoint_file) &&
           take_segments(manifest, message);
}

int manifest_decode(struct manifest *manifest, struct span bytes, struct diag *diag)
{
    Millstream__Manifest *message;
    size_t size;
    bool sound;

    *manifest = (struct manifest){0};
    if (bytes.size < ENVELOPE || memcmp(bytes.data, magic, sizeof(magic)) != 0)
        return diag_set(diag, ERR_DAMAGED, "it is no manifest");
    size = read32(bytes.data + sizeof(magic));
    if (size != bytes.size - ENVELOPE || crc32c(0, span_of(bytes.data, bytes.size - CRC_SIZE)) !=
                                             read32(bytes.data + bytes.size - CRC_SIZE))
        return diag_set(diag, ERR_DAMAGED, "its checksum is wrong");
    message = millstream__manifest__unpack(NULL, size,
                                           (const uint8_t *)bytes.data + sizeof(magic) + SIZE_SIZE);
    if (!message)
        return diag_set(diag, ERR_DAMAGED, "its contents can't be read");
    if (message->format > LOG_FORMAT) {
        int rc =
            diag_set(diag, ERR_UNSUPPORTED, "format %u is newer than this server", message->format);

        millstream__manifest__free_unpacked(message, NULL);
        return rc;
    }
    sound = message->format > 0 && take_message(manifest, message);
    millstream__manifest__free_unpacked(message, NULL);
    if (sound)
        return 0;
    manifest_release(manifest);
    return diag_set(diag, ERR_DAMAGED, "its contents contradict each other");
}

/* --- The file. */

int manifest_load(struct manifest *manifest, struct io *io, const char *directory,
                  struct diag *diag)
{
    char path[PATH_LIMIT];
    char *bytes;
    size_t size;
    int rc;

    snprintf(path, sizeof(path), "%s/manifest", directory);
    rc = io_read_file(io, path, LOG_MANIFEST_LIMIT, &bytes, &size, diag);
    if (rc < 0)
        return rc;
    rc = manifest_decode(manifest, span_of(bytes, size), diag);
    mem_free(bytes);
    return rc < 0 ? diag_wrap(diag, "%s", path) : 0;
}

int manifest_store(const struct manifest *manifest, struct io *io, const char *directory,
                   struct diag *diag)
{
    char path[PATH_LIMIT];
    struct buffer bytes = {0};
    int rc;

    snprintf(path, sizeof(path), "%s/manifest", directory);
    manifest_encode(manifest, &bytes);
    rc = io_replace_file(io, path, span_of(bytes.data, bytes.size), diag);
    buffer_release(&bytes);
    return rc;
}
