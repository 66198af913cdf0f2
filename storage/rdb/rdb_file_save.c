/* rdb_file_save.c - a keyspace becomes a file:
 *
 *   REDIS0010 | aux ... | for each database: select, sizes, keys | end | CRC-64 of all that
 *   key: [expire ms] [idle | frequency] type byte, name, value
 */
#include "core/base/error.h"
#include "core/crc/crc.h"
#include "storage/rdb/rdb_file.h"
#include "storage/rdb/rdb_opcodes.h"
#include "storage/rdb/rdb_types.h"

#include <stdio.h>

enum {
    PROGRESS_BYTES = 1024 * 1024,
    SYNC_BYTES = 4 * 1024 * 1024
};

struct saving {
    struct rdb_save *save;
    struct io_file *file;
    struct buffer bytes;
    struct rdb_writer out;
    struct diag *diag;
    uint64_t crc, written, reported, synced;
    unsigned version;
};

static int flush(void *context, struct buffer *bytes)
{
    struct saving *saving = context;
    struct rdb_save *save = saving->save;
    struct span span = span_of(bytes->data, bytes->size);
    int rc;

    if (save->checksum)
        saving->crc = crc64(saving->crc, span);
    rc = io_append(saving->file, span, saving->diag);
    saving->written += bytes->size;
    buffer_clear(bytes);
    if (rc == 0 && save->syncs_often && !save->to_pipe &&
        saving->written - saving->synced >= SYNC_BYTES) {
        saving->synced = saving->written;
        rc = io_sync(saving->file, saving->diag);
    }
    if (rc == 0 && save->progress && saving->written - saving->reported >= PROGRESS_BYTES) {
        saving->reported = saving->written;
        if (!save->progress(save->context, save->keys, saving->written))
            rc = diag_set(saving->diag, ERR_CLOSED, "given up");
    }
    return rc;
}

static void find_version(void *context, struct entry *entry)
{
    struct saving *saving = context;
    const struct value_type *type = entry_type(entry);
    unsigned version = RDB_VERSION_OLDEST;

    if (type->id != VALUE_STRING)
        version = type->rdb_version(entry_value(entry));
    if (version > saving->version)
        saving->version = version;
}

static void save_text(struct saving *saving, struct span text)
{
    rdb_write_string(&saving->out, text);
}

static void save_aux(struct saving *saving)
{
    const struct rdb_aux *aux = saving->save->aux;

    for (; aux && aux->name; aux++) {
        rdb_write_byte(&saving->out, RDB_OP_AUX);
        save_text(saving, span_text(aux->name));
        save_text(saving, aux->value);
    }
}

static void save_functions(struct saving *saving)
{
    struct rdb_save *save = saving->save;
    struct span code;
    const void *at = NULL;

    while (save->function && save->function(save->functions, &at, &code)) {
        rdb_write_byte(&saving->out, RDB_OP_FUNCTION);
        save_text(saving, code);
    }
}

static void save_access(struct saving *saving, const struct entry *entry)
{
    const struct settings *settings = saving->save->settings;

    switch (settings->maxmemory_policy) {
    case EVICT_VOLATILE_LFU:
    case EVICT_ALLKEYS_LFU:
        rdb_write_byte(&saving->out, RDB_OP_FREQUENCY);
        rdb_write_byte(&saving->out, (uint8_t)entry_frequency(entry, saving->save->now_ms,
                                                              settings->lfu_decay_time));
        break;
    case EVICT_VOLATILE_LRU:
    case EVICT_ALLKEYS_LRU:
        rdb_write_byte(&saving->out, RDB_OP_IDLE);
        rdb_write_length(&saving->out, (uint64_t)entry_idle_seconds(entry, saving->save->now_ms));
        break;
    default:
        break;
    }
}

static void save_key(void *context, struct entry *entry)
{
    struct saving *saving = context;
    int64_t expire_ms = entry_expire_ms(entry);

    if (saving->out.failed < 0)
        return;
    if (expire_ms >= 0) {
        rdb_write_byte(&saving->out, RDB_OP_EXPIRE_MS);
        rdb_write_ms(&saving->out, expire_ms);
    }
    save_access(saving, entry);
    rdb_write_byte(&saving->out, rdb_entry_type(entry, &saving->out));
    save_text(saving, entry_key(entry));
    rdb_save_entry(entry, &saving->out);
    saving->save->keys++;
}

static void save_database(struct saving *saving, int db)
{
    struct keyspace *keyspace = saving->save->keyspace;

    if (keyspace_count(keyspace, db) == 0)
        return;
    rdb_write_byte(&saving->out, RDB_OP_SELECT_DB);
    rdb_write_length(&saving->out, (uint64_t)db);
    rdb_write_byte(&saving->out, RDB_OP_RESIZE_DB);
    rdb_write_length(&saving->out, keyspace_count(keyspace, db));
    rdb_write_length(&saving->out, keyspace_expiring_count(keyspace, db));
    keyspace_each(keyspace, db, save_key, saving);
}

static int save_all(struct saving *saving)
{
    struct rdb_save *save = saving->save;
    char header[RDB_HEADER_SIZE + 1];
    unsigned char checksum[RDB_CHECKSUM_SIZE];

    saving->version = save->complete ? RDB_VERSION_NEWEST : RDB_VERSION_OLDEST;
    for (int db = 0; db < keyspace_databases(save->keyspace) && !save->complete; db++)
        keyspace_each(save->keyspace, db, find_version, saving);
    snprintf(header, sizeof(header), "REDIS%04u", saving->version % 10000);
    rdb_write_raw(&saving->out, header, RDB_HEADER_SIZE);
    save_aux(saving);
    save_functions(saving);
    for (int db = 0; db < keyspace_databases(save->keyspace); db++)
        save_database(saving, db);
    rdb_write_byte(&saving->out, RDB_OP_END);
    if (saving->out.failed < 0)
        return saving->out.failed;
    if (save->checksum)
        saving->crc = crc64(saving->crc, span_of(saving->bytes.data, saving->bytes.size));
    for (int i = 0; i < RDB_CHECKSUM_SIZE; i++)
        checksum[i] = (unsigned char)(saving->crc >> 8 * i);
    buffer_append(&saving->bytes, checksum, sizeof(checksum));
    saving->written += saving->bytes.size;
    return io_append(saving->file, span_of(saving->bytes.data, saving->bytes.size), saving->diag);
}

int rdb_save_file(struct rdb_save *save, const char *path, struct diag *diag)
{
    struct saving saving = {.save = save, .diag = diag};
    int rc = io_open(save->io, path, IO_WRITE | IO_CREATE | IO_TRUNCATE, &saving.file, diag);

    if (rc < 0)
        return rc;
    rdb_writer_init(&saving.out, &saving.bytes, save->compress);
    saving.out.complete = save->complete;
    saving.out.flush = flush;
    saving.out.context = &saving;
    save->keys = save->bytes = 0;
    rc = save_all(&saving);
    if (rc == 0 && !save->to_pipe)
        rc = io_sync(saving.file, diag);
    io_close(saving.file);
    buffer_release(&saving.bytes);
    save->bytes = saving.written;
    if (rc < 0 && !save->to_pipe)
        io_remove(save->io, path, NULL);
    return rc;
}
