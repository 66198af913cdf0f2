#include "types/geo/geo_args.h"
#include "core/base/error.h"
#include "core/num/num.h"

int geo_args_point(const struct span *words, struct geo_point *point, struct reply *out)
{
    if (num_parse_double(words[0], &point->longitude) < 0 ||
        num_parse_double(words[1], &point->latitude) < 0) {
        reply_error(out, ERROR_NOT_FLOAT);
        return ERR_SYNTAX;
    }
    if (geo_point_is_valid(*point))
        return 0;
    reply_error_format(out, "ERR invalid longitude,latitude pair %f,%f", point->longitude,
                       point->latitude);
    return ERR_RANGE;
}

int geo_args_unit(struct span word, double *unit_m, struct reply *out)
{
    static const struct {
        const char *word;
        double unit_m;
    } units[] = {{"m", 1}, {"km", 1000}, {"ft", 0.3048}, {"mi", 1609.34}};

    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        if (span_is(word, units[i].word)) {
            *unit_m = units[i].unit_m;
            return 0;
        }
    }
    reply_error(out, "ERR unsupported unit provided. please use M, KM, FT, MI");
    return ERR_SYNTAX;
}

bool geo_member_point(const struct zset *zset, struct span member, struct geo_point *point)
{
    double score;

    if (!zset_score(zset, member, &score))
        return false;
    *point = geo_point_of(score);
    return true;
}

void geo_reply_distance(struct reply *out, double distance)
{
    reply_bulk_format(out, "%.4f", distance);
}

/* RESP3 has it as a double, but with the same digits. */
static void reply_coordinate(struct reply *out, double degrees)
{
    char text[NUM_DOUBLE_TEXT_LIMIT];
    struct span digits = span_of(text, num_format_long_double(text, (long double)degrees));

    if (out->protocol < 3)
        reply_bulk(out, digits);
    else
        buffer_printf(out->out, ",%.*s\r\n", SPAN_ARGS(digits));
}

void geo_reply_point(struct reply *out, struct geo_point point)
{
    reply_array(out, 2);
    reply_coordinate(out, point.longitude);
    reply_coordinate(out, point.latitude);
}
