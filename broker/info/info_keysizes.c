/* info_keysizes.c - how many keys of each type are how large: counted when it is asked for, so that
 * nothing has to be kept up to date with every change of a value. */
#include "broker/info/info.h"
#include "broker/server/server.h"
#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"
#include "streams/stream.h"
#include "types/hash/hash.h"
#include "types/list/list.h"
#include "types/set/set.h"
#include "types/zset/zset.h"

enum {
    BINS = 65,         /* of nothing, and of 2^n up to 2^(n+1), for each n */
    MEMORY_SAMPLES = 5 /* as MEMORY USAGE has it */
};

enum distribution {
    OF_STRINGS,
    OF_LISTS,
    OF_SETS,
    OF_ZSETS,
    OF_HASHES,
    OF_STREAMS,
    DISTRIBUTIONS
};

static const char *const plurals[DISTRIBUTIONS] = {"strings", "lists",  "sets",
                                                   "zsets",   "hashes", "streams"};

struct sizes {
    uint64_t counts[DISTRIBUTIONS][BINS]; /* of items; of strings, of bytes */
    uint64_t memory[DISTRIBUTIONS][BINS];
    bool with_memory;
};

static unsigned bin_of(uint64_t size)
{
    return size == 0 ? 0 : 64 - (unsigned)__builtin_clzll(size);
}

/* The number of items. -1 for a type that is not shown. */
static int64_t items_of(struct entry *entry, enum distribution *of)
{
    char scratch[NUM_TEXT_LIMIT];

    switch (entry_type(entry)->id) {
    case VALUE_STRING:
        *of = OF_STRINGS;
        return (int64_t)entry_string(entry, scratch).size;
    case VALUE_LIST:
        *of = OF_LISTS;
        return (int64_t)list_count(entry_value(entry));
    case VALUE_SET:
        *of = OF_SETS;
        return (int64_t)set_count(entry_value(entry));
    case VALUE_ZSET:
        *of = OF_ZSETS;
        return (int64_t)zset_count(entry_value(entry));
    case VALUE_HASH:
        *of = OF_HASHES;
        return (int64_t)hash_count(entry_value(entry));
    case VALUE_STREAM:
        *of = OF_STREAMS;
        return (int64_t)stream_length(entry_value(entry));
    default:
        return -1;
    }
}

static void count(void *context, struct entry *entry)
{
    struct sizes *sizes = context;
    enum distribution of;
    int64_t items = items_of(entry, &of);

    if (items < 0)
        return;
    sizes->counts[of][bin_of((uint64_t)items)]++;
    if (sizes->with_memory)
        sizes->memory[of][bin_of(entry_memory(entry, MEMORY_SAMPLES))]++;
}

static void put(struct buffer *out, int db, enum distribution of, const char *what,
                const uint64_t bins[BINS])
{
    static const char units[] = " KMGTPE";
    bool first = true;

    for (unsigned i = 0; i < BINS; i++) {
        unsigned power = i > 0 ? i - 1 : 0;

        if (!bins[i])
            continue;
        if (first)
            buffer_printf(out, "db%d_distrib_%s_%s:", db, plurals[of], what);
        buffer_printf(out, "%s%llu", first ? "" : ",", i > 0 ? 1ULL << power % 10 : 0ULL);
        if (power >= 10)
            buffer_append_byte(out, units[power / 10]);
        buffer_printf(out, "=%llu", (unsigned long long)bins[i]);
        first = false;
    }
    if (!first)
        buffer_printf(out, "\r\n");
}

void info_keysizes(struct info_report *report)
{
    struct server *server = report->server;

    for (int db = 0; db < keyspace_databases(server->keyspace); db++) {
        struct sizes sizes = {.with_memory = server_config(server)->key_memory_histograms};

        if (keyspace_count(server->keyspace, db) == 0)
            continue;
        keyspace_each(server->keyspace, db, count, &sizes);
        for (int of = 0; of < DISTRIBUTIONS; of++)
            put(report->out, db, of, of == OF_STRINGS ? "sizes" : "items", sizes.counts[of]);
        for (int of = OF_LISTS; of <= OF_HASHES; of++)
            put(report->out, db, of, "sizes", sizes.memory[of]);
    }
}
