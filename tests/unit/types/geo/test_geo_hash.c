/* Cells, scores, geohashes and distances, against values that Redis gives. */
#include "core/hash/random.h"
#include "types/geo/geo_area.h"
#include "types/geo/geo_hash.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum {
    POINTS = 20000
};

static struct random random_source;

/* MS_TEST_SEED repeats a run. */
static int set_up(void **state)
{
    const char *given = getenv("MS_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

    (void)state;
    print_message("MS_TEST_SEED=%llu\n", (unsigned long long)seed);
    random_init(&random_source, seed);
    return 0;
}

static double uniform(double limit)
{
    return ((double)random_below(&random_source, 1u << 31) / (1u << 30) - 1) * limit;
}

static struct geo_point random_point(void)
{
    return (struct geo_point){uniform(GEO_LONGITUDE_LIMIT), uniform(GEO_LATITUDE_LIMIT)};
}

static void test_scores_are_those_of_redis(void **state)
{
    static const struct {
        struct geo_point point;
        double score;
    } known[] = {
        {{13.361389, 38.115556}, 3479099956230698.0},
        {{15.087269, 37.502669}, 3479447370796909.0},
        {{-180, -85.05112878}, 0},
        {{0, 0}, 3377699720527872.0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        assert_true(geo_score_of(known[i].point) == known[i].score);
}

static void test_a_score_gives_its_point_back_within_a_metre(void **state)
{
    (void)state;
    for (int i = 0; i < POINTS; i++) {
        struct geo_point point = random_point(), back = geo_point_of(geo_score_of(point));

        assert_true(geo_distance_m(point, back) < 1);
        assert_true(geo_score_of(back) == geo_score_of(point));
    }
}

static void test_the_codes_of_a_cell_are_the_scores_inside_of_it(void **state)
{
    (void)state;
    for (int i = 0; i < POINTS; i++) {
        struct geo_point point = random_point();
        struct geo_cell cell = geo_cell_of(point, 1 + (unsigned)random_below(&random_source, 26));
        struct geo_rectangle area = geo_cell_rectangle(cell);
        uint64_t first, end;
        double score = geo_score_of(point);

        geo_cell_codes(cell, &first, &end);
        assert_true(score >= (double)first && score < (double)end);
        assert_true(point.longitude > area.west - 1e-9 && point.longitude < area.east + 1e-9);
        assert_true(point.latitude > area.south - 1e-9 && point.latitude < area.north + 1e-9);
    }
}

static void test_neighbours_go_around_the_end_of_the_grid(void **state)
{
    struct geo_cell cell = {.row = 3, .column = 0, .step = 2};

    (void)state;
    assert_int_equal(geo_cell_neighbour(cell, -1, 0).column, 3);
    assert_int_equal(geo_cell_neighbour(cell, 1, 0).column, 1);
    assert_int_equal(geo_cell_neighbour(cell, 0, 1).row, 0);
    assert_int_equal(geo_cell_neighbour(cell, 0, -1).row, 2);
}

static void test_texts_are_the_usual_geohashes(void **state)
{
    char text[GEO_TEXT_SIZE + 1] = {0};

    (void)state;
    geo_text_of(geo_point_of(3479099956230698.0), text);
    assert_string_equal(text, "sqc8b49rny0");
    geo_text_of((struct geo_point){-5.6, 42.6}, text);
    assert_string_equal(text, "ezs42e44yx0");
}

static void test_distances_are_symmetric_and_known(void **state)
{
    struct geo_point palermo = {13.361389, 38.115556}, catania = {15.087269, 37.502669};

    (void)state;
    assert_true(fabs(geo_distance_m(palermo, catania) - 166274.1516) < 1);
    for (int i = 0; i < POINTS; i++) {
        struct geo_point a = random_point(), b = random_point();

        assert_true(fabs(geo_distance_m(a, b) - geo_distance_m(b, a)) < 1e-3);
        assert_true(geo_distance_m(a, a) == 0);
    }
}

/* The cells are said to hold all of the shape: points inside of it must be in one of them. */
static void check_shape(const struct geo_shape *shape)
{
    struct geo_cell cells[GEO_CELLS_LIMIT];
    size_t count = geo_shape_cells(shape, cells);

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            assert_false(cells[i].row == cells[j].row && cells[i].column == cells[j].column);
    for (int i = 0; i < 200; i++) {
        double far =
            (shape->is_box ? hypot(shape->width_m, shape->height_m) / 2 : shape->radius_m) / 111000;
        struct geo_point point = {
            remainder(shape->centre.longitude +
                          uniform(far / fmax(0.05, cos(shape->centre.latitude / 57.3))) * 1.2,
                      360),
            fmax(-85, fmin(85, shape->centre.latitude + uniform(far * 1.1)))};
        double distance_m, score = geo_score_of(point);
        bool held = false;

        if (!geo_shape_contains(shape, geo_point_of(score), &distance_m))
            continue;
        for (size_t j = 0; j < count && !held; j++) {
            uint64_t first, end;

            geo_cell_codes(cells[j], &first, &end);
            held = score >= (double)first && score < (double)end;
        }
        if (!held)
            print_message("centre %.9f %.9f box %d radius %f width %f height %f point %f %f\n",
                          shape->centre.longitude, shape->centre.latitude, shape->is_box,
                          shape->radius_m, shape->width_m, shape->height_m, point.longitude,
                          point.latitude);
        assert_true(held);
    }
}

static double random_length(void)
{
    return pow(10, 1 + fabs(uniform(6.2)));
}

static void test_the_cells_hold_all_of_a_circle(void **state)
{
    (void)state;
    for (int i = 0; i < 4000; i++)
        check_shape(&(struct geo_shape){.centre = random_point(), .radius_m = random_length()});
}

static void test_the_cells_hold_all_of_a_box(void **state)
{
    (void)state;
    for (int i = 0; i < 4000; i++)
        check_shape(&(struct geo_shape){.centre = random_point(),
                                        .is_box = true,
                                        .width_m = random_length(),
                                        .height_m = random_length()});
}

static void test_the_cells_hold_what_is_beyond_the_date_line_and_near_the_poles(void **state)
{
    static const struct geo_point centres[] = {{180, 0},     {-180, 0},    {179.99, 60},
                                               {-179.9, 80}, {10, 85},     {10, -85},
                                               {180, 85},    {0, 85.0511}, {-180, -85.0511}};

    (void)state;
    for (size_t i = 0; i < sizeof(centres) / sizeof(*centres) * 300; i++) {
        struct geo_point centre = centres[i % (sizeof(centres) / sizeof(*centres))];

        check_shape(&(struct geo_shape){.centre = centre, .radius_m = random_length()});
        check_shape(&(struct geo_shape){.centre = centre,
                                        .is_box = true,
                                        .width_m = random_length(),
                                        .height_m = random_length()});
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scores_are_those_of_redis),
        cmocka_unit_test(test_a_score_gives_its_point_back_within_a_metre),
        cmocka_unit_test(test_the_codes_of_a_cell_are_the_scores_inside_of_it),
        cmocka_unit_test(test_neighbours_go_around_the_end_of_the_grid),
        cmocka_unit_test(test_texts_are_the_usual_geohashes),
        cmocka_unit_test(test_distances_are_symmetric_and_known),
        cmocka_unit_test(test_the_cells_hold_all_of_a_circle),
        cmocka_unit_test(test_the_cells_hold_all_of_a_box),
        cmocka_unit_test(test_the_cells_hold_what_is_beyond_the_date_line_and_near_the_poles),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
