#include "broker/session/himport_commands.h"
#include "broker/session/session.h"
#include "core/base/mem.h"
#include "types/hash/hash_import.h"

#include <string.h>

enum {
    FIELDSETS_LIMIT = 1024,              /* of a connection */
    FIELDSETS_BYTES = 256 * 1024 * 1024, /* of all its field sets together */
};

/* The names of the set and of its fields follow the arrays, all in one block. */
struct prepared {
    struct prepared *next;
    struct span name;
    struct hash_fieldset set;
    size_t bytes;
};

struct himport {
    struct prepared *first;
    size_t count, bytes;
};

/* --- The sets of a session. */

static void drop(struct himport *himport, struct prepared **link)
{
    struct prepared *prepared = *link;

    *link = prepared->next;
    himport->count--;
    himport->bytes -= prepared->bytes;
    mem_free(prepared);
}

void himport_free(struct himport *himport)
{
    if (!himport)
        return;
    while (himport->first)
        drop(himport, &himport->first);
    mem_free(himport);
}

size_t himport_memory(const struct himport *himport)
{
    return himport ? sizeof(*himport) + himport->bytes : 0;
}

/* The link to the set of that name; it holds NULL if there is none. */
static struct prepared **find(struct himport *himport, struct span name)
{
    struct prepared **link = &himport->first;

    while (*link && !span_equal((*link)->name, name))
        link = &(*link)->next;
    return link;
}

static struct span copy_to(char **at, struct span bytes)
{
    struct span copy = span_of(*at, bytes.size);

    if (bytes.size)
        memcpy(*at, bytes.data, bytes.size);
    *at += bytes.size;
    return copy;
}

/* A set of these fields in a block of its own, or NULL if one comes twice. */
static struct prepared *prepared_new(struct span name, const struct span *fields, size_t count)
{
    size_t bytes = sizeof(struct prepared) + count * (sizeof(*fields) + sizeof(uint32_t));
    struct prepared *prepared;
    char *text;

    for (size_t i = 0; i < count; i++)
        bytes += fields[i].size;
    prepared = mem_alloc(bytes + name.size);
    prepared->bytes = bytes + name.size;
    prepared->set.fields = (struct span *)(prepared + 1);
    prepared->set.values = (uint32_t *)(prepared->set.fields + count);
    text = (char *)(prepared->set.values + count);
    prepared->name = copy_to(&text, name);
    if (!hash_fieldset_fill(&prepared->set, fields, count)) {
        mem_free(prepared);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        prepared->set.fields[i] = copy_to(&text, prepared->set.fields[i]);
    return prepared;
}

/* --- Handlers. */

static struct himport *himport_get(struct request *rq)
{
    struct session *session = request_session(rq);

    if (!session->himport)
        session->himport = mem_zalloc(sizeof(*session->himport));
    return session->himport;
}

/* HIMPORT PREPARE fieldset-name field [field ...]: replaces a set of that name. */
static void prepare(struct request *rq, struct reply *out)
{
    struct himport *himport = himport_get(rq);
    struct prepared *prepared = prepared_new(rq->argv[2], rq->argv + 3, rq->argc - 3);
    struct prepared **old;

    if (!prepared) {
        reply_error(out, "ERR duplicate field name in fieldset");
        return;
    }
    old = find(himport, rq->argv[2]);
    if (prepared->bytes > FIELDSETS_BYTES - himport->bytes + (*old ? (*old)->bytes : 0) ||
        (!*old && himport->count == FIELDSETS_LIMIT)) {
        mem_free(prepared);
        reply_error(out, "ERR too many fieldsets for one connection");
        return;
    }
    if (*old)
        drop(himport, old);
    prepared->next = himport->first;
    himport->first = prepared;
    himport->count++;
    himport->bytes += prepared->bytes;
    reply_ok(out);
}

/* HIMPORT SET key fieldset-name value [value ...] */
static void set(struct request *rq, struct reply *out)
{
    const struct prepared *prepared = *find(himport_get(rq), rq->argv[3]);

    hash_import(rq, 2, prepared ? &prepared->set : NULL, 4, out);
}

/* HIMPORT DISCARD fieldset-name -> 1 if there was one. */
static void discard(struct request *rq, struct reply *out)
{
    struct himport *himport = himport_get(rq);
    struct prepared **link = find(himport, rq->argv[2]);
    bool there = *link != NULL;

    if (there)
        drop(himport, link);
    reply_integer(out, there);
}

/* HIMPORT DISCARDALL -> how many there were. */
static void discardall(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);

    reply_integer(out, session->himport ? (int64_t)session->himport->count : 0);
    himport_free(session->himport);
    session->himport = NULL;
}

static const struct command_spec himport_subcommands[] = {
    {.name = "discard",
     .usage = "fieldset-name",
     .since = "8.10.0",
     .arity = 3,
     .summary = "Drops a field set of the connection.",
     .group = "hash",
     .complexity = "O(N) in the field sets of the connection",
     .flags = CMD_SESSION | CMD_SHARDED,
     .acl = ACL_HASH,
     .tips = {"request_policy:all_shards"},
     .run = discard},
    {.name = "discardall",
     .usage = "",
     .since = "8.10.0",
     .arity = 2,
     .summary = "Drops all field sets of the connection.",
     .group = "hash",
     .complexity = "O(N) in the field sets of the connection",
     .flags = CMD_SESSION | CMD_SHARDED,
     .acl = ACL_HASH,
     .tips = {"request_policy:all_shards"},
     .run = discardall},
    {.name = "prepare",
     .usage = "fieldset-name field [field ...]",
     .since = "8.10.0",
     .arity = -4,
     .summary = "Names a set of fields for the hashes that the connection is going to write.",
     .group = "hash",
     .complexity = "O(N*log(N)) in the fields",
     .flags = CMD_DENYOOM | CMD_SESSION | CMD_SHARDED,
     .acl = ACL_HASH,
     .tips = {"request_policy:all_shards"},
     .run = prepare},
    {.name = "set",
     .usage = "key fieldset-name value [value ...]",
     .since = "8.10.0",
     .arity = -5,
     .summary = "Makes a key a hash of the fields of a set and the values given.",
     .group = "hash",
     .complexity = "O(N) in the fields",
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SESSION | CMD_SHARDED,
     .acl = ACL_HASH,
     .keys = {KEY_AT(2, KEY_OW | KEY_UPDATE)},
     .run = set},
    {.name = NULL},
};

const struct command_spec himport_commands[] = {
    {.name = "himport",
     .usage = "",
     .since = "8.10.0",
     .arity = -2,
     .summary = "Container of commands that write many hashes with the same fields.",
     .group = "hash",
     .complexity = "Depends on subcommand.",
     .acl = ACL_HASH,
     .subcommands = himport_subcommands},
    {.name = NULL},
};
