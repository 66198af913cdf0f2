/* LCS: the longest common subsequence, by the table of all pairs of prefixes.
 *
 * length[i][j] is the length of the longest common subsequence of the first i bytes of a and the
 * first j bytes of b. From the last cell back to the first, a cell whose bytes agree belongs to the
 * result; otherwise the walk goes to the neighbour with the larger length, towards smaller j when
 * they are equal. That choice decides which of several subsequences is found, and clients compare
 * it with Redis's, so it is part of the contract. Bytes that agree on a diagonal form a range; the
 * ranges come out from the end of the strings to their beginning.
 *
 * Time and memory are O(|a| |b|); the table may be as large as proto-max-bulk-len. */
#include "types/string/string_lcs_commands.h"

#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"

struct lcs {
    struct span a, b;
    uint32_t *length; /* (a.size + 1) rows of (b.size + 1) */
};

struct lcs_options {
    bool length_only, ranges, with_length;
    int64_t min_length;
};

static uint32_t *cell(const struct lcs *lcs, size_t i, size_t j)
{
    return lcs->length + i * (lcs->b.size + 1) + j;
}

/* Allocates and fills the table. 0, or an error after writing it. The caller frees lcs->length. */
static int lcs_fill(const struct request *rq, struct lcs *lcs, struct reply *out)
{
    size_t cells, bytes;

    if (lcs->a.size >= UINT32_MAX - 1 || lcs->b.size >= UINT32_MAX - 1) {
        reply_error(out, "ERR String too long for LCS");
        return ERR_RANGE;
    }
    if (!num_mul_size(lcs->a.size + 1, lcs->b.size + 1, &cells) ||
        !num_mul_size(cells, sizeof(*lcs->length), &bytes) ||
        bytes > (uint64_t)rq->settings->proto_max_bulk_len) {
        reply_error(out,
                    "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
        return ERR_RANGE;
    }
    lcs->length = mem_try_alloc(bytes);
    if (!lcs->length) {
        reply_error(out, "ERR Insufficient memory, failed allocating transient memory for LCS");
        return ERR_NOMEM;
    }
    for (size_t j = 0; j <= lcs->b.size; j++)
        *cell(lcs, 0, j) = 0;
    for (size_t i = 1; i <= lcs->a.size; i++) {
        *cell(lcs, i, 0) = 0;
        for (size_t j = 1; j <= lcs->b.size; j++) {
            uint32_t up = *cell(lcs, i - 1, j), left = *cell(lcs, i, j - 1);

            if (lcs->a.data[i - 1] == lcs->b.data[j - 1])
                *cell(lcs, i, j) = *cell(lcs, i - 1, j - 1) + 1;
            else
                *cell(lcs, i, j) = up > left ? up : left;
        }
    }
    return 0;
}

/* Walks back from (*i, *j) to the end of the next range: afterwards it covers a[*i - size, *i) and
 * b[*j - size, *j). Returns its size, 0 when there are no more. */
static size_t next_range(const struct lcs *lcs, size_t *i, size_t *j)
{
    size_t size = 0;

    while (*i > 0 && *j > 0 && lcs->a.data[*i - 1] != lcs->b.data[*j - 1]) {
        if (*cell(lcs, *i - 1, *j) > *cell(lcs, *i, *j - 1))
            --*i;
        else
            --*j;
    }
    while (size < *i && size < *j && lcs->a.data[*i - 1 - size] == lcs->b.data[*j - 1 - size])
        size++;
    return size;
}

static void reply_subsequence(struct request *rq, const struct lcs *lcs, struct reply *out)
{
    size_t i = lcs->a.size, j = lcs->b.size, size = *cell(lcs, i, j), left = size, range;
    char *bytes = arena_alloc(rq->arena, size + 1);

    for (; (range = next_range(lcs, &i, &j)) > 0; i -= range, j -= range) {
        left -= range;
        memcpy(bytes + left, lcs->a.data + i - range, range);
    }
    reply_bulk(out, span_of(bytes, size));
}

static void reply_ranges(const struct lcs *lcs, const struct lcs_options *options,
                         struct reply *out)
{
    size_t i = lcs->a.size, j = lcs->b.size, count = 0, range, mark;

    reply_map(out, 2);
    reply_bulk_text(out, "matches");
    mark = reply_defer(out);
    for (; (range = next_range(lcs, &i, &j)) > 0; i -= range, j -= range) {
        if ((int64_t)range < options->min_length)
            continue;
        count++;
        reply_array(out, options->with_length ? 3 : 2);
        reply_array(out, 2);
        reply_integer(out, (int64_t)(i - range));
        reply_integer(out, (int64_t)(i - 1));
        reply_array(out, 2);
        reply_integer(out, (int64_t)(j - range));
        reply_integer(out, (int64_t)(j - 1));
        if (options->with_length)
            reply_integer(out, (int64_t)range);
    }
    reply_defer_array(out, mark, count);
    reply_bulk_text(out, "len");
    reply_integer(out, *cell(lcs, lcs->a.size, lcs->b.size));
}

static int parse(const struct request *rq, struct lcs_options *options, struct reply *out)
{
    for (size_t at = 3; at < rq->argc; at++) {
        if (span_is(rq->argv[at], "idx")) {
            options->ranges = true;
        } else if (span_is(rq->argv[at], "len")) {
            options->length_only = true;
        } else if (span_is(rq->argv[at], "withmatchlen")) {
            options->with_length = true;
        } else if (span_is(rq->argv[at], "minmatchlen") && at + 1 < rq->argc) {
            if (num_parse_i64(rq->argv[++at], &options->min_length) < 0) {
                reply_error(out, ERROR_NOT_INTEGER);
                return ERR_SYNTAX;
            }
        } else {
            reply_error(out, ERROR_SYNTAX);
            return ERR_SYNTAX;
        }
    }
    if (!options->ranges || !options->length_only)
        return 0;
    reply_error(out, "ERR If you want both the length and indexes, please just use IDX.");
    return ERR_SYNTAX;
}

/* The string at argument `at`, empty if missing. The second lookup may delete an expired key, which
 * moves nothing else, but a number's digits must outlive `scratch`: all goes to the caller's. */
static int find_text(struct request *rq, size_t at, char *scratch, struct span *text,
                     struct reply *out)
{
    struct entry *entry = keyspace_find(rq, request_key(rq, at), FIND_READ);

    *text = (struct span){0};
    if (entry && entry_type(entry)->id != VALUE_STRING) {
        reply_error(out, "ERR The specified keys must contain string values");
        return ERR_UNSUPPORTED;
    }
    if (entry)
        *text = entry_string(entry, scratch);
    return 0;
}

/* LCS key1 key2 [LEN] [IDX] [MINMATCHLEN n] [WITHMATCHLEN] -> the subsequence, its length, or the
 * ranges that make it up. The types are checked before the options, as in Redis. */
static void lcs(struct request *rq, struct reply *out)
{
    char scratch_a[NUM_TEXT_LIMIT], scratch_b[NUM_TEXT_LIMIT];
    struct lcs_options options = {0};
    struct lcs table = {0};

    if (find_text(rq, 1, scratch_a, &table.a, out) < 0 ||
        find_text(rq, 2, scratch_b, &table.b, out) < 0 || parse(rq, &options, out) < 0 ||
        lcs_fill(rq, &table, out) < 0)
        return;
    if (options.ranges)
        reply_ranges(&table, &options, out);
    else if (options.length_only)
        reply_integer(out, *cell(&table, table.a.size, table.b.size));
    else
        reply_subsequence(rq, &table, out);
    mem_free(table.length);
}

const struct command_spec string_lcs_commands[] = {
    {.name = "lcs",
     .usage = "key1 key2 [LEN] [IDX] [MINMATCHLEN min-match-len] [WITHMATCHLEN]",
     .summary = "Finds the longest common subsequence of the strings at two keys.",
     .group = "string",
     .since = "7.0.0",
     .complexity = "O(N*M) in the sizes of the two strings",
     .arity = -3,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEYS_FROM(1, 1, 1, KEY_RO | KEY_ACCESS)},
     .run = lcs},
    {.name = NULL},
};
