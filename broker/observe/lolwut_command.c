/* lolwut_command.c - a mill wheel in a stream, drawn with Braille characters, which have 2 x 4 dots
 * each. The water is another one each time. */
#include "broker/observe/memory_commands.h"
#include "core/bytes/buffer.h"
#include "core/hash/random.h"
#include "core/num/num.h"

#include <math.h>
#include <string.h>

enum {
    COLUMNS_DEFAULT = 40,
    COLUMNS_MIN = 20,
    COLUMNS_LIMIT = 160,
    ROWS = 12,
    DOTS_HIGH = ROWS * 4,
    SPOKES = 8
};

struct picture {
    int columns;
    unsigned char cells[ROWS][COLUMNS_LIMIT]; /* a bit a dot, as Unicode numbers them */
};

static void set_dot(struct picture *picture, int x, int y)
{
    static const unsigned char bits[4][2] = {
        {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

    if (x < 0 || y < 0 || x >= picture->columns * 2 || y >= DOTS_HIGH)
        return;
    picture->cells[y / 4][x / 2] |= bits[y % 4][x % 2];
}

static void draw_wheel(struct picture *picture, double turned)
{
    const double radius = 17, pi = 3.14159265358979;
    double center_x = picture->columns, center_y = 20;

    for (int step = 0; step < 360; step++) {
        double angle = step * pi / 180;

        set_dot(picture, (int)lround(center_x + radius * cos(angle)),
                (int)lround(center_y + radius * sin(angle)));
        set_dot(picture, (int)lround(center_x + (radius - 4) * cos(angle)),
                (int)lround(center_y + (radius - 4) * sin(angle)));
    }
    for (int spoke = 0; spoke < SPOKES; spoke++) {
        double angle = turned + spoke * 2 * pi / SPOKES;

        for (double r = 2; r < radius + 3; r += 0.5)
            set_dot(picture, (int)lround(center_x + r * cos(angle)),
                    (int)lround(center_y + r * sin(angle)));
    }
}

static void draw_water(struct picture *picture, struct random *random)
{
    for (int wave = 0; wave < 4; wave++) {
        double phase = (double)(random_next(random) % 628) / 100;
        double length = 4 + (double)(random_next(random) % 40) / 10;

        for (int x = 0; x < picture->columns * 2; x++)
            set_dot(picture, x, 36 + wave * 3 + (int)lround(1.4 * sin(x / length + phase)));
    }
}

/* U+2800 with the dots of the cell, as UTF-8. */
static void put_picture(const struct picture *picture, struct buffer *out)
{
    for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < picture->columns; column++) {
            unsigned char cell = picture->cells[row][column];

            buffer_append_byte(out, (char)0xe2);
            buffer_append_byte(out, (char)(0xa0 | cell >> 6));
            buffer_append_byte(out, (char)(0x80 | (cell & 0x3f)));
        }
        buffer_append_byte(out, '\n');
    }
}

/* LOLWUT [VERSION version [columns ...]] -> a picture, and a line with the version. There is one
 * picture for every version; its first argument is how many columns it has. */
static void lolwut(struct request *rq, struct reply *out)
{
    struct picture picture = {.columns = COLUMNS_DEFAULT};
    struct buffer text = {0};
    int64_t value;
    size_t first = 1;

    if (rq->argc > 1 && span_is(rq->argv[1], "version")) {
        if (rq->argc < 3) {
            reply_error(out, ERROR_SYNTAX);
            return;
        }
        first = 3;
        if (num_parse_i64(rq->argv[2], &value) < 0) {
            reply_error(out, ERROR_NOT_INTEGER);
            return;
        }
    }
    for (size_t at = first; at < rq->argc; at++) {
        if (num_parse_i64(rq->argv[at], &value) < 0) {
            reply_error(out, ERROR_NOT_INTEGER);
            return;
        }
        if (at == first)
            picture.columns = (int)(value < COLUMNS_MIN     ? COLUMNS_MIN
                                    : value > COLUMNS_LIMIT ? COLUMNS_LIMIT
                                                            : value);
    }
    draw_wheel(&picture, (double)(random_next(rq->random) % 78) / 100);
    draw_water(&picture, rq->random);
    put_picture(&picture, &text);
    buffer_printf(&text, "\nA mill in its stream. Millstream %s, Redis ver. 8.10.0\n", MS_VERSION);
    reply_verbatim(out, "txt", span_of(text.data, text.size));
    buffer_release(&text);
}

const struct command_spec lolwut_commands[] = {
    {.name = "lolwut",
     .usage = "[VERSION version]",
     .since = "5.0.0",
     .arity = -1,
     .summary = "Draws a picture and names the version.",
     .group = "server",
     .flags = CMD_FAST | CMD_READONLY | CMD_SHARDED,
     .run = lolwut},
    {.name = NULL},
};
