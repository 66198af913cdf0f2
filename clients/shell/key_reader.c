#include "clients/shell/key_reader.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/num/num.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A batch:   step 0 sends TYPE and the time of each key      step 1 receives them, sends sizes
 *            step 2 receives those, sends reads of the small   step 3 receives them, reads the
 * large
 *
 * Sending before the other server's step receives is what makes both work at the same time. */

enum {
    SMALL_BYTES = 64 * 1024, /* of a string that is read at once */
    SMALL_ITEMS = 128,       /* of anything else */
    STRING_PAGE = 1024 * 1024,
    PAGE_FIRST = 128, /* items; grows and shrinks with what they take */
    PAGE_LIMIT = 8192,
    PAGE_SMALL_BYTES = 256 * 1024,
    PAGE_LARGE_BYTES = 4 * 1024 * 1024,
    PENDING_LIMIT = 10000, /* of a group that are read with their times; more without */
    PENDING_FEWEST = 10,
    PENDING_PAGE = 5000,
    ID_SIZE = 48
};

struct key_reader {
    struct side *side;
    struct key_abilities abilities;
    struct digest *digest;
    struct span names[KEY_BATCH];
    struct key_state states[KEY_BATCH];
    int64_t groups[KEY_BATCH]; /* of streams */
    uint64_t bytes[KEY_BATCH]; /* of what was read */
    size_t count;
};

static const struct {
    const char *type, *size, *read;
} kinds[] = {
    [KEY_MISSING] = {"none", NULL, NULL},
    [KEY_STRING] = {"string", "STRLEN %b", "GET %b"},
    [KEY_LIST] = {"list", "LLEN %b", "LRANGE %b 0 -1"},
    [KEY_SET] = {"set", "SCARD %b", "SMEMBERS %b"},
    [KEY_ZSET] = {"zset", "ZCARD %b", "ZRANGE %b 0 -1 WITHSCORES"},
    [KEY_HASH] = {"hash", "HLEN %b", "HGETALL %b"},
    [KEY_STREAM] = {"stream", "XINFO STREAM %b", "XRANGE %b - +"},
    [KEY_OTHER] = {"", NULL, NULL},
};

struct key_reader *key_reader_new(struct side *side, struct key_abilities abilities)
{
    struct key_reader *reader = mem_zalloc(sizeof(*reader));

    reader->side = side;
    reader->abilities = abilities;
    reader->digest = digest_new();
    return reader;
}

void key_reader_free(struct key_reader *reader)
{
    if (!reader)
        return;
    digest_free(reader->digest);
    mem_free(reader);
}

const struct key_state *key_reader_state(const struct key_reader *reader, size_t at)
{
    CHECK(at < reader->count);
    return &reader->states[at];
}

/* A key that is gone or of another type now makes its state worthless, no more: MS_OK, and what
 * came is no reply that could be digested. Any other failure ends the batch, with *reply NULL. */
static int take_status(struct key_state *state, int rc, struct ms_reply **reply)
{
    const char *text;

    if (rc == MS_OK)
        return MS_OK;
    text = ms_value_text(ms_reply_value(*reply), NULL);
    if (rc == MS_ERROR_REPLY && text &&
        (strncmp(text, "WRONGTYPE", 9) == 0 || strncmp(text, "ERR no such key", 15) == 0 ||
         strncmp(text, "NOGROUP", 7) == 0)) {
        state->failed = true;
        return MS_OK;
    }
    ms_reply_free(*reply);
    *reply = NULL;
    return rc;
}

static int receive(struct key_reader *reader, struct key_state *state, struct ms_reply **reply)
{
    return take_status(state, ms_receive(reader->side->connection, reply), reply);
}

static int send_read(struct key_reader *reader, const char *words, size_t at)
{
    return ms_sendf(reader->side->connection, words, reader->names[at].data,
                    reader->names[at].size);
}

static bool is_small(const struct key_state *state)
{
    return state->size <= (state->kind == KEY_STRING ? SMALL_BYTES : SMALL_ITEMS);
}

/* ---- Step 0 and 1: types and times ---- */

int key_reader_begin(struct key_reader *reader, const struct span *names, size_t count)
{
    CHECK(count <= KEY_BATCH);
    reader->count = count;
    for (size_t i = 0; i < count; i++)
        reader->names[i] = names[i].data ? names[i] : SPAN("");
    memset(reader->states, 0, sizeof(reader->states));
    memset(reader->groups, 0, sizeof(reader->groups));
    return MS_OK;
}

static int send_types(struct key_reader *reader)
{
    int rc = MS_OK;

    for (size_t i = 0; i < reader->count && rc == MS_OK; i++) {
        rc = send_read(reader, "TYPE %b", i);
        if (rc == MS_OK)
            rc =
                send_read(reader, reader->abilities.expiry_times ? "PEXPIRETIME %b" : "PTTL %b", i);
    }
    return rc == MS_OK ? ms_flush(reader->side->connection) : rc;
}

static void take_type(struct key_state *state, const struct ms_value *value)
{
    const char *text = ms_value_text(value, NULL);

    snprintf(state->type, sizeof(state->type), "%s", text ? text : "");
    state->kind = KEY_OTHER;
    for (size_t i = 0; i < KEY_OTHER; i++)
        if (strcmp(state->type, kinds[i].type) == 0)
            state->kind = (enum key_kind)i;
}

static int receive_types(struct key_reader *reader)
{
    for (size_t i = 0; i < reader->count; i++) {
        struct key_state *state = &reader->states[i];
        struct ms_reply *reply;
        int rc = receive(reader, state, &reply);

        if (rc != MS_OK)
            return rc;
        take_type(state, ms_reply_value(reply));
        ms_reply_free(reply);
        rc = receive(reader, state, &reply);
        if (rc != MS_OK)
            return rc;
        state->expires_ms = ms_value_integer(ms_reply_value(reply));
        if (!reader->abilities.expiry_times && state->expires_ms >= 0)
            state->expires_ms = 0;
        if (state->kind == KEY_MISSING)
            state->expires_ms = -2;
        ms_reply_free(reply);
    }
    return MS_OK;
}

/* ---- Step 1 and 2: sizes ---- */

static bool is_read(const struct key_state *state)
{
    return !state->failed && kinds[state->kind].size;
}

static int send_sizes(struct key_reader *reader)
{
    int rc = MS_OK;

    for (size_t i = 0; i < reader->count && rc == MS_OK; i++)
        if (is_read(&reader->states[i]))
            rc = send_read(reader, kinds[reader->states[i].kind].size, i);
    return rc == MS_OK ? ms_flush(reader->side->connection) : rc;
}

static int receive_sizes(struct key_reader *reader)
{
    for (size_t i = 0; i < reader->count; i++) {
        struct key_state *state = &reader->states[i];
        struct ms_reply *reply;
        const struct ms_value *value;
        int rc;

        if (!is_read(state))
            continue;
        rc = receive(reader, state, &reply);
        if (rc != MS_OK)
            return rc;
        value = ms_reply_value(reply);
        state->size = ms_value_integer(value);
        if (state->kind == KEY_STREAM) {
            state->size = ms_value_integer(ms_value_get(value, "length"));
            reader->groups[i] = ms_value_integer(ms_value_get(value, "groups"));
            digest_begin(reader->digest);
            state->failed |=
                !digest_stream(reader->digest, value, reader->abilities.stream_counters);
            digest_end(reader->digest, state->groups);
        }
        ms_reply_free(reply);
    }
    return MS_OK;
}

/* ---- Step 2 and 3: small ones whole ---- */

static bool take_content(struct digest *digest, enum key_kind kind, const struct ms_value *value)
{
    size_t size;
    const char *text;

    switch (kind) {
    case KEY_STRING:
        text = ms_value_type(value) == MS_STRING ? ms_value_text(value, &size) : NULL;
        if (text)
            digest_text(digest, span_of(text, size));
        return text != NULL;
    case KEY_LIST:
        return digest_list(digest, value);
    case KEY_SET:
        return digest_members(digest, value, 1);
    case KEY_HASH:
        return digest_members(digest, value, 2);
    case KEY_ZSET:
        return digest_scores(digest, value);
    case KEY_STREAM:
        return digest_entries(digest, value);
    default:
        return false;
    }
}

static int send_small(struct key_reader *reader)
{
    int rc = MS_OK;

    for (size_t i = 0; i < reader->count && rc == MS_OK; i++)
        if (is_read(&reader->states[i]) && is_small(&reader->states[i]))
            rc = send_read(reader, kinds[reader->states[i].kind].read, i);
    return rc == MS_OK ? ms_flush(reader->side->connection) : rc;
}

/* A stream's groups may come only once what was sent before has been received. */
static int receive_small(struct key_reader *reader)
{
    for (size_t i = 0; i < reader->count; i++) {
        struct key_state *state = &reader->states[i];
        struct ms_reply *reply;
        int rc;

        if (!is_read(state) || !is_small(state))
            continue;
        rc = receive(reader, state, &reply);
        if (rc != MS_OK)
            return rc;
        digest_begin(reader->digest);
        state->failed |= !take_content(reader->digest, state->kind, ms_reply_value(reply));
        reader->bytes[i] = digest_fed_bytes(reader->digest);
        digest_end(reader->digest, state->content);
        ms_reply_free(reply);
    }
    return MS_OK;
}

/* ---- Step 3: large ones in pages ---- */

struct page {
    int64_t at;         /* the first item */
    int64_t count;      /* items to ask for */
    char next[ID_SIZE]; /* of streams, and cursors */
};

static void fit_page(struct page *page, uint64_t bytes)
{
    if (bytes < PAGE_SMALL_BYTES && page->count < PAGE_LIMIT)
        page->count *= 2;
    else if (bytes > PAGE_LARGE_BYTES && page->count > 1)
        page->count /= 2;
}

/* The id that follows `id`: its second number and one more. */
static void next_id(const char *id, char to[ID_SIZE])
{
    char *end;
    uint64_t ms = strtoull(id, &end, 10);
    uint64_t seq = *end == '-' ? strtoull(end + 1, NULL, 10) : 0;

    if (++seq == 0)
        ms++;
    snprintf(to, ID_SIZE, "%" PRIu64 "-%" PRIu64, ms, seq);
}

static int ask_page(struct key_reader *reader, size_t i, const struct page *page,
                    struct ms_reply **reply)
{
    struct ms_connection *c = reader->side->connection;
    const char *name = reader->names[i].data;
    size_t size = reader->names[i].size;
    long long first = page->at;
    long long last = first + page->count - 1;
    long long count = page->count;

    switch (reader->states[i].kind) {
    case KEY_STRING:
        return ms_commandf(c, reply, "GETRANGE %b %lld %lld", name, size, first,
                           first + STRING_PAGE - 1);
    case KEY_LIST:
        return ms_commandf(c, reply, "LRANGE %b %lld %lld", name, size, first, last);
    case KEY_ZSET:
        return ms_commandf(c, reply, "ZRANGE %b %lld %lld WITHSCORES", name, size, first, last);
    case KEY_SET:
        return ms_commandf(c, reply, "SSCAN %b %s COUNT %lld", name, size, page->next, count);
    case KEY_HASH:
        return ms_commandf(c, reply, "HSCAN %b %s COUNT %lld", name, size, page->next, count);
    default:
        return ms_commandf(c, reply, "XRANGE %b %s + COUNT %lld", name, size, page->next, count);
    }
}

/* Feeds a page. 1: there is more, 0: it was the last, -1: it is no such page. */
static int take_page(struct key_reader *reader, size_t i, struct page *page,
                     const struct ms_value *value)
{
    const struct key_state *state = &reader->states[i];
    const struct ms_value *items = value;
    size_t count;

    if (state->kind == KEY_STRING) {
        size_t size = 0;
        const char *text = ms_value_text(value, &size);

        if (!text || size == 0)
            return -1;
        digest_text(reader->digest, span_of(text, size));
        page->at += (int64_t)size;
        return page->at < state->size;
    }
    if (state->kind == KEY_SET || state->kind == KEY_HASH) {
        const char *cursor = ms_value_text(ms_value_at(value, 0), NULL);

        items = ms_value_at(value, 1);
        if (!cursor || !take_content(reader->digest, state->kind, items))
            return -1;
        snprintf(page->next, ID_SIZE, "%s", cursor);
        return strcmp(cursor, "0") != 0;
    }
    if (!take_content(reader->digest, state->kind, items))
        return -1;
    count = ms_value_count(items) / (state->kind == KEY_ZSET ? 2 : 1);
    page->at += (int64_t)count;
    if (state->kind == KEY_STREAM && count > 0) {
        const char *id = ms_value_text(ms_value_at(ms_value_at(items, count - 1), 0), NULL);

        next_id(id ? id : "0", page->next);
    }
    return (int64_t)count == page->count;
}

static int read_large(struct key_reader *reader, size_t i)
{
    struct key_state *state = &reader->states[i];
    struct page page = {.count = PAGE_FIRST};
    int more = 1;

    snprintf(page.next, ID_SIZE, "%s", state->kind == KEY_STREAM ? "-" : "0");
    digest_begin(reader->digest);
    while (more > 0) {
        struct ms_reply *reply;
        uint64_t before = digest_fed_bytes(reader->digest);
        int rc = take_status(state, ask_page(reader, i, &page, &reply), &reply);

        if (rc != MS_OK)
            return rc;
        more = take_page(reader, i, &page, ms_reply_value(reply));
        ms_reply_free(reply);
        fit_page(&page, digest_fed_bytes(reader->digest) - before);
    }
    state->failed |= more < 0;
    reader->bytes[i] = digest_fed_bytes(reader->digest);
    digest_end(reader->digest, state->content);
    return MS_OK;
}

/* ---- Step 3: groups ---- */

/* XPENDING of a group page after page. */
static int read_pending(struct key_reader *reader, size_t i, struct span group)
{
    struct ms_connection *c = reader->side->connection;
    char next[ID_SIZE] = "-";
    size_t count = PENDING_PAGE;

    while (count == PENDING_PAGE) {
        struct ms_reply *reply;
        const struct ms_value *value;
        int rc = ms_commandf(c, &reply, "XPENDING %b %b %s + %d", reader->names[i].data,
                             reader->names[i].size, group.data, group.size, next, PENDING_PAGE);

        rc = take_status(&reader->states[i], rc, &reply);
        if (rc != MS_OK)
            return rc;
        value = ms_reply_value(reply);
        reader->states[i].failed |= !digest_pending(reader->digest, value);
        count = ms_value_count(value);
        if (count > 0 && ms_value_text(ms_value_at(ms_value_at(value, count - 1), 0), NULL))
            next_id(ms_value_text(ms_value_at(ms_value_at(value, count - 1), 0), NULL), next);
        ms_reply_free(reply);
    }
    return MS_OK;
}

/* How many entries XINFO STREAM FULL may give: its limit is for entries and for pending ones. It
 * follows from the content, so that both servers are asked alike. `bytes`: of the content. */
static int pending_limit(const struct key_state *state, uint64_t bytes)
{
    uint64_t each = state->size > 0 ? bytes / (uint64_t)state->size + 1 : 1;
    uint64_t limit = PAGE_LARGE_BYTES / each;

    if (limit < PENDING_FEWEST)
        limit = PENDING_FEWEST;
    return limit > PENDING_LIMIT ? PENDING_LIMIT : (int)limit;
}

/* Reads the groups; what XINFO STREAM said is in `groups` already, and becomes part of it. */
static int read_groups(struct key_reader *reader, size_t i)
{
    struct key_state *state = &reader->states[i];
    int limit = pending_limit(state, reader->bytes[i]);
    const struct ms_value *groups;
    struct ms_reply *reply;
    int rc = ms_commandf(reader->side->connection, &reply, "XINFO STREAM %b FULL COUNT %d",
                         reader->names[i].data, reader->names[i].size, limit);

    rc = take_status(state, rc, &reply);
    if (rc != MS_OK)
        return rc;
    digest_begin(reader->digest);
    digest_text(reader->digest, span_of((const char *)state->groups, DIGEST_SIZE));
    state->failed |= !digest_groups(reader->digest, ms_reply_value(reply));
    groups = ms_value_get(ms_reply_value(reply), "groups");
    for (size_t j = 0; j < ms_value_count(groups) && rc == MS_OK; j++) {
        const struct ms_value *group = ms_value_at(groups, j);
        size_t size = 0;
        const char *name = ms_value_text(ms_value_get(group, "name"), &size);

        if (name && ms_value_integer(ms_value_get(group, "pel-count")) > limit)
            rc = read_pending(reader, i, span_of(name, size));
    }
    digest_end(reader->digest, state->groups);
    ms_reply_free(reply);
    return rc;
}

static int read_rest(struct key_reader *reader)
{
    int rc = MS_OK;

    for (size_t i = 0; i < reader->count && rc == MS_OK; i++) {
        struct key_state *state = &reader->states[i];

        if (!is_read(state))
            continue;
        if (!is_small(state))
            rc = read_large(reader, i);
        if (rc == MS_OK && !state->failed && reader->groups[i] > 0)
            rc = read_groups(reader, i);
    }
    return rc;
}

int key_reader_step(struct key_reader *reader, int step)
{
    int rc;

    switch (step) {
    case 0:
        return send_types(reader);
    case 1:
        rc = receive_types(reader);
        return rc == MS_OK ? send_sizes(reader) : rc;
    case 2:
        rc = receive_sizes(reader);
        return rc == MS_OK ? send_small(reader) : rc;
    default:
        rc = receive_small(reader);
        return rc == MS_OK ? read_rest(reader) : rc;
    }
}

/* ---- Comparing ---- */

const char *key_state_difference(const struct key_state *redis, const struct key_state *ours)
{
    static char words[128];

    if (redis->failed || ours->failed)
        return "it changes while it is read";
    if (redis->kind != ours->kind || strcmp(redis->type, ours->type) != 0) {
        if (redis->kind == KEY_MISSING || ours->kind == KEY_MISSING)
            return redis->kind == KEY_MISSING ? "only this server has it" : "only the Redis has it";
        snprintf(words, sizeof(words), "type: %s there, %s here", redis->type, ours->type);
        return words;
    }
    if (redis->kind == KEY_OTHER) {
        snprintf(words, sizeof(words), "type %s cannot be compared", redis->type);
        return words;
    }
    if (redis->size != ours->size) {
        snprintf(words, sizeof(words), "%s: %lld %s there, %lld here", redis->type,
                 (long long)redis->size, redis->kind == KEY_STRING ? "bytes" : "items",
                 (long long)ours->size);
        return words;
    }
    if (memcmp(redis->content, ours->content, DIGEST_SIZE) != 0) {
        snprintf(words, sizeof(words), "%s: the content", redis->type);
        return words;
    }
    if (memcmp(redis->groups, ours->groups, DIGEST_SIZE) != 0)
        return "stream: ids, groups, consumers or pending entries";
    if (redis->expires_ms != ours->expires_ms) {
        snprintf(words, sizeof(words), "it expires at %lld there, at %lld here",
                 (long long)redis->expires_ms, (long long)ours->expires_ms);
        return words;
    }
    return NULL;
}
