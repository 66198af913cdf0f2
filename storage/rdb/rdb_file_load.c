/* rdb_file_load.c - a file becomes a keyspace, record by record; rdb_file_save.c has the layout.
 * The checksum is taken over the pieces as they are read. */
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/crc/crc.h"
#include "core/hash/key_hash.h"
#include "core/hash/random.h"
#include "storage/rdb/rdb_file.h"
#include "storage/rdb/rdb_opcodes.h"
#include "storage/rdb/rdb_types.h"

#include <stdio.h>
#include <string.h>

enum {
    PIECE_SIZE = 256 * 1024,
    PROGRESS_BYTES = 1024 * 1024,
    MODULE_OP_END = 0,
    MODULE_OP_SIGNED = 1,
    MODULE_OP_UNSIGNED = 2,
    MODULE_OP_FLOAT = 3,
    MODULE_OP_DOUBLE = 4,
    MODULE_OP_STRING = 5,
    RDB_MODULE = 6, /* value types of modules: we have none */
    RDB_MODULE_2 = 7,
};

struct loading {
    struct rdb_load *load;
    struct io_file *file;
    struct rdb_reader in;
    struct request rq; /* to reach the keyspace with; holds everything */
    struct arena *arena;
    struct random random;
    char *piece;
    uint64_t at, size; /* read of the file; bytes of it */
    uint64_t crc, crc_at, reported;
    int db;
    int64_t expire_ms, idle_seconds, frequency; /* of the next key; -1: none */
};

/* --- The file. */

/* Takes into the checksum what has been consumed of the piece. */
static void sum_consumed(struct loading *loading)
{
    uint64_t begin = loading->in.position - (uint64_t)(loading->in.end - loading->piece);
    uint64_t consumed = rdb_reader_position(&loading->in);
    size_t from;

    if (consumed <= loading->crc_at)
        return;
    from = (size_t)(loading->crc_at - begin);
    loading->crc =
        crc64(loading->crc, span_of(loading->piece + from, (size_t)(consumed - loading->crc_at)));
    loading->crc_at = consumed;
}

/* All that was at hand has been consumed. */
static int report(struct loading *loading)
{
    struct rdb_load *load = loading->load;

    if (!load->progress || loading->at - loading->reported < PROGRESS_BYTES)
        return 0;
    loading->reported = loading->at;
    if (load->progress(load->context, loading->at, loading->size, load->keys))
        return 0;
    return diag_set(&loading->in.diag, ERR_CLOSED, "given up");
}

static int refill(struct rdb_reader *in)
{
    struct loading *loading = in->context;
    size_t got = 0;
    int rc = report(loading);

    if (rc < 0)
        return rc;
    sum_consumed(loading);
    rc = io_read(loading->file, loading->at, loading->piece, PIECE_SIZE, &got, &in->diag);
    if (rc < 0)
        return rc;
    if (got == 0)
        return ERR_MISSING;
    loading->at += got;
    in->at = loading->piece;
    in->end = loading->piece + got;
    in->position = loading->at;
    return 0;
}

static int read_header(struct loading *loading)
{
    char header[RDB_HEADER_SIZE + 1] = {0};
    int version = 0;
    int rc = rdb_read_raw(&loading->in, header, RDB_HEADER_SIZE);

    if (rc < 0)
        return rc;
    if (memcmp(header, "REDIS", 5) != 0)
        return rdb_reader_damaged(&loading->in, "it is no RDB file");
    for (int i = 5; i < RDB_HEADER_SIZE; i++) {
        if (header[i] < '0' || header[i] > '9')
            return rdb_reader_damaged(&loading->in, "it has no version");
        version = version * 10 + (header[i] - '0');
    }
    if (version < 1 || version > RDB_VERSION_NEWEST)
        return rdb_reader_damaged(&loading->in, "version %d is not one of 1 to %d", version,
                                  RDB_VERSION_NEWEST);
    loading->load->version = version;
    return 0;
}

static int read_checksum(struct loading *loading)
{
    unsigned char bytes[RDB_CHECKSUM_SIZE];
    uint64_t expected = 0, crc;
    int rc;

    if (loading->load->version < RDB_CHECKSUM_VERSION)
        return 0;
    sum_consumed(loading);
    crc = loading->crc;
    rc = rdb_read_raw(&loading->in, bytes, sizeof(bytes));
    if (rc < 0)
        return rc;
    for (int i = 0; i < RDB_CHECKSUM_SIZE; i++)
        expected |= (uint64_t)bytes[i] << 8 * i;
    if (loading->load->check_checksum && expected != 0 && expected != crc)
        return rdb_reader_damaged(&loading->in, "its checksum is wrong");
    return 0;
}

/* --- Keys. */

/* Whether the key that comes next is to be kept. */
static bool is_expired(const struct loading *loading)
{
    return loading->expire_ms >= 0 && !loading->load->keep_expired &&
           loading->expire_ms <= loading->load->now_ms;
}

/* What the access record holds: one thing can't be read as the other. */
static bool counts_frequency(const struct settings *settings)
{
    return settings->maxmemory_policy == EVICT_VOLATILE_LFU ||
           settings->maxmemory_policy == EVICT_ALLKEYS_LFU;
}

static void put_key(struct loading *loading, struct span name, struct rdb_value *value)
{
    struct request *rq = &loading->rq;
    struct key key = {.name = name, .hash = key_hash(name), .db = loading->db};
    struct entry *entry = rdb_value_put(rq, key, value);

    if (!entry)
        return; /* nothing is left of it */
    loading->load->keys++;
    if (loading->expire_ms >= 0)
        entry = keyspace_set_expire(rq, key, entry, loading->expire_ms);
    if (loading->idle_seconds >= 0 && !counts_frequency(rq->settings))
        entry_set_idle_seconds(entry, loading->idle_seconds, rq->now_ms);
    if (loading->frequency >= 0 && counts_frequency(rq->settings))
        entry_set_frequency(entry, (int)loading->frequency, rq->now_ms);
}

static bool is_there(struct loading *loading, struct span name)
{
    struct key key = {.name = name, .hash = key_hash(name), .db = loading->db};

    return keyspace_find(&loading->rq, key, FIND_QUIET) != NULL;
}

static int read_key(struct loading *loading, uint8_t type)
{
    struct buffer name = {0};
    struct rdb_value value;
    struct span bytes;
    int rc = rdb_read_string(&loading->in, &bytes);

    if (rc < 0)
        return rc;
    if (type == RDB_MODULE || type == RDB_MODULE_2)
        return rdb_reader_damaged(&loading->in,
                                  "the key '%.*s' is of a module's type, which can't be read",
                                  (int)(bytes.size < 64 ? bytes.size : 64), bytes.data);
    buffer_append_span(&name, bytes);
    rc = rdb_load_value(loading->load->loaders, &loading->in, type, &value);
    if (rc == 0 && is_expired(loading)) {
        loading->load->expired++;
        rdb_value_release(&value);
    } else if (rc == 0 && is_there(loading, span_of(name.data, name.size))) {
        rc = rdb_reader_damaged(&loading->in, "the key '%.*s' is there twice",
                                (int)(name.size < 64 ? name.size : 64), name.data);
        rdb_value_release(&value);
    } else if (rc == 0) {
        put_key(loading, span_of(name.data, name.size), &value);
    }
    buffer_release(&name);
    loading->expire_ms = loading->idle_seconds = loading->frequency = -1;
    arena_reset(loading->arena);
    return rc;
}

/* --- Everything else. */

static int read_aux(struct loading *loading)
{
    struct rdb_load *load = loading->load;
    struct buffer name = {0};
    struct span bytes;
    int rc = rdb_read_string(&loading->in, &bytes);

    if (rc < 0)
        return rc;
    buffer_append_span(&name, bytes);
    rc = rdb_read_string(&loading->in, &bytes);
    if (rc == 0 && load->aux)
        load->aux(load->context, span_of(name.data, name.size), bytes);
    buffer_release(&name);
    return rc;
}

static int read_select(struct loading *loading)
{
    uint64_t db;
    int rc = rdb_read_length(&loading->in, &db);

    if (rc == 0 && db >= (uint64_t)keyspace_databases(loading->load->keyspace))
        rc = rdb_reader_damaged(&loading->in, "database %llu is beyond the directive 'databases'",
                                (unsigned long long)db);
    loading->db = (int)db;
    return rc;
}

/* -1 is how "never" is written; other times before 1970 are past. */
static void set_expire(struct loading *loading, int64_t at_ms)
{
    loading->expire_ms = at_ms < -1 ? 0 : at_ms;
}

static int read_expire_ms(struct loading *loading)
{
    int64_t at_ms;
    int rc = rdb_read_ms(&loading->in, &at_ms);

    set_expire(loading, at_ms);
    return rc;
}

static int read_expire_seconds(struct loading *loading)
{
    unsigned char bytes[4];
    int rc = rdb_read_raw(&loading->in, bytes, sizeof(bytes));
    uint32_t seconds = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                       (uint32_t)bytes[3] << 24;

    set_expire(loading, seconds == UINT32_MAX ? -1 : (int64_t)(int32_t)seconds * 1000);
    return rc;
}

static int skip_lengths(struct loading *loading, int count)
{
    uint64_t length;
    int rc = 0;

    while (rc == 0 && count-- > 0)
        rc = rdb_read_length(&loading->in, &length);
    return rc;
}

/* What a module wrote describes itself, so it can be passed over. */
static int skip_module_aux(struct loading *loading)
{
    uint64_t what;
    int rc = skip_lengths(loading, 3); /* the module, when it was written */

    while (rc == 0 && (rc = rdb_read_length(&loading->in, &what)) == 0) {
        struct span bytes;
        double number;

        switch (what) {
        case MODULE_OP_END:
            return 0;
        case MODULE_OP_SIGNED:
        case MODULE_OP_UNSIGNED:
            rc = skip_lengths(loading, 1);
            break;
        case MODULE_OP_FLOAT:
            rc = rdb_read_raw(&loading->in, &number, 4);
            break;
        case MODULE_OP_DOUBLE:
            rc = rdb_read_double(&loading->in, &number);
            break;
        case MODULE_OP_STRING:
            rc = rdb_read_string(&loading->in, &bytes);
            break;
        default:
            return rdb_reader_damaged(&loading->in, "a module's data of unknown kind");
        }
    }
    return rc;
}

static int read_function(struct loading *loading)
{
    struct span code;
    int rc = rdb_read_string(&loading->in, &code);

    if (rc == 0 && loading->load->function)
        rc = loading->load->function(loading->load->context, code, &loading->in.diag);
    return rc;
}

static int read_idle(struct loading *loading)
{
    uint64_t seconds;
    int rc = rdb_read_length(&loading->in, &seconds);

    loading->idle_seconds = seconds > INT32_MAX ? INT32_MAX : (int64_t)seconds;
    return rc;
}

static int read_frequency(struct loading *loading)
{
    uint8_t frequency;
    int rc = rdb_read_byte(&loading->in, &frequency);

    loading->frequency = frequency;
    return rc;
}

static int read_record(struct loading *loading, uint8_t type)
{
    switch (type) {
    case RDB_OP_EXPIRE_MS:
        return read_expire_ms(loading);
    case RDB_OP_EXPIRE_SECONDS:
        return read_expire_seconds(loading);
    case RDB_OP_IDLE:
        return read_idle(loading);
    case RDB_OP_FREQUENCY:
        return read_frequency(loading);
    case RDB_OP_SELECT_DB:
        return read_select(loading);
    case RDB_OP_RESIZE_DB:
        return skip_lengths(loading, 2);
    case RDB_OP_SLOT_INFO:
        return skip_lengths(loading, 3);
    case RDB_OP_AUX:
        return read_aux(loading);
    case RDB_OP_MODULE_AUX:
        return skip_module_aux(loading);
    case RDB_OP_FUNCTION:
        return read_function(loading);
    case RDB_OP_FUNCTION_OLD:
    case RDB_OP_KEY_META:
    case RDB_OP_HASH_TEMPLATE:
        return rdb_reader_damaged(&loading->in, "a part of kind %d, which can't be read", type);
    default:
        return read_key(loading, type);
    }
}

static int load_all(struct loading *loading)
{
    uint8_t type = 0;
    int rc = read_header(loading);

    while (rc == 0 && (rc = rdb_read_byte(&loading->in, &type)) == 0 && type != RDB_OP_END)
        rc = read_record(loading, type);
    if (rc == 0)
        rc = read_checksum(loading);
    loading->load->end = loading->load->bytes = rdb_reader_position(&loading->in);
    return rc;
}

static void prepare(struct loading *loading)
{
    struct rdb_load *load = loading->load;

    loading->piece = mem_alloc(PIECE_SIZE);
    rdb_reader_init(&loading->in, span_of(loading->piece, 0), load->settings,
                    load->keep_expired ? -1 : load->now_ms);
    loading->in.refill = refill;
    loading->in.context = loading;
    loading->arena = arena_new();
    random_init(&loading->random, (uint64_t)load->now_ms);
    request_init(&loading->rq);
    loading->rq.flags = REQUEST_REPLAY | REQUEST_NO_WAIT; /* expired keys are found as they are */
    loading->rq.now_ms = load->now_ms;
    loading->rq.held_shards = SHARDS_ALL;
    loading->rq.keyspace = load->keyspace;
    loading->rq.settings = load->settings;
    loading->rq.arena = loading->arena;
    loading->rq.random = &loading->random;
    loading->expire_ms = loading->idle_seconds = loading->frequency = -1;
}

int rdb_load_file(struct rdb_load *load, const char *path, struct diag *diag)
{
    struct loading loading = {.load = load};
    int rc = io_open(load->io, path, IO_READ, &loading.file, diag);

    if (rc < 0)
        return rc;
    load->keys = load->expired = load->bytes = load->end = 0;
    rc = io_size(loading.file, &loading.size, diag);
    if (rc == 0) {
        prepare(&loading);
        rc = load_all(&loading);
        if (rc < 0) {
            diag_set(diag, rc, "%s", loading.in.diag.text);
            diag_wrap(diag, "%s", path);
        }
        arena_free(loading.arena);
        mem_free(loading.piece);
        rdb_reader_release(&loading.in);
    }
    io_close(loading.file);
    return rc;
}
