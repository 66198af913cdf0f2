/* geo_args.h - what the handlers of geo commands have in common: coordinates, units, replies. */
#ifndef MS_TYPES_GEO_GEO_ARGS_H
#define MS_TYPES_GEO_GEO_ARGS_H

#include "core/bytes/span.h"
#include "core/command/reply.h"
#include "types/geo/geo_hash.h"
#include "types/zset/zset.h"

/* Each returns 0, or ERR_SYNTAX or ERR_RANGE after writing the error. */

/* Longitude and latitude, words[0] and words[1]. */
int geo_args_point(const struct span *words, struct geo_point *point, struct reply *out);

/* M, KM, FT or MI, as metres. */
int geo_args_unit(struct span word, double *unit_m, struct reply *out);

/* Where a member is; false if it is not there. */
bool geo_member_point(const struct zset *zset, struct span member, struct geo_point *point);

/* A distance with four decimals, in bulk. */
void geo_reply_distance(struct reply *out, double distance);
/* [longitude, latitude] with up to 17 decimals. */
void geo_reply_point(struct reply *out, struct geo_point point);

#endif
