#include "types/zset/zset_pack.h"

#include <math.h>

enum {
    SCORE_TEXT_SIZE = 40, /* num_format_double */
    SCORE_ROOM = 48,      /* bytes of a score in a listpack at most */
};

/* Integers beyond this may have no exact double. */
#define INTEGER_SCORE_LIMIT 4611686018427387904.0 /* 2^62 */

size_t zset_pack_find(const struct listpack *pack, struct span member)
{
    return listpack_find(pack, listpack_first(pack), member, 1);
}

/* The score held by the element at `at`, which is a score. */
static double score_value(const struct listpack *pack, size_t at)
{
    struct span text;
    int64_t integer;
    double score;

    if (listpack_get(pack, at, &integer, &text))
        return (double)integer;
    return num_parse_double(text, &score) < 0 ? (double)NAN : score;
}

double zset_pack_score(const struct listpack *pack, size_t at)
{
    return score_value(pack, listpack_next(pack, at));
}

static bool is_integer(double score)
{
    return score > -INTEGER_SCORE_LIMIT && score < INTEGER_SCORE_LIMIT &&
           (double)(int64_t)score == score;
}

void zset_pack_append(struct listpack **pack, struct span member, double score)
{
    char text[SCORE_TEXT_SIZE];

    listpack_append(pack, member);
    if (is_integer(score))
        listpack_append_integer(pack, (int64_t)score);
    else
        listpack_append(pack, span_of(text, num_format_double(text, score)));
}

/* True if (score, member) comes before the element at `at`. */
static bool comes_before(const struct listpack *pack, size_t at, struct span member, double score)
{
    char scratch[NUM_TEXT_LIMIT];
    double there = zset_pack_score(pack, at);

    if (score != there)
        return score < there;
    return span_compare(member, listpack_text(pack, at, scratch)) < 0;
}

void zset_pack_add(struct listpack **pack, struct span member, double score)
{
    char text[SCORE_TEXT_SIZE];
    size_t at = listpack_last(*pack);

    if (at == LISTPACK_END || !comes_before(*pack, listpack_previous(*pack, at), member, score)) {
        zset_pack_append(pack, member, score);
        return;
    }
    at = listpack_first(*pack);
    while (!comes_before(*pack, at, member, score))
        at = listpack_next(*pack, listpack_next(*pack, at));
    /* The score first: the member then goes before it. */
    at = listpack_insert(pack, at,
                         is_integer(score) ? span_of(text, num_format_i64(text, (int64_t)score))
                                           : span_of(text, num_format_double(text, score)));
    listpack_insert(pack, at, member);
}

size_t zset_pack_rank(const struct listpack *pack, size_t at)
{
    size_t rank = 0;

    for (size_t i = listpack_first(pack); i != at; rank++)
        i = listpack_next(pack, listpack_next(pack, i));
    return rank;
}

size_t zset_pack_below_score(const struct listpack *pack, double score, bool or_equal)
{
    size_t rank = 0, at = listpack_first(pack);

    for (; at != LISTPACK_END; rank++) {
        double there;

        at = listpack_next(pack, at);
        there = score_value(pack, at);
        if (there > score || (there == score && !or_equal))
            break;
        at = listpack_next(pack, at);
    }
    return rank;
}

size_t zset_pack_below_member(const struct listpack *pack, struct span member, bool or_equal)
{
    char scratch[NUM_TEXT_LIMIT];
    size_t rank = 0;

    for (size_t at = listpack_first(pack); at != LISTPACK_END; rank++) {
        int order = span_compare(listpack_text(pack, at, scratch), member);

        if (order > 0 || (order == 0 && !or_equal))
            break;
        at = listpack_next(pack, listpack_next(pack, at));
    }
    return rank;
}

size_t zset_pack_room(struct span member)
{
    return listpack_element_size(member) + SCORE_ROOM;
}
