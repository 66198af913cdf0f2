/* Searches find exactly what a look at every member finds, near the poles and the date line too;
 * what they leave behind; which keys they name. */
#include "core/hash/random.h"
#include "core/num/num.h"
#include "tests/lib/unit/fake_request.h"
#include "types/geo/geo_area.h"
#include "types/geo/geo_commands.h"
#include "types/zset/zset_commands.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum {
    MEMBERS = 400,
    SEARCHES = 1500
};

static struct fake *fake;
static struct random random_source;
static struct geo_point points[MEMBERS];

#define RUN(line, expected) assert_string_equal(fake_line(fake, (line)), (expected))

static int set_up(void **state)
{
    const char *given = getenv("MS_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

    (void)state;
    print_message("MS_TEST_SEED=%llu\n", (unsigned long long)seed);
    random_init(&random_source, seed);
    fake = fake_new();
    fake_add_commands(fake, geo_commands);
    fake_add_commands(fake, geo_search_commands);
    fake_add_commands(fake, zset_range_commands);
    fake_add_commands(fake, zset_read_commands);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

static double uniform(double limit)
{
    return ((double)random_below(&random_source, 1u << 31) / (1u << 30) - 1) * limit;
}

/* Everywhere, but often near a pole, near the date line, or near one town. */
static struct geo_point random_point(void)
{
    switch (random_below(&random_source, 4)) {
    case 0:
        return (struct geo_point){uniform(180), 84 + uniform(1)};
    case 1:
        return (struct geo_point){remainder(180 + uniform(1), 360), uniform(80)};
    case 2:
        return (struct geo_point){2.35 + uniform(0.5), 48.85 + uniform(0.5)};
    default:
        return (struct geo_point){uniform(180), uniform(85)};
    }
}

static void add_members(void)
{
    char line[128];

    for (int i = 0; i < MEMBERS; i++) {
        struct geo_point point = random_point();

        snprintf(line, sizeof(line), "GEOADD g %.17g %.17g %d", point.longitude, point.latitude, i);
        RUN(line, "1");
        points[i] = geo_point_of(geo_score_of(point));
    }
}

/* How often each member is in a reply "["1" "2"]". */
static size_t count_members(const char *text, unsigned char *seen)
{
    size_t count = 0;

    for (const char *at = text; (at = strchr(at, '"')); count++) {
        seen[strtol(at + 1, NULL, 10)]++;
        at = strchr(at + 1, '"') + 1;
    }
    return count;
}

static void check_search(void)
{
    struct geo_shape shape = {.centre = random_point(), .is_box = random_below(&random_source, 2)};
    double width = pow(10, 2 + fabs(uniform(5))), height = pow(10, 2 + fabs(uniform(5))), distance;
    unsigned char seen[MEMBERS] = {0};
    char line[256];

    shape.radius_m = shape.width_m = width;
    shape.height_m = height;
    if (shape.is_box)
        snprintf(line, sizeof(line), "GEOSEARCH g FROMLONLAT %.17g %.17g BYBOX %.17g %.17g m",
                 shape.centre.longitude, shape.centre.latitude, width, height);
    else
        snprintf(line, sizeof(line), "GEOSEARCH g FROMLONLAT %.17g %.17g BYRADIUS %.17g m",
                 shape.centre.longitude, shape.centre.latitude, width);
    count_members(fake_line(fake, line), seen);
    for (int i = 0; i < MEMBERS; i++) {
        if (seen[i] != geo_shape_contains(&shape, points[i], &distance))
            print_message("%s\nmember %d at %f %f\n", line, i, points[i].longitude,
                          points[i].latitude);
        assert_int_equal(seen[i], geo_shape_contains(&shape, points[i], &distance));
    }
}

static void test_a_search_finds_each_member_inside_once_and_no_other(void **state)
{
    (void)state;
    add_members();
    for (int i = 0; i < SEARCHES; i++)
        check_search();
}

static void test_any_stops_at_the_count_and_without_it_the_nearest_come(void **state)
{
    unsigned char seen[MEMBERS] = {0};

    (void)state;
    add_members();
    assert_int_equal(count_members(fake_line(fake, "GEOSEARCH g FROMLONLAT 0 0 BYRADIUS 30000 km "
                                                   "COUNT 7 ANY"),
                                   seen),
                     7);
    fake_line(fake, "GEOADD g 0.0001 0.0001 0");
    RUN("GEOSEARCH g FROMLONLAT 0 0 BYRADIUS 30000 km COUNT 1", "[\"0\"]");
}

static const char *events(void)
{
    static char text[256];
    size_t size = 0;

    text[0] = 0;
    for (size_t i = 0; i < fake->rq.effect_count; i++)
        size +=
            (size_t)snprintf(text + size, sizeof(text) - size, "%s%s:%.*s", i ? " " : "",
                             fake->rq.effects[i].event, SPAN_ARGS(fake->rq.effects[i].key.name));
    return text;
}

static void test_events_come_in_the_order_of_redis(void **state)
{
    static const struct {
        const char *line, *events;
    } calls[] = {
        {"GEOADD g 1 1 a 2 2 b", "new:g zadd:g"},
        {"GEOADD g 1 1 a", ""},
        {"GEOADD g XX CH 1.5 1 a", "zadd:g"},
        {"GEOSEARCHSTORE d g FROMLONLAT 1 1 BYRADIUS 1000 km", "new:d geosearchstore:d"},
        {"GEORADIUS g 1 1 1000 km STORE d", "overwritten:d georadiusstore:d"},
        {"GEORADIUSBYMEMBER g a 1000 km STOREDIST e", "new:e georadiusstore:e"},
        {"GEORADIUS g 50 50 1 km STORE d", "del:d"},
        {"GEORADIUS none 50 50 1 km STORE e", "del:e"},
        {"GEORADIUS none 50 50 1 km STORE e", ""},
        {"GEOSEARCH g FROMMEMBER a BYRADIUS 1 km", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
        fake_line(fake, calls[i].line);
        assert_string_equal(events(), calls[i].events);
    }
}

/* The keys of a call, "g d". */
static const char *keys_of(const char *name, size_t argc, const char *const *words)
{
    static char text[128];
    struct span argv[16];
    struct command_key *keys = NULL;
    const struct command_spec *spec = geo_search_commands;
    struct arena *arena = arena_new();
    size_t size = 0;
    int count;

    while (strcmp(spec->name, name) != 0)
        spec++;
    for (size_t i = 0; i < argc; i++)
        argv[i] = span_text(words[i]);
    count = command_find_keys(spec, argc, argv, arena, &keys);
    text[0] = 0;
    for (int i = 0; i < count; i++)
        size += (size_t)snprintf(text + size, sizeof(text) - size, "%s%s", i ? " " : "",
                                 words[keys[i].at]);
    arena_free(arena);
    return text;
}

#define KEYS(name, ...)                                                                            \
    keys_of(name, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *),               \
            (const char *const[]){__VA_ARGS__})

static void test_the_key_that_is_stored_to_is_the_last_one_named(void **state)
{
    (void)state;
    assert_string_equal(KEYS("georadius", "GEORADIUS", "g", "1", "1", "1", "m"), "g");
    assert_string_equal(KEYS("georadius", "GEORADIUS", "g", "1", "1", "1", "m", "STORE", "d"),
                        "g d");
    assert_string_equal(
        KEYS("georadius", "GEORADIUS", "g", "1", "1", "1", "m", "STORE", "d", "STOREDIST", "e"),
        "g e");
    assert_string_equal(
        KEYS("georadius", "GEORADIUS", "g", "1", "1", "1", "m", "STOREDIST", "STORE"), "g STORE");
    assert_string_equal(KEYS("georadius", "GEORADIUS", "g", "1", "1", "1", "m", "STORE"), "g");
    assert_string_equal(KEYS("georadiusbymember", "GEORADIUSBYMEMBER", "g", "STORE", "1", "m",
                             "COUNT", "1", "STORE", "d"),
                        "g d");
}

static void test_a_failing_search_leaves_the_destination(void **state)
{
    (void)state;
    fake_line(fake, "GEOADD g 1 1 a");
    fake_line(fake, "GEOSEARCHSTORE d g FROMLONLAT 1 1 BYRADIUS 1 km");
    fake_line(fake, "GEOSEARCHSTORE d g FROMMEMBER nobody BYRADIUS 1 km");
    fake_line(fake, "GEORADIUS g 1 1 1 km STORE d WITHDIST");
    RUN("ZCARD d", "1");
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_a_search_finds_each_member_inside_once_and_no_other),
        EACH(test_any_stops_at_the_count_and_without_it_the_nearest_come),
        EACH(test_events_come_in_the_order_of_redis),
        EACH(test_the_key_that_is_stored_to_is_the_last_one_named),
        EACH(test_a_failing_search_leaves_the_destination),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
