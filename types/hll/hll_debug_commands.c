/* PFDEBUG and PFSELFTEST: what is inside of a HyperLogLog, and whether counting works. */
#include "core/bytes/buffer.h"
#include "types/hll/hll_args.h"
#include "types/hll/hll_commands.h"

#include <math.h>
#include <stdio.h>

/* Makes the registers dense and says so. 1 if they were sparse, 0, or negative after the error. */
static int make_dense(struct request *rq, struct key key, struct span hll, struct reply *out)
{
    struct hll_edit edit;

    if (hll_encoding(hll) == HLL_DENSE)
        return 0;
    hll_edit_start(&edit, rq->arena, hll, rq->settings->hll_sparse_max_bytes);
    if (hll_edit_to_dense(&edit) < 0) {
        reply_error(out, ERROR_HLL_DAMAGED);
        return -1;
    }
    hll_args_store(rq, key, hll_edit_bytes(&edit));
    request_effect(rq, key, EFFECT_DIRTY | EFFECT_MODIFIED, EVENT_STRING, NULL);
    return 1;
}

static void debug_getreg(struct request *rq, struct key key, struct span hll, struct reply *out)
{
    uint8_t *registers = arena_array(rq->arena, HLL_REGISTERS, 1);

    if (hll_merge(hll, registers) < 0) {
        reply_error(out, ERROR_HLL_DAMAGED);
        return;
    }
    make_dense(rq, key, hll, out);
    reply_array(out, HLL_REGISTERS);
    for (size_t i = 0; i < HLL_REGISTERS; i++)
        reply_integer(out, registers[i]);
}

/* The runs: "z:5" and "Z:5" are five zeros in one byte and in two, "v:3,2" is two threes. */
static void debug_decode(struct span hll, struct reply *out)
{
    static const char letters[] = {[HLL_ZEROS] = 'z', [HLL_MANY_ZEROS] = 'Z', [HLL_VALUES] = 'v'};
    struct buffer text = {0};
    struct hll_run run;
    size_t at = HLL_HEADER_SIZE;

    if (hll_encoding(hll) != HLL_SPARSE) {
        reply_error(out, "ERR HLL encoding is not sparse");
        return;
    }
    for (; hll_run_read(hll, at, &run); at += run.size) {
        const char *blank = text.size ? " " : "";

        if (run.form == HLL_VALUES)
            buffer_printf(&text, "%sv:%u,%u", blank, run.value, run.count);
        else
            buffer_printf(&text, "%s%c:%u", blank, letters[run.form], run.count);
    }
    reply_bulk(out, span_of(text.data, text.size));
    buffer_release(&text);
}

/* PFDEBUG GETREG | DECODE | ENCODING | TODENSE key */
static void pfdebug(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 2);
    struct span word = rq->argv[1], hll;
    struct entry *entry;
    int dense;

    if (hll_args_find(rq, key, FIND_WRITE, &entry, &hll, out) < 0)
        return;
    if (!entry) {
        reply_error(out, "ERR The specified key does not exist");
    } else if (span_is(word, "getreg")) {
        debug_getreg(rq, key, hll, out);
    } else if (span_is(word, "decode")) {
        debug_decode(hll, out);
    } else if (span_is(word, "encoding")) {
        reply_simple(out, hll_encoding(hll) == HLL_DENSE ? "dense" : "sparse");
    } else if (span_is(word, "todense")) {
        dense = make_dense(rq, key, hll, out);
        if (dense >= 0)
            reply_integer(out, dense);
    } else {
        reply_error_format(out, "ERR Unknown PFDEBUG subcommand '%.*s'", SPAN_ARGS(word));
    }
}

enum {
    SELFTEST_ELEMENTS = 200000,
    SELFTEST_STEP = 1000,
    SELFTEST_SPARSE_LIMIT = 3000,
};

/* Different elements from a fixed seed, counted sparse and dense on the way. NULL if all is well.
 */
static const char *count_and_compare(struct request *rq)
{
    static const double error_limit = 0.0325; /* four times the standard error, 1.04 / sqrt(2^14) */
    uint8_t *registers = arena_array(rq->arena, HLL_REGISTERS, 1);
    unsigned char *dense = arena_alloc(rq->arena, HLL_DENSE_SIZE);
    struct hll_edit edit;
    char element[32];

    hll_edit_start(&edit, rq->arena, (struct span){0}, SELFTEST_SPARSE_LIMIT);
    for (unsigned i = 1; i <= SELFTEST_ELEMENTS; i++) {
        int size = snprintf(element, sizeof(element), "element:%u", i);
        unsigned value, index = hll_register_of(span_of(element, (size_t)size), &value);
        uint64_t count;

        if (registers[index] < value)
            registers[index] = (uint8_t)value;
        if (hll_edit_raise(&edit, index, value) < 0)
            return "ERR TESTFAILED a register could not be raised";
        if (i % SELFTEST_STEP != 0)
            continue;
        if (hll_count(hll_edit_bytes(&edit), &count) < 0 || count != hll_count_registers(registers))
            return "ERR TESTFAILED the encodings count differently";
        if (fabs((double)count - i) > i * error_limit)
            return "ERR TESTFAILED the count is too far off";
    }
    hll_header_init(dense, HLL_DENSE);
    hll_dense_pack(dense, registers);
    for (unsigned i = 0; i < HLL_REGISTERS; i++)
        if (hll_dense_get(dense, i) != registers[i] || hll_dense_get(edit.bytes, i) != registers[i])
            return "ERR TESTFAILED a register reads differently from what was written";
    return NULL;
}

/* PFSELFTEST -> OK, or what is wrong. */
static void pfselftest(struct request *rq, struct reply *out)
{
    const char *failure = count_and_compare(rq);

    if (failure)
        reply_error(out, failure);
    else
        reply_ok(out);
}

const struct command_spec hll_debug_commands[] = {
    {.name = "pfdebug",
     .usage = "subcommand key",
     .summary = "Shows the registers, the runs or the encoding of a HyperLogLog.",
     .group = "hyperloglog",
     .since = "2.8.9",
     .complexity = "O(1), with a large constant",
     .arity = 3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_ADMIN | CMD_SHARDED | CMD_SYSCMD,
     .acl = ACL_HYPERLOGLOG,
     .keys = {KEY_AT(2, KEY_RW | KEY_ACCESS)},
     .run = pfdebug},
    {.name = "pfselftest",
     .usage = "",
     .summary = "Tests that HyperLogLogs store and count as they should.",
     .group = "hyperloglog",
     .since = "2.8.9",
     .complexity = "O(1), with a large constant",
     .arity = 1,
     .flags = CMD_ADMIN | CMD_SHARDED | CMD_SYSCMD,
     .acl = ACL_HYPERLOGLOG,
     .run = pfselftest},
    {.name = NULL},
};
