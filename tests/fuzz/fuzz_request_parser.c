/* Requests: however the bytes are cut, the parser finds the same requests and the same error, and
 * no argument lies outside the bytes. The first byte of the input says how to cut, and whether the
 * client has logged in; the others are what the client sends. */
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/hash/key_hash.h"
#include "core/resp/request_parser.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum {
    INPUT_LIMIT = REQUEST_LINE_LIMIT /* beyond it a line's end counts only if it comes in time */
};

/* What was found: requests are summed up in a hash. */
struct outcome {
    uint64_t hash;
    size_t requests, consumed;
    const char *error;
};

static void note(struct outcome *outcome, const struct request_parser *parser)
{
    for (size_t i = 0; i < parser->argc; i++)
        outcome->hash = outcome->hash * 31 + key_hash(parser->argv[i]);
    outcome->hash = outcome->hash * 31 + parser->argc;
    outcome->requests++;
}

static void check_arguments(const struct request_parser *parser, const char *data, size_t size)
{
    if (data[0] != '*')
        return; /* an inline request's words are in the parser's own text */
    for (size_t i = 0; i < parser->argc; i++)
        CHECK(parser->argv[i].data > data &&
              parser->argv[i].data + parser->argv[i].size < data + size);
}

/* Feeds everything, at most `step` new bytes at a time, each time at another address. */
static struct outcome parse(const char *data, size_t size, size_t step, bool unauthenticated)
{
    struct request_parser parser = {
        .limits = {.bulk_bytes = 100000, .unauthenticated = unauthenticated}};
    struct outcome outcome = {0};
    size_t have = 0;
    int rc = 0;

    while (rc >= 0 && (rc > 0 || have < size)) {
        size_t more = rc > 0 ? 0 : step < size - have ? step : size - have, consumed = 0, left;
        char *copy;

        have += more;
        left = have - outcome.consumed;
        copy = mem_alloc(left ? left : 1);
        memcpy(copy, data + outcome.consumed, left);
        rc = request_parser_feed(&parser, copy, left, &consumed);
        CHECK(consumed <= left && (rc > 0) == (consumed > 0));
        if (rc > 0) {
            check_arguments(&parser, copy, left);
            note(&outcome, &parser);
            outcome.consumed += consumed;
            request_parser_reset(&parser);
        } else if (rc < 0) {
            CHECK(parser.error);
            outcome.error = strstr(parser.error, "expected '$'") ? "expected" : parser.error;
        }
        mem_free(copy);
    }
    request_parser_release(&parser);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct outcome whole, parts;
    bool unauthenticated;
    size_t step;

    if (size < 2 || size > INPUT_LIMIT)
        return 0;
    unauthenticated = data[0] & 1;
    step = 1 + (data[0] >> 1);
    whole = parse((const char *)data + 1, size - 1, size, unauthenticated);
    parts = parse((const char *)data + 1, size - 1, step, unauthenticated);
    CHECK(whole.requests == parts.requests);
    CHECK(whole.hash == parts.hash);
    CHECK(whole.consumed == parts.consumed);
    CHECK((whole.error == NULL) == (parts.error == NULL));
    CHECK(!whole.error || strcmp(whole.error, parts.error) == 0);
    return 0;
}
