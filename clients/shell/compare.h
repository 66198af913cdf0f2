/* compare.h - whether two servers hold the same: every database, key by key, and the functions.
 *
 * A pass reads everything. While writers go on a key may be read before a change on one server and
 * after it on the other: such keys are kept as suspects, and compare_again reads only those. What
 * is still different when no writer writes is different. One thread. */
#ifndef MS_CLIENTS_SHELL_COMPARE_H
#define MS_CLIENTS_SHELL_COMPARE_H

#include "clients/shell/key_reader.h"
#include "clients/shell/side.h"

#include <stdio.h>

struct comparison;

struct compare_options {
    struct side *redis;
    struct side *ours;
    struct key_abilities abilities;
    int databases;  /* compares 0 .. databases - 1 */
    bool functions; /* both know FUNCTION LIST */
    /* Called between batches, for progress and whatever has to be kept alive meanwhile; false ends
     * the comparison with MS_ERROR_STOPPED. */
    bool (*tick)(void *context);
    void *context;
};

struct comparison *comparison_new(const struct compare_options *options);
void comparison_free(struct comparison *comparison); /* NULL is allowed */

/* Reads everything anew; forgets earlier suspects. MS_OK, MS_ERROR_STOPPED, or why one of the
 * servers did not answer (side_error has the words; comparison_failed tells which). */
int comparison_pass(struct comparison *comparison);

/* Reads the suspects again, and drops those that are the same now. Results as above. */
int comparison_again(struct comparison *comparison);

struct side *comparison_failed(const struct comparison *comparison);

/* Keys read so far in this pass, and how many there were about when it began. */
uint64_t comparison_done(const struct comparison *comparison);
uint64_t comparison_total(const struct comparison *comparison);

/* Keys (and functions) that were not the same when they were last read. */
size_t comparison_suspects(const struct comparison *comparison);

/* How many of them stay as they are on both servers, reading after reading: they differ for good,
 * and not because somebody writes. Functions count at once. */
size_t comparison_settled(const struct comparison *comparison);

/* There were more than could be kept: only another pass tells. */
bool comparison_is_partial(const struct comparison *comparison);

/* Keys of each database, by DBSIZE: false when they differ, with the words in `error`. */
bool comparison_counts(struct comparison *comparison, char *error, size_t error_size);

/* A line for each of the first suspects and what is not the same about it. */
void comparison_print(const struct comparison *comparison, FILE *to);

#endif
