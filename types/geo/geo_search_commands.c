/* geo_search_commands.c - GEOSEARCH, GEOSEARCHSTORE, and the older GEORADIUS family.
 *
 * The shape gives up to nine cells (geo_area.h), each of them an interval of scores; their elements
 * are looked at one by one. As in Redis the sorted set is looked up first, and the arguments are
 * read in their order. */
#include "core/base/error.h"
#include "core/num/num.h"
#include "types/geo/geo_area.h"
#include "types/geo/geo_args.h"
#include "types/geo/geo_commands.h"
#include "types/zset/zset_args.h"
#include "types/zset/zset_gather.h"

#include <stdlib.h>

enum geo_form {
    FORM_SEARCH = 1 << 0, /* GEOSEARCH, GEOSEARCHSTORE */
    FORM_STORE = 1 << 1,  /* GEOSEARCHSTORE; for the others: STORE and STOREDIST are allowed */
    FORM_MEMBER = 1 << 2, /* GEORADIUSBYMEMBER */
};

enum geo_sort {
    SORT_NONE,
    SORT_NEAREST,
    SORT_FURTHEST
};

struct geo_query {
    unsigned form; /* enum geo_form */
    struct zset *zset;
    struct geo_shape shape;
    double unit_m; /* of the distances in the reply */
    bool has_centre, has_shape;
    bool from_member; /* the centre was given by FROMMEMBER */
    bool with_distance, with_hash, with_point;
    enum geo_sort sort;
    bool any;
    int64_t count;   /* 0: all */
    size_t store_at; /* argument; 0: reply */
    bool store_distance;
};

struct geo_found {
    struct span member; /* in the arena, as far as it is not in the sorted set for good */
    struct geo_point point;
    double score, distance_m;
    size_t order; /* as it was found */
};

struct geo_result {
    struct geo_found *found;
    size_t count, capacity;
};

static int fail(struct reply *out, const char *text)
{
    reply_error(out, text);
    return ERR_SYNTAX;
}

/* --- Arguments. */

static int parse_length(struct span word, const char *error, double *length, struct reply *out)
{
    return num_parse_double(word, length) < 0 ? fail(out, error) : 0;
}

/* words[0] and the unit words[1]. */
static int parse_radius(const struct span *words, struct geo_query *query, struct reply *out)
{
    struct geo_shape *shape = &query->shape;

    if (parse_length(words[0], "ERR need numeric radius", &shape->radius_m, out) < 0)
        return ERR_SYNTAX;
    if (shape->radius_m < 0)
        return fail(out, "ERR radius cannot be negative");
    if (geo_args_unit(words[1], &query->unit_m, out) < 0)
        return ERR_SYNTAX;
    shape->radius_m *= query->unit_m;
    shape->is_box = false;
    query->has_shape = true;
    return 0;
}

/* words[0], words[1] and the unit words[2]. */
static int parse_box(const struct span *words, struct geo_query *query, struct reply *out)
{
    struct geo_shape *shape = &query->shape;

    if (parse_length(words[0], "ERR need numeric width", &shape->width_m, out) < 0 ||
        parse_length(words[1], "ERR need numeric height", &shape->height_m, out) < 0)
        return ERR_SYNTAX;
    if (shape->width_m < 0 || shape->height_m < 0)
        return fail(out, "ERR height or width cannot be negative");
    if (geo_args_unit(words[2], &query->unit_m, out) < 0)
        return ERR_SYNTAX;
    shape->width_m *= query->unit_m;
    shape->height_m *= query->unit_m;
    shape->is_box = true;
    query->has_shape = true;
    return 0;
}

/* The centre is a member; without a sorted set it does not matter which. */
static int parse_member(struct span word, struct geo_query *query, struct reply *out)
{
    if (query->zset && !geo_member_point(query->zset, word, &query->shape.centre))
        return fail(out, "ERR could not decode requested zset member");
    query->has_centre = query->from_member = true;
    return 0;
}

/* Words that only GEOSEARCH and GEOSEARCHSTORE know, at argument *at, which moves behind them. 0,
 * an error, or ERR_MISSING if it is none of them. */
static int parse_search_word(const struct request *rq, size_t *at, struct geo_query *query,
                             struct reply *out)
{
    const struct span *words = rq->argv + *at;
    size_t left = rq->argc - *at - 1; /* behind the word */

    if (!(query->form & FORM_SEARCH))
        return ERR_MISSING;
    if (left >= 1 && span_is(words[0], "frommember") &&
        (query->from_member || !query->has_centre)) {
        *at += 2;
        return parse_member(words[1], query, out);
    }
    if (left >= 2 && span_is(words[0], "fromlonlat") && !query->from_member) {
        *at += 3;
        query->has_centre = true;
        return geo_args_point(words + 1, &query->shape.centre, out);
    }
    if (left >= 2 && span_is(words[0], "byradius") && !(query->has_shape && query->shape.is_box)) {
        *at += 3;
        return parse_radius(words + 1, query, out);
    }
    if (left >= 3 && span_is(words[0], "bybox") && !(query->has_shape && !query->shape.is_box)) {
        *at += 4;
        return parse_box(words + 1, query, out);
    }
    if (query->form & FORM_STORE && span_is(words[0], "storedist")) {
        ++*at;
        query->store_distance = true;
        return 0;
    }
    return ERR_MISSING;
}

/* STORE key, STOREDIST key of the older commands; the last one counts. */
static bool parse_store_word(size_t argc, const struct span *argv, size_t *at,
                             struct geo_query *query)
{
    bool distance = span_is(argv[*at], "storedist");

    if (query->form & FORM_SEARCH || !(query->form & FORM_STORE) || *at + 1 >= argc ||
        !(distance || span_is(argv[*at], "store")))
        return false;
    query->store_at = *at + 1;
    query->store_distance = distance;
    *at += 2;
    return true;
}

/* Words without anything behind them. */
static bool parse_flag_word(struct span word, struct geo_query *query)
{
    if (span_is(word, "withdist"))
        query->with_distance = true;
    else if (span_is(word, "withhash"))
        query->with_hash = true;
    else if (span_is(word, "withcoord"))
        query->with_point = true;
    else if (span_is(word, "any"))
        query->any = true;
    else if (span_is(word, "asc"))
        query->sort = SORT_NEAREST;
    else if (span_is(word, "desc"))
        query->sort = SORT_FURTHEST;
    else
        return false;
    return true;
}

static int parse_words(const struct request *rq, size_t at, struct geo_query *query,
                       struct reply *out)
{
    while (at < rq->argc) {
        int rc;

        if (parse_flag_word(rq->argv[at], query)) {
            at++;
        } else if (span_is(rq->argv[at], "count") && at + 1 < rq->argc) {
            if (num_parse_i64(rq->argv[at + 1], &query->count) < 0)
                return fail(out, ERROR_NOT_INTEGER);
            if (query->count <= 0)
                return fail(out, "ERR COUNT must be > 0");
            at += 2;
        } else if (!parse_store_word(rq->argc, rq->argv, &at, query)) {
            rc = parse_search_word(rq, &at, query, out);
            if (rc == ERR_MISSING)
                return fail(out, ERROR_SYNTAX);
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

/* What only shows when all words are read. */
static int check_words(const struct request *rq, const struct geo_query *query, struct reply *out)
{
    bool shows = query->with_distance || query->with_hash || query->with_point;

    if (query->store_at && shows) {
        reply_error_format(
            out, "ERR %s is not compatible with WITHDIST, WITHHASH and WITHCOORD options",
            query->form & FORM_SEARCH ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS");
        return ERR_SYNTAX;
    }
    if (query->form & FORM_SEARCH && !(query->has_centre && query->has_shape)) {
        reply_error_format(out, "ERR exactly one of %s can be specified for %.*s",
                           query->has_centre ? "BYRADIUS and BYBOX" : "FROMMEMBER or FROMLONLAT",
                           SPAN_ARGS(rq->argv[0]));
        return ERR_SYNTAX;
    }
    if (query->any && query->count == 0)
        return fail(out, "ERR the ANY argument requires COUNT argument");
    return 0;
}

/* The arguments of the older commands before the options; *at is behind them. */
static int parse_fixed(const struct request *rq, size_t *at, struct geo_query *query,
                       struct reply *out)
{
    if (query->form & FORM_MEMBER) {
        *at = 5;
        if (!query->zset)
            return 0; /* as in Redis: nothing is looked at */
        if (parse_member(rq->argv[2], query, out) < 0)
            return ERR_SYNTAX;
        return parse_radius(rq->argv + 3, query, out);
    }
    *at = 6;
    if (geo_args_point(rq->argv + 2, &query->shape.centre, out) < 0)
        return ERR_SYNTAX;
    return parse_radius(rq->argv + 4, query, out);
}

static int parse_query(struct request *rq, struct geo_query *query, struct reply *out)
{
    bool search = query->form & FORM_SEARCH, store = search && query->form & FORM_STORE;
    size_t at = store ? 3 : 2;

    if (zset_args_find(rq, store ? 2 : 1, FIND_READ, &query->zset, out) < 0)
        return ERR_UNSUPPORTED;
    query->store_at = store ? 1 : 0;
    if ((!search && parse_fixed(rq, &at, query, out) < 0) || parse_words(rq, at, query, out) < 0 ||
        check_words(rq, query, out) < 0)
        return ERR_SYNTAX;
    if (query->count > 0 && query->sort == SORT_NONE && !query->any)
        query->sort = SORT_NEAREST; /* the nearest ones, not just any */
    return 0;
}

/* --- Searching. */

static void keep(struct request *rq, struct geo_result *result, const struct geo_found *found)
{
    if (result->count == result->capacity) {
        size_t capacity = result->capacity ? result->capacity * 2 : 16;
        struct geo_found *grown = arena_array(rq->arena, capacity, sizeof(*grown));

        if (result->count)
            memcpy(grown, result->found, result->count * sizeof(*grown));
        result->found = grown;
        result->capacity = capacity;
    }
    result->found[result->count] = *found;
    result->found[result->count].order = result->count;
    result->count++;
}

/* Keeps what of a cell is in the shape; false when there is enough. */
static bool search_cell(struct request *rq, const struct geo_query *query, struct geo_cell cell,
                        struct geo_result *result)
{
    struct geo_found found;
    struct zset_walk walk;
    uint64_t first, end;

    geo_cell_codes(cell, &first, &end);
    zset_walk_begin(&walk, query->zset, zset_count_below_score(query->zset, (double)first, false),
                    false);
    while (zset_walk_next(&walk, &found.member, &found.score) && found.score < (double)end) {
        found.point = geo_point_of(found.score);
        if (!geo_shape_contains(&query->shape, found.point, &found.distance_m))
            continue;
        if (zset_is_small(query->zset)) /* a number's text is in the walk */
            found.member = arena_span(rq->arena, found.member);
        keep(rq, result, &found);
        if (query->any && result->count >= (size_t)query->count)
            return false;
    }
    return true;
}

static int compare_nearest(const void *a, const void *b)
{
    const struct geo_found *x = a, *y = b;

    if (x->distance_m != y->distance_m)
        return x->distance_m < y->distance_m ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static int compare_furthest(const void *a, const void *b)
{
    const struct geo_found *x = a, *y = b;

    if (x->distance_m != y->distance_m)
        return x->distance_m > y->distance_m ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static struct geo_result search(struct request *rq, const struct geo_query *query)
{
    struct geo_cell cells[GEO_CELLS_LIMIT];
    struct geo_result result = {0};
    size_t count = geo_shape_cells(&query->shape, cells);

    for (size_t i = 0; i < count && search_cell(rq, query, cells[i], &result); i++)
        ;
    if (query->sort != SORT_NONE && result.count > 0)
        qsort(result.found, result.count, sizeof(*result.found),
              query->sort == SORT_NEAREST ? compare_nearest : compare_furthest);
    if (query->count > 0 && result.count > (uint64_t)query->count)
        result.count = (size_t)query->count;
    return result;
}

/* --- Results. */

static void reply_result(const struct geo_query *query, const struct geo_result *result,
                         struct reply *out)
{
    size_t shown =
        1u + (size_t)query->with_distance + (size_t)query->with_hash + (size_t)query->with_point;

    reply_array(out, result->count);
    for (size_t i = 0; i < result->count; i++) {
        const struct geo_found *found = &result->found[i];

        if (shown > 1)
            reply_array(out, shown);
        reply_bulk(out, found->member);
        if (query->with_distance)
            geo_reply_distance(out, found->distance_m / query->unit_m);
        if (query->with_hash)
            reply_integer(out, (int64_t)found->score);
        if (query->with_point)
            geo_reply_point(out, found->point);
    }
}

static void store_result(struct request *rq, const struct geo_query *query,
                         const struct geo_result *result, struct reply *out)
{
    struct zset_gather *gather = zset_gather_new();
    struct zset *zset;
    bool added;

    for (size_t i = 0; i < result->count; i++) {
        const struct geo_found *found = &result->found[i];

        *zset_gather_score(gather, found->member, &added) =
            query->store_distance ? found->distance_m / query->unit_m : found->score;
    }
    zset = zset_gather_finish(gather, rq->settings);
    reply_integer(out, (int64_t)zset_store_take(rq, request_key(rq, query->store_at), zset,
                                                query->form & FORM_SEARCH ? "geosearchstore"
                                                                          : "georadiusstore"));
}

static void run_query(struct request *rq, unsigned form, struct reply *out)
{
    struct geo_query query = {.form = form};
    struct geo_result result = {0};

    if (parse_query(rq, &query, out) < 0)
        return;
    if (query.zset)
        result = search(rq, &query);
    if (query.store_at)
        store_result(rq, &query, &result, out);
    else
        reply_result(&query, &result, out);
}

/* GEOSEARCH key FROMMEMBER member | FROMLONLAT longitude latitude BYRADIUS radius unit |
 * BYBOX width height unit [ASC | DESC] [COUNT count [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]. */
static void geosearch(struct request *rq, struct reply *out)
{
    run_query(rq, FORM_SEARCH, out);
}

/* GEOSEARCHSTORE destination source ... as GEOSEARCH [STOREDIST] -> how many there are now. */
static void geosearchstore(struct request *rq, struct reply *out)
{
    run_query(rq, FORM_SEARCH | FORM_STORE, out);
}

/* GEORADIUS key longitude latitude radius unit ... [STORE key | STOREDIST key]. */
static void georadius(struct request *rq, struct reply *out)
{
    run_query(rq, FORM_STORE, out);
}

static void georadius_ro(struct request *rq, struct reply *out)
{
    run_query(rq, 0, out);
}

/* GEORADIUSBYMEMBER key member radius unit ... [STORE key | STOREDIST key]. */
static void georadiusbymember(struct request *rq, struct reply *out)
{
    run_query(rq, FORM_MEMBER | FORM_STORE, out);
}

static void georadiusbymember_ro(struct request *rq, struct reply *out)
{
    run_query(rq, FORM_MEMBER, out);
}

/* The key searched, and the one that the last STORE or STOREDIST names. The specs would take the
 * first of each, and a key named STORE for the word. */
static int find_keys(size_t argc, const struct span *argv, struct arena *arena, size_t at,
                     struct command_key **keys)
{
    struct geo_query query = {.form = FORM_STORE};

    while (at < argc)
        if (!parse_store_word(argc, argv, &at, &query))
            at += span_is(argv[at], "count") ? 2 : 1;
    *keys = arena_array(arena, 2, sizeof(**keys));
    (*keys)[0] = (struct command_key){.at = 1, .flags = KEY_RO | KEY_ACCESS};
    (*keys)[1] = (struct command_key){.at = (int)query.store_at, .flags = KEY_OW | KEY_UPDATE};
    return query.store_at ? 2 : 1;
}

static int georadius_keys(size_t argc, const struct span *argv, struct arena *arena,
                          struct command_key **keys)
{
    return find_keys(argc, argv, arena, 6, keys);
}

static int georadiusbymember_keys(size_t argc, const struct span *argv, struct arena *arena,
                                  struct command_key **keys)
{
    return find_keys(argc, argv, arena, 5, keys);
}

#define SHAPE_USAGE                                                                                \
    "<FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | "   \
    "BYBOX width height <M | KM | FT | MI>> [ASC | DESC] [COUNT count [ANY]]"
#define SHOW_USAGE      "[WITHCOORD] [WITHDIST] [WITHHASH]"
#define RADIUS_USAGE    "radius <M | KM | FT | MI> " SHOW_USAGE " [COUNT count [ANY]] [ASC | DESC]"
#define STORE_USAGE     " [STORE key | STOREDIST key]"
#define STORE_KEY_FLAGS (KEY_OW | KEY_UPDATE | KEY_INCOMPLETE)
#define COST            "O(N + log M) with N elements around the shape and M in the sorted set"

const struct command_spec geo_search_commands[] = {
    {.name = "geosearch",
     .usage = "key " SHAPE_USAGE " " SHOW_USAGE,
     .summary = "Returns the members inside of a circle or a box.",
     .group = "geo",
     .since = "6.2.0",
     .complexity = COST,
     .arity = -7,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_GEO,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = geosearch},
    {.name = "geosearchstore",
     .usage = "destination source " SHAPE_USAGE " [STOREDIST]",
     .summary = "Stores the members inside of a circle or a box.",
     .group = "geo",
     .since = "6.2.0",
     .complexity = COST,
     .arity = -8,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_GEO,
     .keys = {KEY_AT(1, KEY_OW | KEY_UPDATE), KEY_AT(2, KEY_RO | KEY_ACCESS)},
     .run = geosearchstore},
    {.name = "georadius",
     .usage = "key longitude latitude " RADIUS_USAGE STORE_USAGE,
     .summary = "Returns or stores the members within a distance of a point.",
     .group = "geo",
     .since = "3.2.0",
     .complexity = COST,
     .arity = -6,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_GEO,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS), KEYS_AFTER("STORE", 6, 0, 1, 0, STORE_KEY_FLAGS),
              KEYS_AFTER("STOREDIST", 6, 0, 1, 0, STORE_KEY_FLAGS)},
     .deprecated_since = "6.2.0",
     .replaced_by = "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument",
     .run = georadius,
     .find_keys = georadius_keys},
    {.name = "georadius_ro",
     .usage = "key longitude latitude " RADIUS_USAGE,
     .summary = "Returns the members within a distance of a point.",
     .group = "geo",
     .since = "3.2.10",
     .complexity = COST,
     .arity = -6,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_GEO,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .deprecated_since = "6.2.0",
     .replaced_by = "`GEOSEARCH` with the `BYRADIUS` argument",
     .run = georadius_ro},
    {.name = "georadiusbymember",
     .usage = "key member " RADIUS_USAGE STORE_USAGE,
     .summary = "Returns or stores the members within a distance of a member.",
     .group = "geo",
     .since = "3.2.0",
     .complexity = COST,
     .arity = -5,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_GEO,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS), KEYS_AFTER("STORE", 5, 0, 1, 0, STORE_KEY_FLAGS),
              KEYS_AFTER("STOREDIST", 5, 0, 1, 0, STORE_KEY_FLAGS)},
     .deprecated_since = "6.2.0",
     .replaced_by =
         "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments",
     .run = georadiusbymember,
     .find_keys = georadiusbymember_keys},
    {.name = "georadiusbymember_ro",
     .usage = "key member " RADIUS_USAGE,
     .summary = "Returns the members within a distance of a member.",
     .group = "geo",
     .since = "3.2.10",
     .complexity = COST,
     .arity = -5,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_GEO,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .deprecated_since = "6.2.0",
     .replaced_by = "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments",
     .run = georadiusbymember_ro},
    {.name = NULL},
};
