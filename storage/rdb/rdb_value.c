#include "storage/rdb/rdb_value.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/crc/crc.h"
#include "core/num/num.h"
#include "storage/rdb/rdb_types.h"

enum {
    VERSION_SIZE = 2,
    CHECKSUM_SIZE = 8,
    FOOTER_SIZE = VERSION_SIZE + CHECKSUM_SIZE,
};

void rdb_loaders_add(struct rdb_loaders *loaders, const struct value_type *type,
                     int (*load)(struct rdb_reader *in, uint8_t rdb_type, void **value))
{
    for (const uint8_t *at = type->rdb_types; *at != RDB_NO_TYPE; at++) {
        CHECK(!loaders->of[*at].type);
        loaders->of[*at].type = type;
        loaders->of[*at].load = load ? load : type->load;
    }
}

/* --- Saving. */

static bool is_string(const struct entry *entry)
{
    return entry_type(entry)->id == VALUE_STRING;
}

uint8_t rdb_entry_type(const struct entry *entry, const struct rdb_writer *out)
{
    const struct value_type *type = entry_type(entry);

    if (is_string(entry))
        return RDB_STRING;
    return out->complete && type->rdb_type_complete ? type->rdb_type_complete
                                                    : type->rdb_type(entry_value(entry));
}

void rdb_save_entry(const struct entry *entry, struct rdb_writer *out)
{
    char scratch[NUM_TEXT_LIMIT];

    if (is_string(entry))
        rdb_write_string(out, entry_string(entry, scratch));
    else
        entry_type(entry)->save(entry_value(entry), out);
}

static void append_little(struct buffer *out, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        buffer_append_byte(out, (char)(value >> 8 * i));
}

void rdb_payload_seal(struct buffer *out, size_t start, unsigned version)
{
    append_little(out, version, VERSION_SIZE);
    append_little(out, crc64(0, span_of(out->data + start, out->size - start)), CHECKSUM_SIZE);
}

void rdb_dump(const struct entry *entry, bool compress, struct buffer *out)
{
    size_t start = out->size;
    unsigned version = RDB_VERSION_OLDEST;
    struct rdb_writer writer;

    rdb_writer_init(&writer, out, compress);
    if (!is_string(entry))
        version = entry_type(entry)->rdb_version(entry_value(entry));
    rdb_write_byte(&writer, rdb_entry_type(entry, &writer));
    rdb_save_entry(entry, &writer);
    rdb_payload_seal(out, start, version);
}

/* --- Loading. */

int rdb_load_value(const struct rdb_loaders *loaders, struct rdb_reader *in, uint8_t rdb_type,
                   struct rdb_value *out)
{
    struct span bytes;
    int rc;

    *out = (struct rdb_value){0};
    if (rdb_type == RDB_STRING) {
        rc = rdb_read_string(in, &bytes);
        if (rc == 0)
            buffer_append_span(&out->string, bytes);
        return rc;
    }
    if (!loaders->of[rdb_type].load)
        return rdb_reader_damaged(in, "a value of unknown type %d", rdb_type);
    out->type = loaders->of[rdb_type].type;
    return loaders->of[rdb_type].load(in, rdb_type, &out->value);
}

void rdb_value_release(struct rdb_value *value)
{
    if (value->value)
        value->type->free(value->value);
    buffer_release(&value->string);
    *value = (struct rdb_value){0};
}

struct entry *rdb_value_put(struct request *rq, struct key key, struct rdb_value *value)
{
    struct entry *entry = NULL;

    if (!value->type) {
        entry =
            keyspace_set_string(rq, key, span_of(value->string.data, value->string.size), false);
    } else if (value->value) {
        entry = keyspace_add_take(rq, key, value->type, value->value);
        if (value->type->next_expire_ms)
            keyspace_set_part_expire(rq, key, value->type->next_expire_ms(value->value));
        value->value = NULL;
    }
    rdb_value_release(value);
    return entry;
}

int rdb_payload_check(struct span payload, struct span *body)
{
    const unsigned char *footer;
    uint64_t checksum = 0;
    unsigned version;

    if (payload.size < FOOTER_SIZE + 1)
        return ERR_DAMAGED;
    footer = (const unsigned char *)payload.data + payload.size - FOOTER_SIZE;
    version = footer[0] | (unsigned)footer[1] << 8;
    if (version > RDB_VERSION_NEWEST)
        return ERR_UNSUPPORTED;
    for (int i = 0; i < CHECKSUM_SIZE; i++)
        checksum |= (uint64_t)footer[VERSION_SIZE + i] << 8 * i;
    if (checksum != crc64(0, span_of(payload.data, payload.size - CHECKSUM_SIZE)))
        return ERR_DAMAGED;
    *body = span_of(payload.data, payload.size - FOOTER_SIZE);
    return 0;
}

int rdb_load_body(const struct rdb_loaders *loaders, struct span body,
                  const struct settings *settings, int64_t now_ms, struct rdb_value *out)
{
    struct rdb_reader in;
    uint8_t type;
    int rc;

    *out = (struct rdb_value){0};
    rdb_reader_init(&in, body, settings, now_ms);
    rc = rdb_read_byte(&in, &type);
    if (rc == 0)
        rc = rdb_load_value(loaders, &in, type, out);
    if (rc == 0 && in.at != in.end) {
        rc = rdb_reader_damaged(&in, "bytes are left behind the value");
        rdb_value_release(out);
    }
    rdb_reader_release(&in);
    return rc;
}
