/* Values from outside (RESTORE, RDB files): a body is refused, or gives a value that can be read,
 * measured, copied and freed, and that reads the same after it has been saved and loaded again.
 *
 * Input: a type byte and what follows it, as in a DUMP payload without its footer. */
#include "broker/server/values.h"
#include "core/base/check.h"
#include "core/bytes/buffer.h"
#include "core/command/settings.h"
#include "storage/keyspace/digest.h"
#include "storage/rdb/rdb_value.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static const int64_t now_ms = 1700000000000;

static void save(const struct rdb_value *value, struct buffer *out)
{
    struct rdb_writer writer;

    rdb_writer_init(&writer, out, true);
    rdb_write_byte(&writer, value->type->rdb_type(value->value));
    value->type->save(value->value, &writer);
    CHECK(value->type->rdb_version(value->value) >= 10);
}

static void digest_of(const struct rdb_value *value, void *of, struct value_digest *digest)
{
    memset(digest, 0, sizeof(*digest));
    value->type->digest(of, digest);
}

static void use(const struct rdb_loaders *loaders, const struct settings *settings,
                struct rdb_value *value)
{
    struct value_digest first, second;
    struct buffer bytes = {0};
    struct rdb_value again;
    void *copy = value->type->copy(value->value);

    CHECK(value->type->encoding(value->value));
    CHECK(value->type->memory(value->value, 0) > 0);
    digest_of(value, value->value, &first);
    digest_of(value, copy, &second);
    CHECK(memcmp(&first, &second, sizeof(first)) == 0);
    value->type->free(copy);
    save(value, &bytes);
    CHECK(rdb_load_body(loaders, span_of(bytes.data, bytes.size), settings, now_ms, &again) == 0);
    CHECK(again.type == value->type && again.value);
    digest_of(&again, again.value, &second);
    CHECK(memcmp(&first, &second, sizeof(first)) == 0);
    rdb_value_release(&again);
    buffer_release(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rdb_loaders loaders = {0};
    struct settings settings;
    struct rdb_value value;

    settings_init(&settings);
    values_register(&loaders);
    if (rdb_load_body(&loaders, span_of((const char *)data, size), &settings, now_ms, &value) < 0)
        return 0;
    if (value.type && value.value)
        use(&loaders, &settings, &value);
    rdb_value_release(&value);
    return 0;
}
