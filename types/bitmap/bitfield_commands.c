/* BITFIELD and BITFIELD_RO: a string as an array of numbers of any width. All operations are read
 * before the first one is carried out; then the string is made as long as the writes need, and they
 * run in order. */
#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"
#include "types/bitmap/bitmap.h"
#include "types/bitmap/bitmap_args.h"
#include "types/bitmap/bitmap_commands.h"
#include "types/string/string_change.h"

enum action {
    ACTION_GET,
    ACTION_SET,
    ACTION_INCRBY
};

struct operation {
    enum action action;
    enum bitmap_overflow overflow;
    bool is_signed;
    unsigned bits;
    uint64_t at;   /* the field's first bit */
    int64_t value; /* SET, INCRBY */
};

struct operations {
    struct operation *list; /* in the arena */
    size_t count;
    size_t write_size; /* bytes the string must have for the writes; 0: there are only reads */
};

/* "i5", "u63": False after writing the error. */
static bool read_width(struct span text, struct operation *op, struct reply *out)
{
    int64_t bits;

    op->is_signed = text.size && text.data[0] == 'i';
    if (text.size && (op->is_signed || text.data[0] == 'u') &&
        num_parse_i64(span_of(text.data + 1, text.size - 1), &bits) == 0 && bits >= 1 &&
        bits <= (op->is_signed ? 64 : 63)) {
        op->bits = (unsigned)bits;
        return true;
    }
    reply_error(out, "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not "
                     "supported but i64 is.");
    return false;
}

static bool read_overflow(struct span text, enum bitmap_overflow *overflow, struct reply *out)
{
    if (span_is(text, "wrap")) {
        *overflow = BITMAP_WRAP;
    } else if (span_is(text, "sat")) {
        *overflow = BITMAP_SATURATE;
    } else if (span_is(text, "fail")) {
        *overflow = BITMAP_FAIL;
    } else {
        reply_error(out, "ERR Invalid OVERFLOW type specified");
        return false;
    }
    return true;
}

/* The operation's name at argument `at`, if all its arguments are there. */
static bool read_action(const struct request *rq, size_t at, enum action *action)
{
    size_t more = rq->argc - at - 1;

    if (span_is(rq->argv[at], "get") && more >= 2)
        *action = ACTION_GET;
    else if (span_is(rq->argv[at], "set") && more >= 3)
        *action = ACTION_SET;
    else if (span_is(rq->argv[at], "incrby") && more >= 3)
        *action = ACTION_INCRBY;
    else
        return false;
    return true;
}

/* Reads all operations. False after writing the error. */
static bool read_operations(const struct request *rq, struct operations *to, struct reply *out)
{
    enum bitmap_overflow overflow = BITMAP_WRAP;
    size_t at = 2;

    *to = (struct operations){
        .list = arena_array(rq->arena, rq->argc / 3 + 1, sizeof(*to->list)),
    };
    while (at < rq->argc) {
        struct operation op = {.overflow = overflow};

        if (span_is(rq->argv[at], "overflow") && at + 1 < rq->argc) {
            if (!read_overflow(rq->argv[at + 1], &overflow, out))
                return false;
            at += 2;
            continue;
        }
        if (!read_action(rq, at, &op.action)) {
            reply_error(out, ERROR_SYNTAX);
            return false;
        }
        if (!read_width(rq->argv[at + 1], &op, out) ||
            !bitmap_args_offset(rq, rq->argv[at + 2], op.bits, &op.at, out))
            return false;
        if (op.action != ACTION_GET) {
            size_t end = (size_t)((op.at + op.bits - 1) / 8 + 1);

            if (num_parse_i64(rq->argv[at + 3], &op.value) < 0) {
                reply_error(out, ERROR_NOT_INTEGER);
                return false;
            }
            if (end > to->write_size)
                to->write_size = end;
        }
        to->list[to->count++] = op;
        at += op.action == ACTION_GET ? 3 : 4;
    }
    return true;
}

static uint64_t get_number(struct span bytes, const struct operation *op)
{
    uint64_t field = bitmap_get(bytes, op->at, op->bits);

    return op->is_signed ? (uint64_t)bitmap_extend_sign(field, op->bits) : field;
}

/* What the operation makes of the number `was`; false if it overflows and shall fail. A number to
 * set is judged like one that results: negative ones are too large for an unsigned field. */
static bool result_of(const struct operation *op, uint64_t was, uint64_t *now)
{
    if (op->action == ACTION_INCRBY)
        return bitmap_add(was, op->value, op->bits, op->is_signed, op->overflow, now);
    return bitmap_add((uint64_t)op->value, 0, op->bits, op->is_signed, op->overflow, now);
}

static void run_reads(const struct operations *ops, struct span bytes, struct reply *out)
{
    reply_array(out, ops->count);
    for (size_t i = 0; i < ops->count; i++)
        reply_integer(out, (int64_t)get_number(bytes, &ops->list[i]));
}

/* Runs the operations in order on bytes that are long enough. True if a byte changed. */
static bool run_all(const struct operations *ops, char *bytes, size_t size, struct reply *out)
{
    bool changed = false;

    reply_array(out, ops->count);
    for (size_t i = 0; i < ops->count; i++) {
        const struct operation *op = &ops->list[i];
        uint64_t was = get_number(span_of(bytes, size), op), now;

        if (op->action == ACTION_GET) {
            reply_integer(out, (int64_t)was);
        } else if (!result_of(op, was, &now)) {
            reply_null(out);
        } else {
            bitmap_set((unsigned char *)bytes, op->at, op->bits, now);
            changed = changed || now != was;
            reply_integer(out, (int64_t)(op->action == ACTION_SET ? was : now));
        }
    }
    return changed;
}

/* BITFIELD key [GET encoding offset | [OVERFLOW WRAP | SAT | FAIL] SET encoding offset value |
 * INCRBY encoding offset increment] ... -> for each the number read, replaced or made; nil where it
 * overflowed and was to fail. */
static void bitfield(struct request *rq, struct reply *out)
{
    bool read_only = rq->spec->flags & CMD_READONLY;
    struct key key = request_key(rq, 1);
    const struct value_type *before;
    char scratch[NUM_TEXT_LIMIT];
    struct operations ops;
    struct entry *entry;
    struct span now;
    size_t size;
    bool grown;

    if (!read_operations(rq, &ops, out))
        return;
    if (read_only && ops.write_size) {
        reply_error(out, "ERR BITFIELD_RO only supports the GET subcommand");
        return;
    }
    if (keyspace_find_string(rq, key, ops.write_size ? FIND_QUIET : FIND_READ, &entry, out) < 0)
        return;
    now = entry ? entry_string(entry, scratch) : (struct span){0};
    if (!ops.write_size) {
        run_reads(&ops, now, out);
        return;
    }
    before = string_before(entry);
    grown = ops.write_size > now.size;
    size = grown ? ops.write_size : now.size;
    /* A string that only grew, because every write failed, has changed as well. */
    if (run_all(&ops, keyspace_resize_string(rq, key, size), size, out) || grown)
        string_edited(rq, key, before, "setbit");
}

const struct command_spec bitfield_commands[] = {
    {.name = "bitfield",
     .usage =
         "key [GET encoding offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET encoding offset value "
         "| INCRBY encoding offset increment> [GET encoding offset | [OVERFLOW <WRAP | SAT | "
         "FAIL>] <SET encoding offset value | INCRBY encoding offset increment> ...]]",
     .summary = "Reads, sets and increments numbers of any width inside a string.",
     .group = "bitmap",
     .since = "3.2.0",
     .complexity = "O(1) for each operation",
     .arity = -2,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_BITMAP,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_UPDATE | KEY_VARIABLE_FLAGS)},
     .run = bitfield},
    {.name = "bitfield_ro",
     .usage = "key [GET encoding offset [GET encoding offset ...]]",
     .summary = "Reads numbers of any width inside a string.",
     .group = "bitmap",
     .since = "6.0.0",
     .complexity = "O(1) for each operation",
     .arity = -2,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_BITMAP,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = bitfield},
    {.name = NULL},
};
