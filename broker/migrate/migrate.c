#include "broker/migrate/migrate.h"
#include "broker/net/peer.h"
#include "broker/net/tls.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"
#include "storage/rdb/rdb_value.h"

#include <stdio.h>

enum {
    SEND_AT_ONCE = 1024 * 1024, /* bytes of commands before replies are read */
};

void migrate_release(struct migrate *migrate)
{
    for (size_t i = 0; i < migrate->key_count; i++) {
        buffer_release(&migrate->keys[i].name);
        buffer_release(&migrate->keys[i].payload);
    }
    mem_free(migrate->keys);
    buffer_release(&migrate->host);
    buffer_release(&migrate->port);
    buffer_release(&migrate->user);
    buffer_release(&migrate->password);
    tls_free(migrate->tls);
}

void migrate_add(struct migrate *migrate, struct request *rq, struct key key)
{
    struct entry *entry = keyspace_find(rq, key, FIND_QUIET);
    struct migrate_key *noted;

    if (!entry)
        return;
    migrate->keys = mem_realloc(migrate->keys, (migrate->key_count + 1) * sizeof(*migrate->keys));
    noted = &migrate->keys[migrate->key_count++];
    *noted = (struct migrate_key){.expire_ms = entry_expire_ms(entry)};
    buffer_append_span(&noted->name, key.name);
    rdb_dump(entry, rq->settings->rdbcompression, &noted->payload);
}

bool migrate_is_unchanged(const struct migrate_key *noted, struct request *rq, struct key key)
{
    struct entry *entry = keyspace_find(rq, key, FIND_QUIET);
    struct buffer payload = {0};
    bool same;

    if (!entry || entry_expire_ms(entry) != noted->expire_ms)
        return false;
    rdb_dump(entry, rq->settings->rdbcompression, &payload);
    same = span_equal(span_of(payload.data, payload.size),
                      span_of(noted->payload.data, noted->payload.size));
    buffer_release(&payload);
    return same;
}

static struct span bytes_of(const struct buffer *buffer)
{
    return span_of(buffer->data, buffer->size);
}

static void write_greeting(const struct migrate *migrate, struct buffer *out, size_t *replies)
{
    char db[NUM_TEXT_LIMIT];
    struct span select[] = {SPAN("SELECT"), span_of(db, num_format_i64(db, migrate->target_db))};
    struct span auth[3] = {SPAN("AUTH")};
    size_t words = 1;

    if (migrate->authenticate) {
        if (migrate->user.size)
            auth[words++] = bytes_of(&migrate->user);
        auth[words++] = bytes_of(&migrate->password);
        resp_write_command(out, words, auth);
        ++*replies;
    }
    resp_write_command(out, 2, select);
    ++*replies;
}

static void write_restore(const struct migrate *migrate, const struct migrate_key *key,
                          int64_t now_ms, struct buffer *out)
{
    int64_t ttl = key->expire_ms < 0 ? 0 : key->expire_ms - now_ms;
    char text[NUM_TEXT_LIMIT];
    struct span words[5] = {SPAN("RESTORE"), bytes_of(&key->name)};

    if (key->expire_ms >= 0 && ttl < 1)
        ttl = 1;
    words[2] = span_of(text, num_format_i64(text, ttl));
    words[3] = bytes_of(&key->payload);
    words[4] = SPAN("REPLACE");
    resp_write_command(out, migrate->replace ? 5 : 4, words);
}

static void note_problem(struct migrate *migrate, const char *doing)
{
    if (!migrate->error[0])
        snprintf(migrate->error, sizeof(migrate->error),
                 "IOERR error or timeout %s to target instance", doing);
}

/* Reads one reply. False after a failure; an error of the target is noted and goes on. */
static bool read_reply(struct migrate *migrate, struct peer *peer, struct arena *arena, bool *ok)
{
    const struct resp_value *value;

    *ok = false;
    arena_reset(arena);
    if (peer_read(peer, arena, &value) < 0) {
        note_problem(migrate, "reading");
        return false;
    }
    *ok = value->type != RESP_ERROR;
    if (!*ok && !migrate->error[0])
        snprintf(migrate->error, sizeof(migrate->error),
                 "ERR Target instance replied with error: %.*s", SPAN_ARGS(value->text));
    return true;
}

/* Sends the commands gathered for keys [from, to) and reads their replies. */
static bool exchange(struct migrate *migrate, struct peer *peer, struct arena *arena,
                     struct buffer *commands, size_t from, size_t to)
{
    bool ok;

    if (peer_send(peer, bytes_of(commands)) < 0) {
        note_problem(migrate, "writing");
        return false;
    }
    buffer_clear(commands);
    for (size_t i = from; i < to; i++) {
        if (migrate->keys[i].accepted)
            continue;
        if (!read_reply(migrate, peer, arena, &ok))
            return false;
        migrate->keys[i].accepted = ok;
    }
    return true;
}

static void send_keys(struct migrate *migrate, struct peer *peer, struct arena *arena,
                      int64_t now_ms)
{
    struct buffer commands = {0};
    size_t greetings = 0, from = 0;
    bool going, ok;

    write_greeting(migrate, &commands, &greetings);
    going = peer_send(peer, bytes_of(&commands)) == 0;
    if (!going)
        note_problem(migrate, "writing");
    buffer_clear(&commands);
    for (; going && greetings > 0; greetings--)
        going = read_reply(migrate, peer, arena, &ok) && ok;
    for (size_t i = 0; going && i < migrate->key_count; i++) {
        if (!migrate->keys[i].accepted)
            write_restore(migrate, &migrate->keys[i], now_ms, &commands);
        if (commands.size < SEND_AT_ONCE && i + 1 < migrate->key_count)
            continue;
        going = exchange(migrate, peer, arena, &commands, from, i + 1);
        from = i + 1;
    }
    buffer_release(&commands);
}

void migrate_send(struct migrate *migrate, int64_t now_ms, const atomic_bool *cancel)
{
    struct peer_address address = {.host = migrate->host.data, .port = migrate->port.data};
    bool plain = !migrate->tls;
    struct arena *arena;
    struct peer *peer;

    migrate->error[0] = '\0';
    migrate->unreachable = (struct diag){0};
    peer = peer_connect_take(&address, migrate->tls, migrate->timeout_ms, cancel,
                             &migrate->unreachable);
    migrate->tls = NULL;
    if (!peer) {
        if (plain && migrate->unreachable.code == ERR_IO)
            note_problem(migrate, "writing"); /* refused: as Redis, which notices it then */
        else
            snprintf(migrate->error, sizeof(migrate->error),
                     "IOERR error or timeout connecting to the client");
        return;
    }
    arena = arena_new();
    send_keys(migrate, peer, arena, now_ms);
    arena_free(arena);
    peer_free(peer);
}
