#include "types/generic/key_commands.h"

#include "core/base/error.h"
#include "storage/keyspace/keyspace.h"
#include "types/generic/generic_args.h"

/* Deletes the keys from argument 1 on and replies how many there were. */
static void delete_keys(struct request *rq, bool lazy, struct reply *out)
{
    int64_t deleted = 0;

    for (size_t at = 1; at < rq->argc; at++) {
        struct key key = request_key(rq, at);

        if (!keyspace_delete(rq, key, lazy))
            continue;
        request_changed(rq, key, EVENT_GENERIC, "del");
        deleted++;
    }
    reply_integer(out, deleted);
}

/* DEL key [key ...] -> how many existed. */
static void del(struct request *rq, struct reply *out)
{
    delete_keys(rq, rq->settings->lazyfree_lazy_user_del, out);
}

/* UNLINK key [key ...] -> how many existed; large values are freed in the background. */
static void unlink_(struct request *rq, struct reply *out)
{
    delete_keys(rq, true, out);
}

/* EXISTS key [key ...] -> how many of the names given exist; a name given twice counts twice. */
static void exists(struct request *rq, struct reply *out)
{
    int64_t count = 0;

    for (size_t at = 1; at < rq->argc; at++)
        if (generic_peek(rq, request_key(rq, at)))
            count++;
    reply_integer(out, count);
}

/* TOUCH key [key ...] -> how many exist; they count as used now, even under CLIENT NO-TOUCH. */
static void touch(struct request *rq, struct reply *out)
{
    unsigned flags = rq->flags;
    int64_t count = 0;

    rq->flags &= ~(unsigned)REQUEST_NO_TOUCH;
    for (size_t at = 1; at < rq->argc; at++)
        if (keyspace_find(rq, request_key(rq, at), FIND_READ))
            count++;
    rq->flags = flags;
    reply_integer(out, count);
}

/* TYPE key -> the type's name, "none" for a missing key. */
static void type(struct request *rq, struct reply *out)
{
    struct entry *entry = generic_peek(rq, request_key(rq, 1));

    reply_simple(out, entry ? entry_type(entry)->name : "none");
}

/* Makes room at a name that is about to be taken by a value of type `after`: deletes what is there
 * and notes that it was replaced. */
static void clear_target(struct request *rq, struct key key, const struct entry *there,
                         const struct value_type *after)
{
    const struct value_type *before;

    if (!there) {
        request_effect(rq, key, 0, EVENT_NEW, "new");
        return;
    }
    before = entry_type(there);
    keyspace_delete(rq, key, rq->settings->lazyfree_lazy_server_del);
    request_effect(rq, key, 0, EVENT_OVERWRITTEN, "overwritten");
    if (before->id != after->id)
        request_effect(rq, key, 0, EVENT_TYPE_CHANGED, "type_changed");
}

/* Moves key 1 to the name in argument 2. Replies 0 for a target that exists when it may not be
 * replaced; -1 stands for an error already written. */
static int rename_key(struct request *rq, bool replace, struct reply *out)
{
    struct key from = request_key(rq, 1), to = request_key(rq, 2);
    struct entry *source = keyspace_find(rq, from, FIND_WRITE), *target;

    if (!source) {
        reply_error(out, ERROR_NO_SUCH_KEY);
        return -1;
    }
    if (span_equal(from.name, to.name))
        return 0;
    target = keyspace_find(rq, to, FIND_WRITE);
    if (target && !replace)
        return 0;
    clear_target(rq, to, target, entry_type(source));
    keyspace_move(rq, from, to);
    request_changed(rq, from, EVENT_GENERIC, "rename_from");
    request_changed(rq, to, EVENT_GENERIC, "rename_to");
    return 1;
}

/* RENAME key newkey -> OK; whatever was at newkey is gone. */
static void rename_(struct request *rq, struct reply *out)
{
    if (rename_key(rq, true, out) >= 0)
        reply_ok(out);
}

/* RENAMENX key newkey -> 1, or 0 if newkey exists. */
static void renamenx(struct request *rq, struct reply *out)
{
    int renamed = rename_key(rq, false, out);

    if (renamed >= 0)
        reply_integer(out, renamed);
}

/* COPY's options. 0, or an error after writing it. */
static int parse_copy(const struct request *rq, int *db, bool *replace, struct reply *out)
{
    for (size_t at = 3; at < rq->argc; at++) {
        if (span_is(rq->argv[at], "replace")) {
            *replace = true;
        } else if (span_is(rq->argv[at], "db") && at + 1 < rq->argc) {
            if (generic_args_database(rq, ++at, db, out) < 0)
                return ERR_SYNTAX;
        } else {
            reply_error(out, ERROR_SYNTAX);
            return ERR_SYNTAX;
        }
    }
    return 0;
}

/* COPY source destination [DB destination-db] [REPLACE] -> 1 if copied, 0 if the source is missing
 * or the destination exists. The copy has the source's expiry. */
static void copy(struct request *rq, struct reply *out)
{
    struct key from = request_key(rq, 1), to = request_key(rq, 2);
    struct entry *source, *target;
    bool replace = false;

    if (parse_copy(rq, &to.db, &replace, out) < 0)
        return;
    if (from.db == to.db && span_equal(from.name, to.name)) {
        reply_error(out, ERROR_SAME_OBJECT);
        return;
    }
    source = keyspace_find(rq, from, FIND_READ);
    target = source ? keyspace_find(rq, to, FIND_WRITE) : NULL;
    if (!source || (target && !replace)) {
        reply_integer(out, 0);
        return;
    }
    clear_target(rq, to, target, entry_type(source));
    keyspace_copy(rq, from, to);
    request_changed(rq, to, EVENT_GENERIC, "copy_to");
    reply_integer(out, 1);
}

/* MOVE key db -> 1 if moved, 0 if the key is missing here or exists there. */
static void move(struct request *rq, struct reply *out)
{
    struct key from = request_key(rq, 1), to = from;

    if (generic_args_database(rq, 2, &to.db, out) < 0)
        return;
    if (from.db == to.db) {
        reply_error(out, ERROR_SAME_OBJECT);
        return;
    }
    if (!keyspace_find(rq, from, FIND_WRITE) || keyspace_find(rq, to, FIND_WRITE)) {
        reply_integer(out, 0);
        return;
    }
    keyspace_move(rq, from, to);
    request_changed(rq, from, EVENT_GENERIC, "move_from");
    request_effect(rq, to, 0, EVENT_NEW, "new");
    request_changed(rq, to, EVENT_GENERIC, "move_to");
    reply_integer(out, 1);
}

const struct command_spec key_commands[] = {
    {.name = "del",
     .usage = "key [key ...]",
     .summary = "Deletes keys.",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(N) in the keys, plus O(M) for the elements of each value freed",
     .arity = -2,
     .flags = CMD_WRITE | CMD_SHARDED,
     .acl = ACL_KEYSPACE,
     .keys = {KEYS_FROM(1, -1, 1, KEY_RM | KEY_DELETE)},
     .tips = {"request_policy:multi_shard", "response_policy:agg_sum"},
     .run = del},
    {.name = "unlink",
     .usage = "key [key ...]",
     .summary = "Deletes keys and frees large values in the background.",
     .group = "generic",
     .since = "4.0.0",
     .complexity = "O(1) for each key",
     .arity = -2,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_KEYSPACE,
     .keys = {KEYS_FROM(1, -1, 1, KEY_RM | KEY_DELETE)},
     .tips = {"request_policy:multi_shard", "response_policy:agg_sum"},
     .run = unlink_},
    {.name = "exists",
     .usage = "key [key ...]",
     .summary = "Counts how many of the keys exist.",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(N) in the number of keys",
     .arity = -2,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_KEYSPACE,
     .keys = {KEYS_FROM(1, -1, 1, KEY_RO)},
     .tips = {"request_policy:multi_shard", "response_policy:agg_sum"},
     .run = exists},
    {.name = "touch",
     .usage = "key [key ...]",
     .summary = "Counts how many of the keys exist and marks them as used now.",
     .group = "generic",
     .since = "3.2.1",
     .complexity = "O(N) in the number of keys",
     .arity = -2,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_KEYSPACE,
     .keys = {KEYS_FROM(1, -1, 1, KEY_RO)},
     .tips = {"request_policy:multi_shard", "response_policy:agg_sum"},
     .run = touch},
    {.name = "type",
     .usage = "key",
     .summary = "Tells the type of the value at a key.",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_KEYSPACE,
     .keys = {KEY_AT(1, KEY_RO)},
     .run = type},
    {.name = "rename",
     .usage = "key newkey",
     .summary = "Gives a key another name, replacing whatever has that name.",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(1), plus freeing the value replaced",
     .arity = 3,
     .flags = CMD_WRITE | CMD_SHARDED,
     .acl = ACL_KEYSPACE,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_DELETE), KEY_AT(2, KEY_OW | KEY_UPDATE)},
     .run = rename_},
    {.name = "renamenx",
     .usage = "key newkey",
     .summary = "Gives a key another name, if nothing has that name.",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(1)",
     .arity = 3,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_KEYSPACE,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_DELETE), KEY_AT(2, KEY_OW | KEY_INSERT)},
     .run = renamenx},
    {.name = "copy",
     .usage = "source destination [DB destination-db] [REPLACE]",
     .summary = "Copies a key's value and expiry to another key.",
     .group = "generic",
     .since = "6.2.0",
     .complexity = "O(N) in the elements of the value",
     .arity = -3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_KEYSPACE,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS), KEY_AT(2, KEY_OW | KEY_UPDATE)},
     .run = copy},
    {.name = "move",
     .usage = "key db",
     .summary = "Moves a key to another database.",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(1)",
     .arity = 3,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_KEYSPACE,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_UPDATE)},
     .run = move},
    {.name = NULL},
};
