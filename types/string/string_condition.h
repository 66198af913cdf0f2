/* string_condition.h - IFEQ, IFNE, IFDEQ and IFDNE: do it only if the string at the key is (not)
 * this one, or has (not) this digest. The digest is XXH3-64 as 16 hexadecimal digits. */
#ifndef MS_TYPES_STRING_STRING_CONDITION_H
#define MS_TYPES_STRING_STRING_CONDITION_H

#include "core/command/reply.h"
#include "core/command/request.h"
#include "storage/keyspace/entry.h"

enum {
    STRING_DIGEST_SIZE = 16
};

enum string_condition_word {
    CONDITION_NONE = 0,
    CONDITION_IFEQ,
    CONDITION_IFNE,
    CONDITION_IFDEQ,
    CONDITION_IFDNE,
};

/* Start it zeroed. */
struct string_condition {
    enum string_condition_word word;
    struct span operand;
};

/* Reads the word at argument *at and its operand. On true, *at is the operand's place. False, with
 * nothing changed, if it is no such word, lacks its operand, or another one was read before. */
bool string_condition_read(const struct request *rq, size_t *at,
                           struct string_condition *condition);

/* 1 if the condition holds for the string `entry` (NULL: the key is missing, and only "not equal"
 * holds), 0 if not; ERR_SYNTAX after writing an error when the operand cannot be a digest, which
 * only an existing string gives reason to look at. CHECKs that the entry is a string. O(bytes). */
int string_condition_test(const struct string_condition *condition, const struct entry *entry,
                          struct reply *out);

/* Writes the digest of the bytes: lower case, no terminator. O(bytes). */
void string_digest(struct span bytes, char to[STRING_DIGEST_SIZE]);

#endif
