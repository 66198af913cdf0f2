/* geo_area.h - distances on a sphere, and which cells of the grid a circle or a rectangle around a
 * point can touch. Metres and degrees. Pure functions, any thread. */
#ifndef MS_TYPES_GEO_GEO_AREA_H
#define MS_TYPES_GEO_GEO_AREA_H

#include "types/geo/geo_hash.h"

#include <stddef.h>

#define GEO_EARTH_RADIUS_M 6372797.560856

/* The great circle between two points, by the haversine formula. */
double geo_distance_m(struct geo_point a, struct geo_point b);

/* What is searched: all within `radius_m`, or in a box of sides along the meridians and parallels.
 */
struct geo_shape {
    struct geo_point centre;
    bool is_box;
    double radius_m;          /* of a circle */
    double width_m, height_m; /* of a box */
};

/* True if the point is in the shape; then *distance_m is that from the centre. */
bool geo_shape_contains(const struct geo_shape *shape, struct geo_point point, double *distance_m);

enum {
    GEO_CELLS_LIMIT = 16 /* nine, and the ends of the grid beside them */
};

/* The cells, at most nine and each once, that hold all of the shape: the centre's first. Returns
 * how many. */
size_t geo_shape_cells(const struct geo_shape *shape, struct geo_cell cells[GEO_CELLS_LIMIT]);

#endif
