/* RDB files from outside: whatever the bytes, a file is refused with its reason, or loads; and what
 * was loaded is the same after it has been saved and loaded again.
 *
 * Input: a file. Its checksum is not looked at, or few changes would get past it. */
#include "broker/server/values.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/command/settings.h"
#include "core/num/num.h"
#include "storage/io/twin.h"
#include "storage/keyspace/digest.h"
#include "storage/rdb/rdb_file.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum {
    DATABASES = 16,
};

static const int64_t now_ms = 1700000000000;
static const char path[] = "dump.rdb";

struct house {
    struct io *io;
    struct settings settings;
    struct rdb_loaders loaders;
};

/* Everything is kept that has expired, so that what is compared does not depend on the time. */
static int load(struct house *house, struct keyspace *keyspace, struct rdb_load *facts,
                struct diag *diag)
{
    *facts = (struct rdb_load){
        .io = house->io,
        .keyspace = keyspace,
        .settings = &house->settings,
        .loaders = &house->loaders,
        .now_ms = now_ms,
        .keep_expired = true,
    };
    return rdb_load_file(facts, path, diag);
}

static void save(struct house *house, struct keyspace *keyspace, bool complete)
{
    struct rdb_save facts = {
        .io = house->io,
        .keyspace = keyspace,
        .settings = &house->settings,
        .now_ms = now_ms,
        .complete = complete,
        .compress = complete,
        .checksum = true,
    };

    CHECK(rdb_save_file(&facts, path, NULL) == 0);
}

struct digest_walk {
    struct value_digest sum;
    int db;
};

static void add_entry(void *context, struct entry *entry)
{
    struct digest_walk *walk = context;
    const struct value_type *type = entry_type(entry);
    int64_t expire_ms = entry_expire_ms(entry);
    struct value_digest one = {{0}};
    char scratch[NUM_TEXT_LIMIT];

    value_digest_mix(&one, span_of((const char *)&walk->db, sizeof(walk->db)));
    value_digest_mix(&one, entry_key(entry));
    value_digest_mix(&one, span_text(type->name));
    value_digest_mix(&one, span_of((const char *)&expire_ms, sizeof(expire_ms)));
    if (type->id == VALUE_STRING)
        value_digest_mix(&one, entry_string(entry, scratch));
    else
        type->digest(entry_value(entry), &one);
    value_digest_add_digest(&walk->sum, &one);
}

static struct value_digest digest_of(struct keyspace *keyspace)
{
    struct digest_walk walk = {0};

    for (; walk.db < DATABASES; walk.db++)
        keyspace_each(keyspace, walk.db, add_entry, &walk);
    return walk.sum;
}

static void expect_to_come_back(struct house *house, struct keyspace *keyspace, bool complete)
{
    struct keyspace *again = keyspace_new(DATABASES, false);
    struct value_digest first = digest_of(keyspace), second;
    struct rdb_load facts;

    save(house, keyspace, complete);
    CHECK(load(house, again, &facts, NULL) == 0);
    second = digest_of(again);
    CHECK(memcmp(&first, &second, sizeof(first)) == 0);
    keyspace_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct keyspace *keyspace = keyspace_new(DATABASES, false);
    struct twin *twin = twin_new();
    struct house house = {.io = twin_io(twin)};
    struct diag diag = {0};
    struct rdb_load facts;
    int rc;

    settings_init(&house.settings);
    values_register(&house.loaders);
    CHECK(io_replace_file(house.io, path, span_of((const char *)data, size), NULL) == 0);
    rc = load(&house, keyspace, &facts, &diag);
    CHECK(facts.end <= size);
    if (rc < 0) {
        CHECK(rc == ERR_DAMAGED && diag.text[0]);
    } else {
        expect_to_come_back(&house, keyspace, false);
        expect_to_come_back(&house, keyspace, true);
    }
    keyspace_free(keyspace);
    twin_free(twin);
    return 0;
}
