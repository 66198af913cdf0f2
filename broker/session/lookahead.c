#include "broker/session/lookahead.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/hash/key_hash.h"
#include "storage/keyspace/keyspace.h"

#include <ctype.h>
#include <string.h>

/* A pipeline often says the same thing again and again. */
static bool says_the_same(const struct call *call, const struct call *before, unsigned at)
{
    return before && at < before->argc && span_equal(call->argv[at], before->argv[at]);
}

static void find_command(const struct registry *registry, struct call *call,
                         const struct call *before)
{
    if (call->argc > 0)
        call->command = says_the_same(call, before, 0) ? before->command
                                                       : registry_find(registry, call->argv[0]);
}

static void find_key(struct call *call, const struct call *before)
{
    unsigned at = call->command ? call->command->key_at : 0;

    if (at == 0 || at >= call->argc)
        return;
    call->key_at = at;
    call->same_key = before && before->key_at == at && says_the_same(call, before, at);
    call->key_hash = call->same_key ? before->key_hash : key_hash(call->argv[at]);
}

/* Appends without options, of which some remove entries: the id follows the key. */
static bool appends_only(const struct call *call)
{
    const struct span *id = &call->argv[2];

    return call->command && call->command->spec->flags & CMD_APPENDS && call->key_at == 1 &&
           call->argc > 2 && id->size > 0 &&
           (id->data[0] == '*' || isdigit((unsigned char)id->data[0]));
}

static bool goes_on(const struct call *call, const struct call *next)
{
    return call->command == next->command && next->same_key && appends_only(next);
}

/* The call that the parser has complete, with its arguments where they stay. */
static void add(struct lookahead *self, const struct session *session, struct span *argv,
                size_t size)
{
    const struct registry *registry = session->reactor->server->registry;
    struct call *call = &self->calls[self->count++];
    const struct call *before = self->count > 1 ? call - 1 : NULL;

    *call = (struct call){.argc = session->parser.argc, .argv = argv, .size = size};
    find_command(registry, call, before);
    find_key(call, before);
    if (before)
        call[-1].goes_on = goes_on(before, call);
}

/* Two passes, so that none waits for what it has just asked for. */
static void fetch(const struct lookahead *self, const struct session *session)
{
    struct keyspace *keyspace = session->reactor->server->keyspace;

    if (atomic_load_explicit(&session->reactor->server->loading, memory_order_relaxed))
        return; /* by a thread that does not lock */
    for (size_t i = 0; i < self->count; i++)
        if (self->calls[i].key_at && !self->calls[i].same_key)
            keyspace_prefetch(keyspace, session->db, self->calls[i].key_hash, PREFETCH_PLACE);
    for (size_t i = 0; i < self->count; i++)
        if (self->calls[i].key_at && !self->calls[i].same_key)
            keyspace_prefetch(keyspace, session->db, self->calls[i].key_hash, PREFETCH_ENTRY);
}

/* Words of an inline request lie in the parser; what an unauthenticated client sends is judged by
 * what it was before, one call at a time. */
static bool may_copy(const struct session *session, const char *data, size_t size, size_t used)
{
    return data[0] == '*' && size > used && !session->parser.limits.unauthenticated &&
           session->parser.argc > 0;
}

static int read_batch(struct lookahead *self, struct session *session, const char *data,
                      size_t size)
{
    struct request_parser *parser = &session->parser;
    struct span *room = self->argv, *const end = self->argv + LOOKAHEAD_ARGUMENTS;
    size_t most = (size_t)server_config(session->reactor->server)->lookahead;
    size_t at = 0, used = 0;
    int rc = request_parser_feed(parser, data, size, &used);

    self->count = 0;
    self->is_borrowed = false;
    if (rc <= 0)
        return rc;
    if (!may_copy(session, data, size, used) || parser->argc > LOOKAHEAD_ARGUMENTS) {
        self->is_borrowed = true;
        add(self, session, parser->argv, used);
        return 1;
    }
    while (rc > 0 && data[at] == '*' && parser->argc <= (size_t)(end - room) &&
           self->count < LOOKAHEAD_CALLS && self->count < most) {
        memcpy(room, parser->argv, parser->argc * sizeof(*room));
        add(self, session, room, used);
        room += parser->argc;
        at += used;
        request_parser_reset(parser);
        rc = at < size ? request_parser_feed(parser, data + at, size - at, &used) : 0;
    }
    if (rc != 0)
        request_parser_reset(parser); /* it is read again when it is its turn */
    if (self->count > 1)
        fetch(self, session);
    return 1;
}

int lookahead_read(struct lookahead *self, struct session *session, const char *data, size_t size)
{
    struct reactor_stats *stats = &session->reactor->stats;
    int rc = read_batch(self, session, data, size);

    if (rc > 0) {
        stats->parse_batches++;
        stats->parse_batch_calls += self->count;
    }
    return rc;
}
