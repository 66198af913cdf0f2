#include "types/bitmap/bitmap_commands.h"

#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"
#include "types/bitmap/bitmap.h"
#include "types/bitmap/bitmap_args.h"
#include "types/string/string_change.h"

/* SETBIT key offset value -> the bit as it was. Writing what is there already is no change. */
static void setbit(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);
    const struct value_type *before;
    char scratch[NUM_TEXT_LIMIT];
    struct span now = {0};
    struct entry *entry;
    uint64_t offset;
    bool was, bit;
    char *bytes;

    if (!bitmap_args_offset(rq, rq->argv[2], 0, &offset, out))
        return;
    bit = span_equal(rq->argv[3], SPAN("1"));
    if (!bit && !span_equal(rq->argv[3], SPAN("0"))) {
        reply_error(out, "ERR bit is not an integer or out of range");
        return;
    }
    if (keyspace_find_string(rq, key, FIND_QUIET, &entry, out) < 0)
        return;
    before = string_before(entry);
    if (entry)
        now = entry_string(entry, scratch);
    was = bitmap_get(now, offset, 1);
    if (offset / 8 >= now.size || was != bit) {
        size_t size = offset / 8 >= now.size ? (size_t)(offset / 8 + 1) : now.size;

        bytes = keyspace_resize_string(rq, key, size);
        bitmap_set((unsigned char *)bytes, offset, 1, bit);
        string_edited(rq, key, before, "setbit");
    } else if (entry_string_form(entry) != ENTRY_RAW) {
        keyspace_resize_string(rq, key,
                               now.size); /* a bitmap from now on: the next one changes it */
    }
    reply_integer(out, was);
}

/* GETBIT key offset -> the bit; 0 outside of the string. */
static void getbit(struct request *rq, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];
    struct entry *entry;
    uint64_t offset;

    if (!bitmap_args_offset(rq, rq->argv[2], 0, &offset, out) ||
        keyspace_find_string(rq, request_key(rq, 1), FIND_READ, &entry, out) < 0)
        return;
    reply_integer(out, entry && bitmap_get(entry_string(entry, scratch), offset, 1));
}

/* The range of BITCOUNT and BITPOS as it was given. */
struct range {
    int64_t start, end; /* negative: from the end of the string */
    bool in_bits;       /* not bytes */
    bool has_end;
};

static bool read_number(struct span text, int64_t *number, struct reply *out)
{
    if (num_parse_i64(text, number) == 0)
        return true;
    reply_error(out, ERROR_NOT_INTEGER);
    return false;
}

static bool read_unit(struct span text, bool *in_bits, struct reply *out)
{
    *in_bits = span_is(text, "bit");
    if (*in_bits || span_is(text, "byte"))
        return true;
    reply_error(out, ERROR_SYNTAX);
    return false;
}

/* Reads [start [end [BYTE | BIT]]] from argument `at` on; without arguments it is the whole string.
 * Of a wrong end and a wrong unit, BITPOS complains of the unit, BITCOUNT of the end. False after
 * writing the error. */
static bool read_range(const struct request *rq, size_t at, struct range *range, struct reply *out)
{
    const struct span *words = rq->argv + at;
    size_t count = rq->argc - at;
    bool unit_first = at == 3;

    *range = (struct range){.end = -1, .has_end = count > 1};
    if (count > 3) {
        reply_error(out, ERROR_SYNTAX);
        return false;
    }
    return (count < 1 || read_number(words[0], &range->start, out)) &&
           (count < 3 || !unit_first || read_unit(words[2], &range->in_bits, out)) &&
           (count < 2 || read_number(words[1], &range->end, out)) &&
           (count < 3 || unit_first || read_unit(words[2], &range->in_bits, out));
}

/* The range as bits of a string of `size` bytes, cut to it; false if nothing is left. */
static bool range_bits(const struct range *range, size_t size, uint64_t *first, uint64_t *last)
{
    int64_t total = (int64_t)size * (range->in_bits ? 8 : 1);
    int64_t start = range->start, end = range->end;

    if (start < 0)
        start = start + total < 0 ? 0 : start + total;
    if (end < 0)
        end = end + total < 0 ? 0 : end + total;
    if (end >= total)
        end = total - 1;
    if (start > end)
        return false;
    *first = (uint64_t)start * (range->in_bits ? 1 : 8);
    *last = range->in_bits ? (uint64_t)end : (uint64_t)end * 8 + 7;
    return true;
}

/* BITCOUNT key [start end [BYTE | BIT]] -> set bits in the range. */
static void bitcount(struct request *rq, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];
    struct span bytes = {0};
    struct range range;
    struct entry *entry;
    uint64_t first, last;

    if (rq->argc == 3) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    if (!read_range(rq, 2, &range, out) ||
        keyspace_find_string(rq, request_key(rq, 1), FIND_READ, &entry, out) < 0)
        return;
    if (entry)
        bytes = entry_string(entry, scratch);
    /* Both from the end and the wrong way round: nothing, although both may be cut to byte 0. */
    if ((range.start < 0 && range.end < 0 && range.start > range.end) ||
        !range_bits(&range, bytes.size, &first, &last))
        reply_integer(out, 0);
    else
        reply_integer(out, (int64_t)bitmap_count(bytes, first, last));
}

/* BITPOS key bit [start [end [BYTE | BIT]]] -> where the first such bit is, or -1. A string whose
 * end was not given goes on with zeros. */
static void bitpos(struct request *rq, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];
    struct range range;
    struct entry *entry;
    struct span bytes;
    uint64_t first, last;
    int64_t bit, at = -1;

    if (num_parse_i64(rq->argv[2], &bit) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    if (bit != 0 && bit != 1) {
        reply_error(out, "ERR The bit argument must be 1 or 0.");
        return;
    }
    if (!read_range(rq, 3, &range, out) ||
        keyspace_find_string(rq, request_key(rq, 1), FIND_READ, &entry, out) < 0)
        return;
    if (!entry) {
        reply_integer(out, bit ? -1 : 0);
        return;
    }
    bytes = entry_string(entry, scratch);
    if (range_bits(&range, bytes.size, &first, &last)) {
        at = bitmap_find(bytes, bit, first, last);
        if (at < 0 && bit == 0 && !range.has_end)
            at = (int64_t)bytes.size * 8;
    }
    reply_integer(out, at);
}

static const struct {
    const char *name;
    enum bitmap_op op;
    size_t at_least, at_most; /* sources */
} operations[] = {
    {"AND", BITMAP_AND, 1, SIZE_MAX},     {"OR", BITMAP_OR, 1, SIZE_MAX},
    {"XOR", BITMAP_XOR, 1, SIZE_MAX},     {"NOT", BITMAP_NOT, 1, 1},
    {"DIFF", BITMAP_DIFF, 2, SIZE_MAX},   {"DIFF1", BITMAP_DIFF1, 2, SIZE_MAX},
    {"ANDOR", BITMAP_ANDOR, 2, SIZE_MAX}, {"ONE", BITMAP_ONE, 1, SIZE_MAX},
};

/* The operation at argument 1, if it takes as many sources as there are; else an error. */
static bool read_operation(const struct request *rq, enum bitmap_op *op, struct reply *out)
{
    size_t sources = rq->argc - 3, at = 0;
    size_t count = sizeof(operations) / sizeof(operations[0]);

    while (at < count && !span_is(rq->argv[1], operations[at].name))
        at++;
    if (at == count) {
        reply_error(out, ERROR_SYNTAX);
        return false;
    }
    if (sources > operations[at].at_most) {
        reply_error(out, "ERR BITOP NOT must be called with a single source key.");
        return false;
    }
    if (sources < operations[at].at_least) {
        reply_error_format(out, "ERR BITOP %s must be called with at least two source keys.",
                           operations[at].name);
        return false;
    }
    *op = operations[at].op;
    return true;
}

/* The strings at the source keys, in the arena; missing ones are empty. *size becomes the longest
 * one's. NULL after writing WRONGTYPE. */
static struct span *find_sources(struct request *rq, size_t *size, struct reply *out)
{
    size_t count = rq->argc - 3;
    struct span *sources = arena_array(rq->arena, count, sizeof(*sources));

    *size = 0;
    for (size_t i = 0; i < count; i++) {
        struct entry *entry;

        if (keyspace_find_string(rq, request_key(rq, i + 3), FIND_READ, &entry, out) < 0)
            return NULL;
        if (!entry)
            continue;
        sources[i] = entry_string(entry, arena_alloc(rq->arena, NUM_TEXT_LIMIT));
        if (sources[i].size > *size)
            *size = sources[i].size;
    }
    return sources;
}

/* Makes the key a string of `size` bytes without an expiry, keeping its bytes if it was a string,
 * and returns its bytes. A source that lay there is found in its new place afterwards. */
static char *make_destination(struct request *rq, struct key to, size_t size, struct span *sources)
{
    struct entry *entry = keyspace_find(rq, to, FIND_QUIET);
    char scratch[NUM_TEXT_LIMIT];
    struct span was = {0};
    char *bytes;

    if (entry && entry_type(entry)->id == VALUE_STRING) {
        was = entry_string(entry, scratch);
        keyspace_set_expire(rq, to, entry, -1);
    } else if (entry) {
        keyspace_set_string(rq, to, (struct span){0}, false);
    }
    bytes = keyspace_resize_string(rq, to, size);
    for (size_t i = 0; was.size && i < rq->argc - 3; i++)
        if (sources[i].data == was.data)
            sources[i].data = bytes;
    return bytes;
}

/* BITOP operation destkey key [key ...] -> bytes of the result, as long as the longest source. An
 * empty result deletes the destination. The result is made in place, bytes whatever they spell. */
static void bitop(struct request *rq, struct reply *out)
{
    struct key to = request_key(rq, 2);
    const struct value_type *before;
    struct span *sources;
    enum bitmap_op op;
    size_t size;

    if (!read_operation(rq, &op, out))
        return;
    sources = find_sources(rq, &size, out);
    if (!sources)
        return;
    if (size == 0) {
        if (keyspace_delete(rq, to, rq->settings->lazyfree_lazy_server_del))
            request_changed(rq, to, EVENT_GENERIC, "del");
    } else {
        before = string_before(keyspace_find(rq, to, FIND_QUIET));
        bitmap_combine(op, sources, rq->argc - 3, make_destination(rq, to, size, sources), size);
        string_written(rq, to, before, "set");
    }
    reply_integer(out, (int64_t)size);
}

const struct command_spec bitmap_commands[] = {
    {.name = "setbit",
     .usage = "key offset value",
     .summary = "Sets or clears one bit of a string, making the string as long as that takes.",
     .group = "bitmap",
     .since = "2.2.0",
     .complexity = "O(1), and O(N) in the bytes by which the string grows",
     .arity = 4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_BITMAP,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_UPDATE)},
     .run = setbit},
    {.name = "getbit",
     .usage = "key offset",
     .summary = "Returns one bit of a string.",
     .group = "bitmap",
     .since = "2.2.0",
     .complexity = "O(1)",
     .arity = 3,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_BITMAP,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = getbit},
    {.name = "bitcount",
     .usage = "key [start end [BYTE | BIT]]",
     .summary = "Counts the set bits of a string or of a part of it.",
     .group = "bitmap",
     .since = "2.6.0",
     .complexity = "O(N) in the bytes counted",
     .arity = -2,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_BITMAP,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = bitcount},
    {.name = "bitpos",
     .usage = "key bit [start [end [BYTE | BIT]]]",
     .summary = "Finds the first set or clear bit of a string or of a part of it.",
     .group = "bitmap",
     .since = "2.8.7",
     .complexity = "O(N) in the bytes searched",
     .arity = -3,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_BITMAP,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = bitpos},
    {.name = "bitop",
     .usage = "<AND | OR | XOR | NOT | DIFF | DIFF1 | ANDOR | ONE> destkey key [key ...]",
     .summary = "Combines strings bit by bit and stores the result.",
     .group = "bitmap",
     .since = "2.6.0",
     .complexity = "O(N * K) for K strings of which the longest has N bytes",
     .arity = -4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_BITMAP,
     .keys = {KEY_AT(2, KEY_OW | KEY_UPDATE), KEYS_FROM(3, -1, 1, KEY_RO | KEY_ACCESS)},
     .run = bitop},
    {.name = NULL},
};
