/* geo_commands.c - GEOADD, GEODIST, GEOHASH, GEOPOS. Places are a sorted set whose scores are codes
 * of cells (geo_hash.h). */
#include "types/geo/geo_commands.h"
#include "types/geo/geo_area.h"
#include "types/geo/geo_args.h"
#include "types/zset/zset_args.h"
#include "types/zset/zset_commands.h"

/* GEOADD key [NX | XX] [CH] longitude latitude member [longitude latitude member ...] -> as ZADD.
 */
static void geoadd(struct request *rq, struct reply *out)
{
    struct zset_add_args args = {0};
    struct zset_pair *pairs;
    size_t at = 2;

    for (bool known = true; known && at < rq->argc; at += known) {
        if (span_is(rq->argv[at], "nx"))
            args.flags |= ZSET_NX;
        else if (span_is(rq->argv[at], "xx"))
            args.flags |= ZSET_XX;
        else if (span_is(rq->argv[at], "ch"))
            args.changed = true;
        else
            known = false;
    }
    args.count = (rq->argc - at) / 3;
    if ((rq->argc - at) % 3 != 0 || args.count == 0 ||
        (args.flags & ZSET_NX && args.flags & ZSET_XX)) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    args.pairs = pairs = arena_array(rq->arena, args.count, sizeof(*pairs));
    for (size_t i = 0; i < args.count; i++, at += 3) {
        struct geo_point point;

        if (geo_args_point(rq->argv + at, &point, out) < 0)
            return;
        pairs[i] = (struct zset_pair){.score = geo_score_of(point), .member = rq->argv[at + 2]};
    }
    zset_add_pairs(rq, request_key(rq, 1), &args, out);
}

/* GEODIST key member1 member2 [M | KM | FT | MI] -> the distance, or null. */
static void geodist(struct request *rq, struct reply *out)
{
    struct geo_point a, b;
    struct zset *zset;
    double unit_m = 1;

    if (rq->argc > 5) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    if ((rq->argc == 5 && geo_args_unit(rq->argv[4], &unit_m, out) < 0) ||
        zset_args_find(rq, 1, FIND_READ, &zset, out) < 0)
        return;
    if (zset && geo_member_point(zset, rq->argv[2], &a) && geo_member_point(zset, rq->argv[3], &b))
        geo_reply_distance(out, geo_distance_m(a, b) / unit_m);
    else
        reply_null(out);
}

/* GEOHASH key [member [member ...]] -> a geohash, or null, for each. */
static void geohash(struct request *rq, struct reply *out)
{
    struct geo_point point;
    struct zset *zset;
    char text[GEO_TEXT_SIZE];

    if (zset_args_find(rq, 1, FIND_READ, &zset, out) < 0)
        return;
    reply_array(out, rq->argc - 2);
    for (size_t i = 2; i < rq->argc; i++) {
        if (zset && geo_member_point(zset, rq->argv[i], &point)) {
            geo_text_of(point, text);
            reply_bulk(out, span_of(text, sizeof(text)));
        } else {
            reply_null(out);
        }
    }
}

/* GEOPOS key [member [member ...]] -> [longitude, latitude], or null, for each. */
static void geopos(struct request *rq, struct reply *out)
{
    struct geo_point point;
    struct zset *zset;

    if (zset_args_find(rq, 1, FIND_READ, &zset, out) < 0)
        return;
    reply_array(out, rq->argc - 2);
    for (size_t i = 2; i < rq->argc; i++) {
        if (zset && geo_member_point(zset, rq->argv[i], &point))
            geo_reply_point(out, point);
        else
            reply_null_array(out);
    }
}

const struct command_spec geo_commands[] = {
    {.name = "geoadd",
     .usage = "key [NX | XX] [CH] longitude latitude member [longitude latitude member ...]",
     .summary = "Adds members with their places, or moves them.",
     .group = "geo",
     .since = "3.2.0",
     .complexity = "O(log N) for each member",
     .arity = -5,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_GEO,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = geoadd},
    {.name = "geodist",
     .usage = "key member1 member2 [M | KM | FT | MI]",
     .summary = "Returns the distance between two members.",
     .group = "geo",
     .since = "3.2.0",
     .complexity = "O(1)",
     .arity = -4,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_GEO,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = geodist},
    {.name = "geohash",
     .usage = "key [member [member ...]]",
     .summary = "Returns the geohashes of members.",
     .group = "geo",
     .since = "3.2.0",
     .complexity = "O(1) for each member",
     .arity = -2,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_GEO,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = geohash},
    {.name = "geopos",
     .usage = "key [member [member ...]]",
     .summary = "Returns the places of members.",
     .group = "geo",
     .since = "3.2.0",
     .complexity = "O(1) for each member",
     .arity = -2,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_GEO,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = geopos},
    {.name = NULL},
};
