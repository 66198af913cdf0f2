#include "types/hll/hll_commands.h"

#include "core/base/check.h"
#include "types/hll/hll_args.h"
#include "types/string/string_change.h"

/* Adds the elements to dense registers where they are. True if one was raised. */
static bool add_dense(struct request *rq, struct key key, struct span hll)
{
    unsigned char *bytes = NULL; /* for changing; asked for when there is something to change */

    for (size_t i = 2; i < rq->argc; i++) {
        const unsigned char *now = bytes ? bytes : (const unsigned char *)hll.data;
        unsigned value, index = hll_register_of(rq->argv[i], &value);

        if (hll_dense_get(now, index) >= value)
            continue;
        if (!bytes)
            bytes = (unsigned char *)keyspace_resize_string(rq, key, hll.size);
        hll_dense_set(bytes, index, value);
    }
    if (bytes)
        hll_forget_count(bytes);
    return bytes;
}

/* Adds the elements to sparse registers, or to a new key's, in a copy: damage that the third
 * element meets must not leave the first two added. 1 if one was raised, 0, or negative after the
 * error. */
static int add_sparse(struct request *rq, struct key key, struct span hll, struct reply *out)
{
    struct hll_edit edit;
    bool raised = false;

    hll_edit_start(&edit, rq->arena, hll, rq->settings->hll_sparse_max_bytes);
    for (size_t i = 2; i < rq->argc; i++) {
        unsigned value, index = hll_register_of(rq->argv[i], &value);
        int rc = hll_edit_raise(&edit, index, value);

        if (rc < 0) {
            reply_error(out, ERROR_HLL_DAMAGED);
            return rc;
        }
        raised = raised || rc > 0;
    }
    if (!raised && hll.size)
        return 0;
    hll_forget_count(edit.bytes);
    hll_args_store(rq, key, hll_edit_bytes(&edit));
    return 1;
}

/* PFADD key [element [element ...]] -> 1 if a register was raised or the key made, else 0. */
static void pfadd(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);
    const struct value_type *before;
    struct entry *entry;
    struct span hll;
    int added;

    if (hll_args_find(rq, key, FIND_QUIET, &entry, &hll, out) < 0)
        return;
    before = string_before(entry);
    if (entry && hll_encoding(hll) == HLL_DENSE)
        added = add_dense(rq, key, hll);
    else
        added = add_sparse(rq, key, hll, out);
    if (added < 0)
        return;
    if (added)
        string_edited(rq, key, before, "pfadd");
    reply_integer(out, added);
}

/* The highest of all registers at the keys from argument `from` on, in the arena. *dense is true if
 * one of them is dense. NULL after writing the error. */
static uint8_t *merge_keys(struct request *rq, size_t from, enum find_mode mode, bool *dense,
                           struct reply *out)
{
    uint8_t *registers = arena_array(rq->arena, HLL_REGISTERS, 1);

    *dense = false;
    for (size_t i = from; i < rq->argc; i++) {
        struct entry *entry;
        struct span hll;

        if (hll_args_find(rq, request_key(rq, i), mode, &entry, &hll, out) < 0)
            return NULL;
        if (!entry)
            continue;
        if (hll_merge(hll, registers) < 0) {
            reply_error(out, ERROR_HLL_DAMAGED);
            return NULL;
        }
        *dense = *dense || hll_encoding(hll) == HLL_DENSE;
    }
    return registers;
}

/* The count of one key, which its header remembers: no event, but the bytes have changed. */
static void count_one(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);
    struct entry *entry;
    struct span hll;
    uint64_t count = 0;

    if (hll_args_find(rq, key, FIND_READ, &entry, &hll, out) < 0)
        return;
    if (entry && !hll_cached_count(hll, &count)) {
        if (hll_count(hll, &count) < 0) {
            reply_error(out, ERROR_HLL_DAMAGED);
            return;
        }
        hll_cache_count((unsigned char *)keyspace_resize_string(rq, key, hll.size), count);
        request_effect(rq, key, EFFECT_DIRTY | EFFECT_MODIFIED, EVENT_STRING, NULL);
    }
    reply_integer(out, (int64_t)count);
}

/* PFCOUNT key [key ...] -> about how many different elements they have seen together. */
static void pfcount(struct request *rq, struct reply *out)
{
    uint8_t *registers;
    bool dense;

    if (rq->argc == 2) {
        count_one(rq, out);
        return;
    }
    registers = merge_keys(rq, 1, FIND_READ, &dense, out);
    if (registers)
        reply_integer(out, (int64_t)hll_count_registers(registers));
}

/* PFMERGE destkey [sourcekey [sourcekey ...]] -> OK. The destination's own registers count too. It
 * becomes dense if one of them is. */
static void pfmerge(struct request *rq, struct reply *out)
{
    struct key to = request_key(rq, 1);
    const struct value_type *before;
    struct hll_edit edit;
    struct entry *entry;
    struct span hll;
    uint8_t *registers;
    bool dense;

    registers = merge_keys(rq, 1, FIND_READ, &dense, out);
    if (!registers || hll_args_find(rq, to, FIND_QUIET, &entry, &hll, out) < 0)
        return;
    before = string_before(entry);
    hll_edit_start(&edit, rq->arena, hll, rq->settings->hll_sparse_max_bytes);
    /* That the destination is whole is known: it has been merged. */
    if (dense)
        CHECK(hll_edit_to_dense(&edit) == 0);
    for (unsigned i = 0; i < HLL_REGISTERS; i++)
        if (registers[i])
            CHECK(hll_edit_raise(&edit, i, registers[i]) >= 0);
    hll_forget_count(edit.bytes);
    hll_args_store(rq, to, hll_edit_bytes(&edit));
    string_edited(rq, to, before, "pfadd");
    reply_ok(out);
}

const struct command_spec hll_commands[] = {
    {.name = "pfadd",
     .usage = "key [element [element ...]]",
     .summary = "Adds elements to a HyperLogLog, making the key if it is missing.",
     .group = "hyperloglog",
     .since = "2.8.9",
     .complexity = "O(1) for each element",
     .arity = -2,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_HYPERLOGLOG,
     .keys = {KEY_AT(1, KEY_RW | KEY_INSERT)},
     .run = pfadd},
    {.name = "pfcount",
     .usage = "key [key ...]",
     .summary = "Estimates how many different elements HyperLogLogs have seen.",
     .group = "hyperloglog",
     .since = "2.8.9",
     .complexity = "O(1) for one key, mostly from its cache; O(N) for N keys",
     .arity = -2,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_HYPERLOGLOG,
     .keys = {KEYS_FROM(1, -1, 1, KEY_RW | KEY_ACCESS)},
     .run = pfcount},
    {.name = "pfmerge",
     .usage = "destkey [sourcekey [sourcekey ...]]",
     .summary = "Merges HyperLogLogs into one.",
     .group = "hyperloglog",
     .since = "2.8.9",
     .complexity = "O(N) for N keys",
     .arity = -2,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_HYPERLOGLOG,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_INSERT),
              KEYS_FROM(2, -1, 1, KEY_RO | KEY_ACCESS)},
     .run = pfmerge},
    {.name = NULL},
};
