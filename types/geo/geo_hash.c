#include "types/geo/geo_hash.h"

enum {
    TEXT_BITS = 5, /* of a character */
};

#define LATITUDE_LIMIT_OF_TEXT 90.0
#define EVERY_SECOND           UINT64_C(0x5555555555555555)

/* Puts a blank bit before each bit. */
static uint64_t spread(uint32_t bits)
{
    uint64_t x = bits;

    x = (x | x << 16) & UINT64_C(0x0000ffff0000ffff);
    x = (x | x << 8) & UINT64_C(0x00ff00ff00ff00ff);
    x = (x | x << 4) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    x = (x | x << 2) & UINT64_C(0x3333333333333333);
    return (x | x << 1) & EVERY_SECOND;
}

/* The other way: every second bit, from the lowest on. */
static uint32_t gather(uint64_t bits)
{
    uint64_t x = bits & EVERY_SECOND;

    x = (x | x >> 1) & UINT64_C(0x3333333333333333);
    x = (x | x >> 2) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    x = (x | x >> 4) & UINT64_C(0x00ff00ff00ff00ff);
    x = (x | x >> 8) & UINT64_C(0x0000ffff0000ffff);
    return (uint32_t)(x | x >> 16);
}

static uint64_t code_of(uint32_t row, uint32_t column)
{
    return spread(row) | spread(column) << 1;
}

bool geo_point_is_valid(struct geo_point point)
{
    return point.longitude >= -GEO_LONGITUDE_LIMIT && point.longitude <= GEO_LONGITUDE_LIMIT &&
           point.latitude >= -GEO_LATITUDE_LIMIT && point.latitude <= GEO_LATITUDE_LIMIT;
}

/* Which of 2^step parts of -limit to limit a value is in; the upper end is part 2^step. */
static uint32_t part_of(double value, double limit, unsigned step)
{
    double offset = (value + limit) / (limit + limit);

    return (uint32_t)(offset * (double)(UINT64_C(1) << step));
}

struct geo_cell geo_cell_of(struct geo_point point, unsigned step)
{
    return (struct geo_cell){
        .row = part_of(point.latitude, GEO_LATITUDE_LIMIT, step),
        .column = part_of(point.longitude, GEO_LONGITUDE_LIMIT, step),
        .step = step,
    };
}

struct geo_cell geo_cell_neighbour(struct geo_cell cell, int east, int north)
{
    uint32_t mask = (UINT32_C(1) << cell.step) - 1;

    /* The very end of a range is a part of its own behind the last one, and as narrow as can be:
     * its neighbours are the last one and, around the end, the first. */
    if (east != 0)
        cell.column =
            ((east > 0 && cell.column > mask ? mask : cell.column) + (uint32_t)east) & mask;
    if (north != 0)
        cell.row = ((north > 0 && cell.row > mask ? mask : cell.row) + (uint32_t)north) & mask;
    return cell;
}

static double edge_of(uint64_t part, double limit, unsigned step)
{
    return -limit + (double)part / (double)(UINT64_C(1) << step) * (limit + limit);
}

/* The part of the very end has no width. */
static uint64_t part_after(uint32_t part, unsigned step)
{
    return part == UINT32_C(1) << step ? part : (uint64_t)part + 1;
}

struct geo_rectangle geo_cell_rectangle(struct geo_cell cell)
{
    return (struct geo_rectangle){
        .west = edge_of(cell.column, GEO_LONGITUDE_LIMIT, cell.step),
        .east = edge_of(part_after(cell.column, cell.step), GEO_LONGITUDE_LIMIT, cell.step),
        .south = edge_of(cell.row, GEO_LATITUDE_LIMIT, cell.step),
        .north = edge_of(part_after(cell.row, cell.step), GEO_LATITUDE_LIMIT, cell.step),
    };
}

void geo_cell_codes(struct geo_cell cell, uint64_t *first, uint64_t *end)
{
    uint64_t code = code_of(cell.row, cell.column);
    unsigned shift = 2 * (GEO_STEP_MAX - cell.step);

    *first = code << shift;
    *end = (code + 1) << shift;
}

double geo_score_of(struct geo_point point)
{
    struct geo_cell cell = geo_cell_of(point, GEO_STEP_MAX);

    return (double)code_of(cell.row, cell.column);
}

static double clamp(double value, double limit)
{
    if (value > limit)
        return limit;
    return value < -limit ? -limit : value;
}

struct geo_point geo_point_of(double score)
{
    uint64_t code = score >= 0 && score < 0x1p63 ? (uint64_t)score : 0;
    struct geo_rectangle rectangle = geo_cell_rectangle(
        (struct geo_cell){.row = gather(code), .column = gather(code >> 1), .step = GEO_STEP_MAX});

    return (struct geo_point){
        .longitude = clamp((rectangle.west + rectangle.east) / 2, GEO_LONGITUDE_LIMIT),
        .latitude = clamp((rectangle.south + rectangle.north) / 2, GEO_LATITUDE_LIMIT),
    };
}

void geo_text_of(struct geo_point point, char text[GEO_TEXT_SIZE])
{
    static const char alphabet[] = "0123456789bcdefghjkmnpqrstuvwxyz";
    uint64_t code = code_of(part_of(point.latitude, LATITUDE_LIMIT_OF_TEXT, GEO_STEP_MAX),
                            part_of(point.longitude, GEO_LONGITUDE_LIMIT, GEO_STEP_MAX));

    /* 52 bits make ten characters of five, and two bits that nobody wants. */
    for (unsigned i = 0; i < GEO_TEXT_SIZE - 1; i++)
        text[i] = alphabet[code >> (2 * GEO_STEP_MAX - (i + 1) * TEXT_BITS) & 31];
    text[GEO_TEXT_SIZE - 1] = '0';
}
