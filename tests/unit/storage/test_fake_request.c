/* The stand-in for the broker itself: lines are parsed and replies are shown as its header says. */
#include "tests/lib/unit/fake_request.h"
#include "core/command/reply.h"
#include "storage/keyspace/keyspace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static void echo(struct request *rq, struct reply *out)
{
    reply_array(out, rq->argc - 1);
    for (size_t i = 1; i < rq->argc; i++)
        reply_bulk(out, rq->argv[i]);
}

static void kinds(struct request *rq, struct reply *out)
{
    (void)rq;
    reply_array(out, 8);
    reply_map(out, 1);
    reply_bulk_text(out, "k");
    reply_array(out, 0);
    reply_null(out);
    reply_null_array(out);
    reply_integer(out, -5);
    reply_double(out, 1.5);
    reply_boolean(out, true);
    reply_simple(out, "fine");
    reply_verbatim(out, "txt", SPAN("words"));
}

static void refuse(struct request *rq, struct reply *out)
{
    (void)rq;
    reply_error(out, "ERR no");
}

static void park(struct request *rq, struct reply *out)
{
    struct wait_on on = {.key = request_key(rq, 1), .lane = SPAN("l"), .kind = WAIT_TAKE};

    (void)out;
    request_wait(rq, &on, 1, 0);
}

static void change(struct request *rq, struct reply *out)
{
    struct span *words = arena_array(rq->arena, 2, sizeof(*words));

    words[0] = SPAN("CHANGE");
    words[1] = rq->argv[2];
    request_rewrite(rq, 2, words);
    request_changed(rq, request_key(rq, 2), EVENT_STRING, "change");
    reply_ok(out);
}

static const struct command_spec subcommands[] = {
    {.name = "change", .arity = 3, .run = change},
    {.name = NULL},
};

static const struct command_spec table[] = {
    {.name = "echo", .arity = -1, .run = echo},
    {.name = "kinds", .arity = 1, .run = kinds},
    {.name = "fail", .arity = 1, .run = refuse},
    {.name = "park", .arity = 2, .run = park},
    {.name = "box", .arity = -2, .subcommands = subcommands},
    {.name = NULL},
};

static void test_words_and_lines_reach_the_handler_and_replies_are_shown(void **state)
{
    struct fake *fake = fake_new();

    (void)state;
    fake_add_commands(fake, table);
    assert_string_equal(fake_run(fake, "ECHO", "a", "b c", "\"\n\x01"),
                        "[\"a\" \"b c\" \"\\\"\\n\\x01\"]");
    assert_string_equal(fake_line(fake, "echo  x \"y z\" \"\\x41\\n\" \"\""),
                        "[\"x\" \"y z\" \"A\\n\" \"\"]");
    assert_string_equal(fake_run(fake, "kinds"),
                        "[[\"k\" []] nil nil -5 \"1.5\" 1 fine \"words\"]");
    fake->protocol = 3;
    assert_string_equal(fake_run(fake, "kinds"),
                        "[{\"k\" []} nil nil -5 ,1.5 #t fine =txt:\"words\"]");
    assert_string_equal(fake_run(fake, "fail"), "-ERR no");
    assert_string_equal(fake_run(fake, "fail", "x"), "-ERR wrong number of arguments");
    assert_string_equal(fake_run(fake, "park", "k"), "(waits)");
    fake_free(fake);
}

static void test_effects_and_rewrites_can_be_looked_at(void **state)
{
    struct fake *fake = fake_new();

    (void)state;
    fake_add_commands(fake, table);
    assert_string_equal(fake_line(fake, "box change k"), "OK");
    assert_true(fake_is_dirty(fake));
    assert_int_equal(fake_events(fake, "change"), 1);
    assert_string_equal(fake_rewrite(fake, 0), "CHANGE k");
    assert_null(fake_rewrite(fake, 1));
    fake_line(fake, "echo");
    assert_false(fake_is_dirty(fake));
    fake_free(fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_and_lines_reach_the_handler_and_replies_are_shown),
        cmocka_unit_test(test_effects_and_rewrites_can_be_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
