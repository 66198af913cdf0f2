#include "types/string/string_condition.h"

#include "core/base/check.h"
#include "core/base/error.h"
#include "core/num/num.h"

#include <xxhash.h>

static enum string_condition_word word_of(struct span text)
{
    static const char *const words[] = {
        [CONDITION_IFEQ] = "ifeq",
        [CONDITION_IFNE] = "ifne",
        [CONDITION_IFDEQ] = "ifdeq",
        [CONDITION_IFDNE] = "ifdne",
    };

    for (int word = CONDITION_IFEQ; word <= CONDITION_IFDNE; word++)
        if (span_is(text, words[word]))
            return word;
    return CONDITION_NONE;
}

bool string_condition_read(const struct request *rq, size_t *at, struct string_condition *condition)
{
    enum string_condition_word word = word_of(rq->argv[*at]);

    if (word == CONDITION_NONE || *at + 1 >= rq->argc)
        return false;
    if (condition->word != CONDITION_NONE && condition->word != word)
        return false;
    condition->word = word;
    condition->operand = rq->argv[++*at];
    return true;
}

void string_digest(struct span bytes, char to[STRING_DIGEST_SIZE])
{
    uint64_t hash = XXH3_64bits(bytes.data, bytes.size);

    for (int i = STRING_DIGEST_SIZE - 1; i >= 0; i--, hash >>= 4)
        to[i] = "0123456789abcdef"[hash & 15];
}

int string_condition_test(const struct string_condition *condition, const struct entry *entry,
                          struct reply *out)
{
    bool negated = condition->word == CONDITION_IFNE || condition->word == CONDITION_IFDNE;
    char scratch[NUM_TEXT_LIMIT], digest[STRING_DIGEST_SIZE];
    struct span bytes;

    CHECK(condition->word != CONDITION_NONE);
    if (!entry)
        return negated;
    bytes = entry_string(entry, scratch);
    if (condition->word == CONDITION_IFEQ || condition->word == CONDITION_IFNE)
        return span_equal(bytes, condition->operand) != negated;
    if (condition->operand.size != STRING_DIGEST_SIZE) {
        reply_error(out, "ERR must be exactly 16 hexadecimal characters");
        return ERR_SYNTAX;
    }
    string_digest(bytes, digest);
    return span_equal_nocase(span_of(digest, sizeof(digest)), condition->operand) != negated;
}
