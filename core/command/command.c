#include "core/command/command.h"
#include "core/base/error.h"
#include "core/num/num.h"

#include <limits.h>

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
    long first, last, step; /* last < first: no key */
    unsigned flags;
};

static long range_count(const struct key_range *range)
{
    return range->last < range->first ? 0 : (range->last - range->first) / range->step + 1;
}

/* From `begin` to a last argument that the spec names. */
static void find_range(const struct key_spec *spec, long begin, size_t argc,
                       struct key_range *range)
{
    range->first = begin;
    if (spec->last >= 0)
        range->last = begin + spec->last;
    else if (spec->limit <= 1)
        range->last = (long)argc + spec->last;
    else /* only a part of what is left: the keys of XREAD STREAMS are its first half */
        range->last = begin + ((long)argc - begin) / spec->limit + spec->last;
}

/* As many as an argument says. */
static int find_counted(const struct key_spec *spec, long begin, size_t argc,
                        const struct span *argv, struct key_range *range)
{
    int64_t count;

    if (begin + spec->count_at >= (long)argc ||
        num_parse_i64(argv[begin + spec->count_at], &count) < 0 || count < 0 ||
        count > (int64_t)argc) /* no call can have so many: its handler will refuse it */
        return ERR_SYNTAX;
    range->first = begin + spec->first;
    range->last = range->first + ((long)count - 1) * range->step;
    return 0;
}

/* The keys that one spec finds; none when its word is not there. 0, or ERR_SYNTAX. */
static int resolve(const struct key_spec *spec, size_t argc, const struct span *argv,
                   struct key_range *range)
{
    long begin = find_begin(spec, argc, argv);

    *range = (struct key_range){.first = 0, .last = -1, .flags = spec->flags};
    range->step = spec->step > 0 ? spec->step : 1;
    if (begin < 0 || begin >= (long)argc)
        return 0;
    if (spec->find == KEY_FIND_RANGE)
        find_range(spec, begin, argc, range);
    else if (spec->find != KEY_FIND_KEYNUM || find_counted(spec, begin, argc, argv, range) < 0)
        return ERR_SYNTAX;
    if (range->last >= (long)argc)
        return ERR_SYNTAX;
    if (spec->flags & KEY_NOT_KEY)
        range->last = range->first - 1;
    return 0;
}

/* The usual spec: one key, always at the same place. */
static bool is_single(const struct command_spec *spec)
{
    return spec->keys[0].begin == KEY_BEGIN_INDEX && spec->keys[0].find == KEY_FIND_RANGE &&
           spec->keys[0].last == 0 && !(spec->keys[0].flags & KEY_NOT_KEY) &&
           spec->keys[1].begin == KEY_BEGIN_NONE;
}

int command_find_keys(const struct command_spec *spec, size_t argc, const struct span *argv,
                      struct arena *arena, struct command_key **keys)
{
    struct key_range ranges[COMMAND_KEY_SPECS];
    struct command_key *next;
    int specs = 0;
    long count = 0;

    if (spec->find_keys)
        return spec->find_keys(argc, argv, arena, keys);
    if (is_single(spec) && (size_t)spec->keys[0].index < argc) {
        *keys = arena_alloc(arena, sizeof(**keys));
        **keys = (struct command_key){.at = spec->keys[0].index, .flags = spec->keys[0].flags};
        return 1;
    }
    for (; specs < COMMAND_KEY_SPECS && spec->keys[specs].begin != KEY_BEGIN_NONE; specs++) {
        if (resolve(&spec->keys[specs], argc, argv, &ranges[specs]) < 0)
            return ERR_SYNTAX;
        count += range_count(&ranges[specs]);
    }
    if (count > INT_MAX)
        return ERR_SYNTAX;
    *keys = next = arena_alloc(arena, (size_t)count * sizeof(**keys));
    for (int i = 0; i < specs; i++)
        for (long at = ranges[i].first; at <= ranges[i].last; at += ranges[i].step)
            *next++ = (struct command_key){.at = (int)at, .flags = ranges[i].flags};
    return (int)count;
}
