#include "core/command/command.h"
#include "core/base/error.h"
#include "core/num/num.h"

#include <string.h>

bool command_arity_fits(const struct command_spec *spec, size_t argc)
{
    return spec->arity >= 0 ? argc == (size_t)spec->arity : argc >= (size_t)-spec->arity;
}

/* Where the spec's keys begin, or ERR_MISSING when its word is not among the arguments. */
static long find_begin(const struct key_spec *spec, size_t argc, const struct span *argv)
{
    long step = spec->start_from > 0 ? 1 : -1;
    long at = spec->start_from > 0 ? spec->start_from : (long)argc + spec->start_from;

    if (spec->begin == KEY_BEGIN_INDEX)
        return spec->index;
    if (spec->begin != KEY_BEGIN_KEYWORD)
        return ERR_MISSING;
    for (; at > 0 && at < (long)argc; at += step)
        if (span_is(argv[at], spec->keyword))
            return at + 1;
    return ERR_MISSING;
}

struct key_range {
    long first, last, step;
};

/* The keys of a spec that begins at `begin`. 0, or ERR_SYNTAX. */
static int find_range(const struct key_spec *spec, long begin, size_t argc, const struct span *argv,
                      struct key_range *range)
{
    int64_t count;

    range->step = spec->step > 0 ? spec->step : 1;
    if (spec->find == KEY_FIND_RANGE) {
        range->first = begin;
        if (spec->last >= 0) {
            range->last = begin + spec->last;
        } else if (spec->limit <= 1) {
            range->last = (long)argc + spec->last;
        } else {
            range->last = begin + ((long)argc - begin) / spec->limit + spec->last;
        }
        return 0;
    }
    if (spec->find != KEY_FIND_KEYNUM || begin + spec->count_at >= (long)argc)
        return ERR_SYNTAX;
    if (num_parse_i64(argv[begin + spec->count_at], &count) < 0 || count < 0 ||
        count > COMMAND_KEYS_LIMIT)
        return ERR_SYNTAX;
    range->first = begin + spec->first;
    range->last = range->first + ((long)count - 1) * range->step;
    return 0;
}

int command_find_keys(const struct command_spec *spec, size_t argc, const struct span *argv,
                      struct arena *arena, struct command_key **keys)
{
    struct command_key *found = arena_array(arena, argc, sizeof(*found));
    int count = 0;

    if (spec->find_keys)
        return spec->find_keys(argc, argv, arena, keys);
    *keys = found;
    for (int i = 0; i < COMMAND_KEY_SPECS && spec->keys[i].begin != KEY_BEGIN_NONE; i++) {
        long begin = find_begin(&spec->keys[i], argc, argv);
        struct key_range range;

        if (begin < 0 || begin >= (long)argc)
            continue;
        if (find_range(&spec->keys[i], begin, argc, argv, &range) < 0 || range.last >= (long)argc)
            return ERR_SYNTAX;
        if (spec->keys[i].flags & KEY_NOT_KEY)
            continue;
        for (long at = range.first; at <= range.last; at += range.step) {
            if (count == (int)argc)
                return ERR_SYNTAX;
            found[count++] = (struct command_key){.at = (int)at, .flags = spec->keys[i].flags};
        }
    }
    return count;
}
