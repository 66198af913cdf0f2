/* What a Redis has left: whatever the bytes, a manifest lists names that stay in its directory, and
 * a file gives commands that are whole, from places that ascend. The first byte chooses which. */
#include "broker/persistence/aof_file.h"
#include "broker/persistence/aof_manifest.h"
#include "core/base/check.h"
#include "core/resp/request_parser.h"
#include "storage/io/twin.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void read_manifest(struct span text)
{
    struct aof_manifest manifest;
    struct diag diag = {0};

    if (aof_manifest_read(&manifest, text, &diag) < 0) {
        CHECK(diag.text[0]);
        return;
    }
    CHECK(manifest.count > 0);
    for (size_t i = 0; i < manifest.count; i++)
        CHECK(manifest.files[i][0] && !strchr(manifest.files[i], '/'));
    aof_manifest_release(&manifest);
}

static int on_commands(void *context, uint64_t at, struct span bytes, struct diag *diag)
{
    struct request_parser parser = {.limits = {.bulk_bytes = INT32_MAX}};
    uint64_t *next = context;
    size_t used = 0;

    (void)diag;
    CHECK(at >= *next && bytes.size > 0);
    *next = at + bytes.size;
    while (used < bytes.size) {
        size_t consumed = 0;

        CHECK(request_parser_feed(&parser, bytes.data + used, bytes.size - used, &consumed) == 1);
        request_parser_reset(&parser);
        used += consumed;
    }
    request_parser_release(&parser);
    return 0;
}

static void read_file(struct span bytes, bool may_be_cut_short)
{
    struct twin *twin = twin_new();
    struct diag diag = {0};
    uint64_t next = 0;
    struct aof_file file = {
        .io = twin_io(twin),
        .path = "a",
        .may_be_cut_short = may_be_cut_short,
        .damage_limit = may_be_cut_short ? bytes.size / 2 : 0,
        .context = &next,
        .commands = on_commands,
    };

    CHECK(io_replace_file(file.io, "a", bytes, NULL) == 0);
    if (aof_file_read(&file, &diag) < 0)
        CHECK(diag.text[0]);
    else
        CHECK(file.cut_bytes <= bytes.size && (may_be_cut_short || file.cut_bytes == 0));
    twin_free(twin);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest;

    if (size == 0)
        return 0;
    rest = span_of((const char *)data + 1, size - 1);
    if (data[0] == 'm')
        read_manifest(rest);
    else
        read_file(rest, data[0] == 'c');
    return 0;
}
