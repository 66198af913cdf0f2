/* geo_hash.h - places on earth as cells of a grid, the cells as integers.
 *
 * A grid of `step` halves the range of longitudes (-180 to 180) and the range of latitudes
 * (-85.05... to 85.05..., those of the Web Mercator projection) `step` times. A cell is the pair of
 * its row and column; its code has the bits of both in turn, the longitude's above the latitude's:
 *
 *   code:  lon25 lat25 lon24 lat24 ... lon0 lat0        (step 26: 52 bits, exact in a double)
 *
 * so all places in one cell of a coarse grid are one interval of the fine grid's codes. That is how
 * a sorted set whose scores are codes answers geographic questions. Pure functions, any thread.
 *
 * Source: Morton, "A computer oriented geodetic data base", 1966; Niemeyer's geohash, 2008. */
#ifndef MS_TYPES_GEO_GEO_HASH_H
#define MS_TYPES_GEO_GEO_HASH_H

#include <stdbool.h>
#include <stdint.h>

enum {
    GEO_STEP_MAX = 26,
    GEO_TEXT_SIZE = 11, /* characters of a geohash */
};

#define GEO_LONGITUDE_LIMIT 180.0
#define GEO_LATITUDE_LIMIT  85.05112878

/* Degrees, east and north positive. */
struct geo_point {
    double longitude, latitude;
};

struct geo_cell {
    uint32_t row,
        column;    /* of the latitude, of the longitude; below 2^step, or 2^step for the end */
    unsigned step; /* 1 to GEO_STEP_MAX */
};

/* What a cell covers, in degrees. */
struct geo_rectangle {
    double west, east, south, north;
};

/* True if the coordinates are within the limits above. */
bool geo_point_is_valid(struct geo_point point);

/* The cell of a valid point. */
struct geo_cell geo_cell_of(struct geo_point point, unsigned step);

/* The neighbour so many cells to the east and north (-1, 0, 1), around the end of the grid. */
struct geo_cell geo_cell_neighbour(struct geo_cell cell, int east, int north);

struct geo_rectangle geo_cell_rectangle(struct geo_cell cell);

/* The codes of the finest grid that lie in a cell: *first to *end - 1. */
void geo_cell_codes(struct geo_cell cell, uint64_t *first, uint64_t *end);

/* The score of a valid point, and the middle of the finest cell a score stands for. Scores that no
 * point has give some point. */
double geo_score_of(struct geo_point point);
struct geo_point geo_point_of(double score);

/* The geohash as used elsewhere: latitudes from -90 to 90, in base 32. The last character is "0".
 */
void geo_text_of(struct geo_point point, char text[GEO_TEXT_SIZE]);

#endif
