/* Manifests from outside: refused with the reason, or everything in it is sensible, and it is the
 * same after it has been written and read again.
 *
 * Input: the message (log.proto) without its envelope, which the target makes: a checksum that has
 * to be guessed would keep everything out. The input itself is tried as a file, too. */
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/crc/crc.h"
#include "storage/log/manifest.h"
#include "tests/fuzz/fuzz.h"

#include <endian.h>
#include <string.h>

static void check_name(const char *name)
{
    CHECK(!strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
    CHECK(strlen(name) < LOG_NAME_LIMIT);
}

static void check_contents(const struct manifest *manifest)
{
    check_name(manifest->checkpoint_file);
    CHECK(strlen(manifest->history.id) <= COMMIT_ID_SIZE);
    CHECK(manifest->history.past_count <= COMMIT_PAST_LIMIT);
    for (size_t i = 0; i < manifest->history.past_count; i++) {
        const struct commit_past *past = &manifest->history.past[i];

        CHECK(past->id[0] && strlen(past->id) <= COMMIT_ID_SIZE);
        CHECK(i == 0 || past->end <= past[-1].end);
    }
    CHECK(manifest->segment_count <= LOG_SEGMENTS_LIMIT);
    for (size_t i = 0; i < manifest->segment_count; i++) {
        const struct manifest_segment *segment = &manifest->segments[i];

        check_name(segment->file);
        CHECK(segment->file[0]);
        CHECK(segment->closed || i + 1 == manifest->segment_count);
        CHECK(!segment->closed || segment->end >= segment->first);
        CHECK(i == 0 || segment->first == segment[-1].end);
    }
}

static void expect_to_come_back(const struct manifest *manifest)
{
    struct buffer first = {0}, second = {0};
    struct manifest again, copy;

    manifest_encode(manifest, &first);
    CHECK(manifest_decode(&again, span_of(first.data, first.size), NULL) == 0);
    CHECK(again.segment_count == manifest->segment_count);
    manifest_copy(&copy, &again);
    manifest_release(&again);
    manifest_encode(&copy, &second);
    CHECK(span_equal(span_of(first.data, first.size), span_of(second.data, second.size)));
    while (copy.segment_count > 0)
        manifest_drop(&copy, copy.segment_count / 2);
    manifest_release(&copy);
    buffer_release(&first);
    buffer_release(&second);
}

static void try_file(struct span bytes)
{
    struct manifest manifest;
    struct diag diag = {0};
    int rc = manifest_decode(&manifest, bytes, &diag);

    if (rc < 0) {
        CHECK((rc == ERR_DAMAGED || rc == ERR_UNSUPPORTED) && diag.code == rc && diag.text[0]);
        CHECK(!manifest.segments);
        return;
    }
    check_contents(&manifest);
    expect_to_come_back(&manifest);
    manifest_release(&manifest);
}

static void append32(struct buffer *out, uint32_t value)
{
    value = htole32(value);
    buffer_append(out, &value, sizeof(value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer file = {0};

    try_file(span_of((const char *)data, size));
    buffer_append(&file, "MSmnfst1", 8);
    append32(&file, (uint32_t)size);
    buffer_append(&file, data, size);
    append32(&file, crc32c(0, span_of(file.data, file.size)));
    try_file(span_of(file.data, file.size));
    buffer_release(&file);
    return 0;
}
