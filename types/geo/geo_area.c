/* The search looks at the cell of the centre and its eight neighbours, in a grid so coarse that
 * they hold the shape. The grid is estimated from the radius, at high latitudes coarser, since a
 * degree of longitude is short there; if the neighbours still do not reach as far as the box around
 * the shape does, it gets coarser until they do. Neighbours beyond that box are left out.
 *
 * Places at 180 degrees east and at the highest latitude are in a column and a row of their own
 * behind the last ones (geo_hash.h), which are looked at wherever a last one is. */
#include "types/geo/geo_area.h"

#include <math.h>

#define DEGREE           (3.14159265358979323846 / 180.0)
#define MERCATOR_LIMIT_M 20037726.37 /* half of the projection's width */

static double radians(double degrees)
{
    return degrees * DEGREE;
}

static double degrees(double radian)
{
    return radian / DEGREE;
}

static double meridian_m(double latitude_a, double latitude_b)
{
    return GEO_EARTH_RADIUS_M * fabs(radians(latitude_b) - radians(latitude_a));
}

double geo_distance_m(struct geo_point a, struct geo_point b)
{
    double east = sin((radians(b.longitude) - radians(a.longitude)) / 2), north, haversine;

    if (east == 0.0)
        return meridian_m(a.latitude, b.latitude);
    north = sin((radians(b.latitude) - radians(a.latitude)) / 2);
    haversine = north * north + cos(radians(a.latitude)) * cos(radians(b.latitude)) * east * east;
    return 2.0 * GEO_EARTH_RADIUS_M * asin(sqrt(haversine));
}

bool geo_shape_contains(const struct geo_shape *shape, struct geo_point point, double *distance_m)
{
    struct geo_point beside = {shape->centre.longitude, point.latitude};

    if (shape->is_box &&
        (meridian_m(point.latitude, shape->centre.latitude) > shape->height_m / 2 ||
         geo_distance_m(point, beside) > shape->width_m / 2))
        return false;
    *distance_m = geo_distance_m(shape->centre, point);
    return shape->is_box || *distance_m <= shape->radius_m;
}

/* How many degrees to either side of its centre the shape reaches: on the parallel furthest from
 * the equator, where they are the most. A shape that holds a pole reaches all the way round. */
static double half_width(const struct geo_shape *shape, double furthest)
{
    double half_m = shape->is_box ? shape->width_m / 2 : shape->radius_m, degrees_along, ratio;

    if (fabs(furthest) >= 90)
        return GEO_LONGITUDE_LIMIT;
    degrees_along = degrees(half_m / GEO_EARTH_RADIUS_M / cos(radians(furthest)));
    if (!shape->is_box)
        return fmin(degrees_along, GEO_LONGITUDE_LIMIT);
    /* A box is measured along the great circle, which is shorter than the parallel. */
    ratio = sin(fmin(half_m / (2 * GEO_EARTH_RADIUS_M), radians(90))) / cos(radians(furthest));
    if (ratio >= 1)
        return GEO_LONGITUDE_LIMIT;
    return fmin(fmax(degrees_along, degrees(2 * asin(ratio))), GEO_LONGITUDE_LIMIT);
}

/* What is around the shape, in degrees; may be beyond the limits of the grid. */
static struct geo_rectangle rectangle_around(const struct geo_shape *shape)
{
    double half_height = shape->is_box ? shape->height_m / 2 : shape->radius_m;
    double latitude = shape->centre.latitude, longitude = shape->centre.longitude;
    double north = degrees(half_height / GEO_EARTH_RADIUS_M);
    double east = half_width(shape, latitude < 0 ? latitude - north : latitude + north);

    return (struct geo_rectangle){.west = longitude - east,
                                  .east = longitude + east,
                                  .south = latitude - north,
                                  .north = latitude + north};
}

/* A grid whose cells are about as large as the radius. */
static unsigned estimate_step(double radius_m, double latitude)
{
    int step = 1;

    if (radius_m == 0)
        return GEO_STEP_MAX;
    for (; radius_m < MERCATOR_LIMIT_M; radius_m *= 2)
        step++;
    step -= 2; /* so that the nine hold the radius in most cases */
    if (fabs(latitude) > 66)
        step--;
    if (fabs(latitude) > 80)
        step--;
    if (step < 1)
        return 1;
    return step > GEO_STEP_MAX ? GEO_STEP_MAX : (unsigned)step;
}

/* True if the four neighbours reach to the edges of what must be covered. */
static bool neighbours_reach(struct geo_cell cell, const struct geo_rectangle *needed)
{
    return geo_cell_rectangle(geo_cell_neighbour(cell, 0, 1)).north >= needed->north &&
           geo_cell_rectangle(geo_cell_neighbour(cell, 0, -1)).south <= needed->south &&
           geo_cell_rectangle(geo_cell_neighbour(cell, 1, 0)).east >= needed->east &&
           geo_cell_rectangle(geo_cell_neighbour(cell, -1, 0)).west <= needed->west;
}

/* True if the three columns and rows around a cell cover what is needed, which may go on beyond the
 * end of the grid: to the east and west it begins again there, to the north and south is nothing.
 */
static bool nine_cover(struct geo_cell cell, const struct geo_rectangle *needed)
{
    struct geo_rectangle middle = geo_cell_rectangle(cell);
    double cells = (double)(1u << cell.step);
    double width = 2 * GEO_LONGITUDE_LIMIT / cells, height = 2 * GEO_LATITUDE_LIMIT / cells;

    return middle.east + width >= needed->east && middle.west - width <= needed->west &&
           middle.north + height >= fmin(needed->north, GEO_LATITUDE_LIMIT) &&
           middle.south - height <= fmax(needed->south, -GEO_LATITUDE_LIMIT);
}

/* A list of cells, each once. */
struct cells {
    struct geo_cell *cell;
    size_t count;
};

static void add_cell(struct cells *cells, struct geo_cell cell)
{
    for (size_t i = 0; i < cells->count; i++) /* a coarse grid's neighbours are the same */
        if (cells->cell[i].row == cell.row && cells->cell[i].column == cell.column)
            return;
    cells->cell[cells->count++] = cell;
}

/* What lies behind the last column and the last row. */
static void add_ends(struct cells *cells)
{
    size_t count = cells->count;

    for (size_t i = 0; i < count; i++) {
        struct geo_cell cell = cells->cell[i];
        uint32_t end = UINT32_C(1) << cell.step;
        bool last_column = cell.column + 1 == end, last_row = cell.row + 1 == end;

        if (last_column)
            add_cell(cells, (struct geo_cell){cell.row, end, cell.step});
        if (last_row)
            add_cell(cells, (struct geo_cell){end, cell.column, cell.step});
        if (last_column && last_row)
            add_cell(cells, (struct geo_cell){end, end, cell.step});
    }
}

size_t geo_shape_cells(const struct geo_shape *shape, struct geo_cell cells[GEO_CELLS_LIMIT])
{
    /* The order in which what is found comes when nobody asks for another. */
    static const struct {
        signed char east, north;
    } around[] = {{0, 0}, {0, 1}, {0, -1}, {1, 0}, {-1, 0}, {1, 1}, {-1, 1}, {1, -1}, {-1, -1}};
    struct geo_rectangle needed = rectangle_around(shape), middle;
    double radius_m =
        shape->is_box ? hypot(shape->width_m / 2, shape->height_m / 2) : shape->radius_m;
    unsigned step = estimate_step(radius_m, shape->centre.latitude);
    struct geo_cell centre = geo_cell_of(shape->centre, step);
    struct cells list = {cells, 0};

    if (step > 1 && !neighbours_reach(centre, &needed))
        centre = geo_cell_of(shape->centre, --step);
    while (step > 1 && !nine_cover(centre, &needed))
        centre = geo_cell_of(shape->centre, --step);
    middle = geo_cell_rectangle(centre);
    for (size_t i = 0; i < sizeof(around) / sizeof(*around); i++) {
        if (step > 1 && ((around[i].north < 0 && middle.south < needed.south) ||
                         (around[i].north > 0 && middle.north > needed.north) ||
                         (around[i].east < 0 && middle.west < needed.west) ||
                         (around[i].east > 0 && middle.east > needed.east)))
            continue;
        add_cell(&list, geo_cell_neighbour(centre, around[i].east, around[i].north));
    }
    add_ends(&list);
    return list.count;
}
