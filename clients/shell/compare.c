#include "clients/shell/compare.h"
#include "core/base/mem.h"
#include "core/bytes/buffer.h"

#include <stdlib.h>
#include <string.h>

enum {
    SETTLED = 3,  /* readings in a row that saw the same difference */
    ATTEMPTS = 5, /* of a batch, when a connection breaks */
    SUSPECT_LIMIT = 200000,
    SUSPECTS_SHOWN = 20,
    NAME_SHOWN = 80,
    REASON_SIZE = 100,
    SCAN_COUNT = KEY_BATCH * 3 / 4
};

struct suspect {
    int database;
    char *name;
    size_t size;
    char reason[REASON_SIZE];
    unsigned char seen[DIGEST_SIZE]; /* what both servers had */
    int same;                        /* how many readings in a row saw that */
};

struct comparison {
    struct compare_options options;
    struct key_reader *redis;
    struct key_reader *ours;
    struct side *failed;
    struct suspect *suspects;
    size_t count;
    size_t capacity;
    struct digest *digest;
    bool partial;
    bool functions_differ;
    uint64_t done;
    uint64_t total;
};

struct comparison *comparison_new(const struct compare_options *options)
{
    struct comparison *self = mem_zalloc(sizeof(*self));

    self->options = *options;
    self->digest = digest_new();
    self->redis = key_reader_new(options->redis, options->abilities);
    self->ours = key_reader_new(options->ours, options->abilities);
    return self;
}

static void forget(struct comparison *self, size_t from)
{
    for (size_t i = from; i < self->count; i++)
        mem_free(self->suspects[i].name);
    self->count = from;
}

void comparison_free(struct comparison *self)
{
    if (!self)
        return;
    forget(self, 0);
    mem_free(self->suspects);
    key_reader_free(self->redis);
    key_reader_free(self->ours);
    digest_free(self->digest);
    mem_free(self);
}

struct side *comparison_failed(const struct comparison *self)
{
    return self->failed;
}

uint64_t comparison_done(const struct comparison *self)
{
    return self->done;
}

uint64_t comparison_total(const struct comparison *self)
{
    return self->total;
}

size_t comparison_suspects(const struct comparison *self)
{
    return self->count + self->functions_differ;
}

size_t comparison_settled(const struct comparison *self)
{
    size_t settled = self->functions_differ;

    for (size_t i = 0; i < self->count; i++)
        settled += self->suspects[i].same >= SETTLED;
    return settled;
}

bool comparison_is_partial(const struct comparison *self)
{
    return self->partial;
}

/* Adds one; NULL when there are too many. */
static struct suspect *suspect(struct comparison *self, int database, struct span name,
                               const char *reason)
{
    struct suspect *added;

    if (self->count == SUSPECT_LIMIT) {
        self->partial = true;
        return NULL;
    }
    if (self->count == self->capacity) {
        self->capacity = self->capacity ? 2 * self->capacity : 64;
        self->suspects = mem_realloc(self->suspects, self->capacity * sizeof(*self->suspects));
    }
    added = &self->suspects[self->count++];
    memset(added, 0, sizeof(*added));
    added->database = database;
    added->name = mem_alloc(name.size + 1);
    memcpy(added->name, name.data, name.size);
    added->size = name.size;
    snprintf(added->reason, sizeof(added->reason), "%s", reason);
    return added;
}

/* ---- Batches ---- */

static int failed(struct comparison *self, struct side *side, int rc)
{
    self->failed = side;
    return rc;
}

static int try_batch(struct comparison *self, int database, const struct span *names, size_t count)
{
    struct side *sides[] = {self->options.redis, self->options.ours};
    struct key_reader *readers[] = {self->redis, self->ours};

    for (size_t i = 0; i < 2; i++) {
        int rc = side_select(sides[i], database);

        if (rc != MS_OK)
            return failed(self, sides[i], rc);
        key_reader_begin(readers[i], names, count);
    }
    for (int step = 0; step < KEY_READER_STEPS; step++) {
        for (size_t i = 0; i < 2; i++) {
            int rc = key_reader_step(readers[i], step);

            if (rc != MS_OK)
                return failed(self, sides[i], rc);
        }
    }
    return MS_OK;
}

/* Reads up to KEY_BATCH keys on both servers. */
static int read_batch(struct comparison *self, int database, const struct span *names, size_t count)
{
    int rc = MS_OK;

    if (!self->options.tick(self->options.context))
        return MS_ERROR_STOPPED;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        rc = try_batch(self, database, names, count);
        if (rc == MS_OK)
            return MS_OK;
        if (rc == MS_ERROR_REPLY)
            break; /* NOPERM, LOADING: not by a second try */
        ms_connection_close(self->options.redis->connection);
        ms_connection_close(self->options.ours->connection);
        if (!self->options.tick(self->options.context))
            return MS_ERROR_STOPPED;
    }
    return rc;
}

static const char *difference(struct comparison *self, size_t at)
{
    return key_state_difference(key_reader_state(self->redis, at),
                                key_reader_state(self->ours, at));
}

/* A key that both servers leave as it is, and not the same, is no key that only changes a lot. */
static void remember(struct comparison *self, struct suspect *one, size_t at)
{
    const struct key_state *states[] = {key_reader_state(self->redis, at),
                                        key_reader_state(self->ours, at)};

    digest_begin(self->digest);
    for (size_t i = 0; i < 2; i++) {
        digest_text(self->digest, span_text(states[i]->type));
        digest_number(self->digest, states[i]->expires_ms);
        digest_number(self->digest, states[i]->size);
        digest_text(self->digest, span_of((const char *)states[i]->content, DIGEST_SIZE));
        digest_text(self->digest, span_of((const char *)states[i]->groups, DIGEST_SIZE));
    }
    digest_end(self->digest, one->seen);
    one->same = states[0]->failed || states[1]->failed ? 0 : 1;
}

static int compare_names(struct comparison *self, int database, const struct span *names,
                         size_t count)
{
    for (size_t from = 0; from < count; from += KEY_BATCH) {
        size_t some = count - from < KEY_BATCH ? count - from : KEY_BATCH;
        int rc = read_batch(self, database, names + from, some);

        if (rc != MS_OK)
            return rc;
        for (size_t i = 0; i < some; i++) {
            const char *reason = difference(self, i);
            struct suspect *added = NULL;

            if (reason)
                added = suspect(self, database, names[from + i], reason);
            if (added)
                remember(self, added, i);
        }
        self->done += some;
    }
    return MS_OK;
}

/* ---- A pass ---- */

/* Of names of ours those that the Redis does not have are put at the beginning; *count becomes
 * theirs. */
static int keep_surplus(struct comparison *self, int database, struct span *names, size_t *count)
{
    struct side *redis = self->options.redis;
    size_t kept = 0;
    int rc = side_select(redis, database);

    for (size_t i = 0; i < *count && rc == MS_OK; i++)
        rc = ms_sendf(redis->connection, "EXISTS %b", names[i].data, names[i].size);
    for (size_t i = 0; i < *count && rc == MS_OK; i++) {
        struct ms_reply *reply;

        rc = ms_receive(redis->connection, &reply);
        if (rc == MS_OK && ms_value_integer(ms_reply_value(reply)) == 0)
            names[kept++] = names[i];
        ms_reply_free(reply);
    }
    *count = kept;
    return rc == MS_OK ? MS_OK : failed(self, redis, rc);
}

static int scan_page(struct comparison *self, struct side *side, int database,
                     const struct ms_value *keys)
{
    size_t count = ms_value_count(keys);
    struct span *names = mem_alloc((count + 1) * sizeof(*names));
    int rc = MS_OK;

    for (size_t i = 0; i < count; i++) {
        names[i].size = 0;
        names[i].data = ms_value_text(ms_value_at(keys, i), &names[i].size);
    }
    if (side == self->options.ours) {
        if (!self->options.tick(self->options.context))
            rc = MS_ERROR_STOPPED;
        else
            rc = keep_surplus(self, database, names, &count);
    }
    if (rc == MS_OK)
        rc = compare_names(self, database, names, count);
    mem_free(names);
    return rc;
}

/* Goes through the names of one server. A cursor stays good over a new connection. */
static int scan(struct comparison *self, struct side *side, int database)
{
    char cursor[24] = "0";
    int left = ATTEMPTS;

    for (;;) {
        struct ms_reply *reply = NULL;
        int rc = side_select(side, database);

        if (rc == MS_OK)
            rc = ms_commandf(side->connection, &reply, "SCAN %s COUNT %d", cursor, SCAN_COUNT);
        if (rc != MS_OK) {
            failed(self, side, rc);
        } else {
            const struct ms_value *page = ms_reply_value(reply);
            const char *next = ms_value_text(ms_value_at(page, 0), NULL);

            rc = scan_page(self, side, database, ms_value_at(page, 1));
            if (rc == MS_OK)
                snprintf(cursor, sizeof(cursor), "%s", next ? next : "0");
        }
        ms_reply_free(reply);
        if (rc == MS_OK && strcmp(cursor, "0") == 0)
            return MS_OK;
        if (rc == MS_ERROR_STOPPED || rc == MS_ERROR_REPLY || (rc != MS_OK && --left == 0))
            return rc;
    }
}

static int compare_functions(struct comparison *self)
{
    struct side *sides[] = {self->options.redis, self->options.ours};
    unsigned char results[2][DIGEST_SIZE];
    int rc = MS_OK;

    self->functions_differ = false;
    for (size_t i = 0; i < 2 && rc == MS_OK && self->options.functions; i++) {
        struct ms_reply *reply;

        rc = ms_commandf(sides[i]->connection, &reply, "FUNCTION LIST WITHCODE");
        if (rc != MS_OK)
            failed(self, sides[i], rc);
        digest_begin(self->digest);
        digest_functions(self->digest, ms_reply_value(reply));
        digest_end(self->digest, results[i]);
        ms_reply_free(reply);
    }
    if (rc == MS_OK && self->options.functions)
        self->functions_differ = memcmp(results[0], results[1], DIGEST_SIZE) != 0;
    return rc;
}

static int count_keys(struct comparison *self, struct side *side, int database, int64_t *keys)
{
    struct ms_reply *reply;
    int rc = side_select(side, database);

    *keys = 0;
    if (rc != MS_OK)
        return failed(self, side, rc);
    rc = ms_commandf(side->connection, &reply, "DBSIZE");
    *keys = ms_value_integer(ms_reply_value(reply));
    ms_reply_free(reply);
    return rc == MS_OK ? rc : failed(self, side, rc);
}

int comparison_pass(struct comparison *self)
{
    int rc = MS_OK;

    forget(self, 0);
    self->partial = false;
    self->done = self->total = 0;
    for (int db = 0; db < self->options.databases && rc == MS_OK; db++) {
        int64_t keys;

        rc = count_keys(self, self->options.redis, db, &keys);
        self->total += (uint64_t)keys;
    }
    for (int db = 0; db < self->options.databases && rc == MS_OK; db++) {
        rc = scan(self, self->options.redis, db);
        if (rc == MS_OK)
            rc = scan(self, self->options.ours, db);
    }
    return rc == MS_OK ? compare_functions(self) : rc;
}

/* ---- Suspects ---- */

static int by_database(const void *a, const void *b)
{
    const struct suspect *left = a;
    const struct suspect *right = b;
    int order = span_compare(span_of(left->name, left->size), span_of(right->name, right->size));

    if (left->database != right->database)
        return left->database < right->database ? -1 : 1;
    return order;
}

/* Counts on for those that are as they were. Both lists are in order. */
static void count_same(struct comparison *self, const struct suspect *old, size_t count)
{
    for (size_t i = 0; i < self->count; i++) {
        struct suspect *one = &self->suspects[i];
        const struct suspect *before = bsearch(one, old, count, sizeof(*old), by_database);

        if (before && one->same > 0 && memcmp(before->seen, one->seen, DIGEST_SIZE) == 0)
            one->same = before->same + 1;
    }
}

int comparison_again(struct comparison *self)
{
    struct suspect *old = self->suspects;
    size_t count = self->count;
    struct span names[KEY_BATCH];
    uint64_t done = self->done;
    int rc = compare_functions(self);
    size_t at = 0;

    self->suspects = NULL;
    self->count = self->capacity = 0;
    if (count > 0)
        qsort(old, count, sizeof(*old), by_database);
    while (at < count && rc == MS_OK) {
        int database = old[at].database;
        size_t first = at;
        size_t some = 0;

        for (; at < count && some < KEY_BATCH && old[at].database == database; at++)
            if (at == first || by_database(&old[at], &old[at - 1]) != 0)
                names[some++] = span_of(old[at].name, old[at].size);
        rc = compare_names(self, database, names, some);
        if (rc != MS_OK)
            at = first;
    }
    for (; at < count; at++) /* not read: still suspects */
        suspect(self, old[at].database, span_of(old[at].name, old[at].size), old[at].reason);
    if (count > 0)
        count_same(self, old, count);
    for (size_t i = 0; i < count; i++)
        mem_free(old[i].name);
    mem_free(old);
    self->done = done;
    return rc;
}

/* ---- Results ---- */

bool comparison_counts(struct comparison *self, char *error, size_t error_size)
{
    for (int db = 0; db < self->options.databases; db++) {
        int64_t redis;
        int64_t ours;

        if (count_keys(self, self->options.redis, db, &redis) != MS_OK ||
            count_keys(self, self->options.ours, db, &ours) != MS_OK) {
            snprintf(error, error_size, "%s", side_error(self->failed));
            return false;
        }
        if (redis != ours) {
            snprintf(error, error_size, "database %d: %lld keys there, %lld here", db,
                     (long long)redis, (long long)ours);
            return false;
        }
    }
    return true;
}

static void print_name(struct span name, FILE *to)
{
    size_t shown = name.size < NAME_SHOWN ? name.size : NAME_SHOWN;

    fputc('"', to);
    for (size_t i = 0; i < shown; i++) {
        unsigned char byte = (unsigned char)name.data[i];

        if (byte == '"' || byte == '\\')
            fprintf(to, "\\%c", byte);
        else if (byte < ' ' || byte >= 127)
            fprintf(to, "\\x%02x", byte);
        else
            fputc(byte, to);
    }
    fputs(shown < name.size ? "\"..." : "\"", to);
}

void comparison_print(const struct comparison *self, FILE *to)
{
    for (size_t i = 0; i < self->count && i < SUSPECTS_SHOWN; i++) {
        const struct suspect *one = &self->suspects[i];

        fprintf(to, "  database %d, key ", one->database);
        print_name(span_of(one->name, one->size), to);
        fprintf(to, ": %s\n", one->reason);
    }
    if (self->count > SUSPECTS_SHOWN)
        fprintf(to, "  and %zu more\n", self->count - SUSPECTS_SHOWN);
    if (self->functions_differ)
        fprintf(to, "  the libraries of functions\n");
}
