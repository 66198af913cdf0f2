/* zset_commands.h - the tables of the sorted set commands, each beside its handlers. */
#ifndef MS_TYPES_ZSET_ZSET_COMMANDS_H
#define MS_TYPES_ZSET_ZSET_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec zset_add_commands[];    /* ZADD ZINCRBY ZREM */
extern const struct command_spec zset_read_commands[];   /* ZCARD ZSCORE ZMSCORE ZRANK ZREVRANK
                                                            ZRANDMEMBER ZSCAN */
extern const struct command_spec zset_range_commands[];  /* ZRANGE and its older forms, ZRANGESTORE,
                                                            ZCOUNT ZLEXCOUNT */
extern const struct command_spec zset_remove_commands[]; /* ZREMRANGEBYRANK -SCORE -LEX */
extern const struct command_spec zset_pop_commands[];    /* ZPOPMIN ZPOPMAX ZMPOP, BZPOPMIN ... */
extern const struct command_spec zset_combine_commands[]; /* ZUNION ZINTER ZDIFF, -STORE, -CARD */

/* What ZADD does once its arguments are read, for GEOADD too: adds the pairs, writes the reply,
 * records the effects. */
struct zset_pair {
    double score;
    struct span member;
};
struct zset_add_args {
    unsigned flags; /* enum zset_add_flag */
    bool changed;   /* CH: the reply counts updates too */
    size_t count;
    const struct zset_pair *pairs;
};
void zset_add_pairs(struct request *rq, struct key key, const struct zset_add_args *args,
                    struct reply *out);

#endif
