/* test_group_record.c - one record of the log: its size, when there is none, and what of it replay
 * refuses. That records repeat what calls did is in test_group_record_model.c. */
#include "says.h"

#include "groups/group_record.h"

static struct fake *start_with_records(void)
{
    struct fake *fake = start();

    fake_add_commands(fake, group_record_commands);
    return fake;
}

/* Bytes of the last call's rewrite as a RESP array. */
static size_t record_size(const struct fake *fake)
{
    const struct request_rewrite_form *form = &fake->rq.rewrites[0];
    char text[32];
    size_t size = (size_t)snprintf(text, sizeof(text), "*%zu\r\n", form->argc);

    assert_int_equal(fake->rq.rewrite_count, 1);
    for (size_t i = 0; i < form->argc; i++)
        size += (size_t)snprintf(text, sizeof(text), "$%zu\r\n", form->argv[i].size) +
                form->argv[i].size + 2;
    return size;
}

/* 2,000 entries within some seconds, and a group. */
static struct fake *with_many(void)
{
    struct fake *f = start_with_records();

    says(f, "XGROUP CREATE jobs workers 0 MKSTREAM", "OK");
    for (int i = 0; i < 2000; i++) {
        f->now_ms += i % 7;
        says_like(f, "XADD jobs * f v", "\"");
    }
    return f;
}

static void test_a_delivery_of_any_size_is_one_small_record(void **state)
{
    static const char *const counts[] = {"1", "10", "100", "1000"};
    struct fake *f = with_many();
    char line[200];

    (void)state;
    says(f, "XGROUP CREATECONSUMER jobs workers c1", "1");
    print_message("a consumer: %zu bytes\n", record_size(f));
    for (size_t i = 0; i < 4; i++) {
        f->now_ms += 20;
        snprintf(line, sizeof(line), "XREADGROUP GROUP workers c1 COUNT %s STREAMS jobs >",
                 counts[i]);
        says_like(f, line, "[[\"jobs\"");
        print_message("a delivery of %s: %zu bytes\n", counts[i], record_size(f));
        assert_true(record_size(f) <= 80);
    }
    says_like(f, "XREADGROUP GROUP workers c1 COUNT 500 STREAMS jobs 0", "[[\"jobs\"");
    print_message("500 of its own again: %zu bytes\n", record_size(f));
    assert_true(record_size(f) <= 80);
    says_like(f, "XAUTOCLAIM jobs workers c2 0 0 COUNT 100", "[\"");
    print_message("a claim of 100: %zu bytes\n", record_size(f));
    assert_true(record_size(f) <= 80 + 100 * 3);
    fake_free(f);
}

static void test_a_call_that_finds_nothing_logs_nothing(void **state)
{
    struct fake *f = start_with_records();

    (void)state;
    add_entries(f, 2);
    says_like(f, "XREADGROUP GROUP g c STREAMS s >", "[[\"s\"");
    says(f, "XREADGROUP GROUP g c STREAMS s >", "nil");
    assert_int_equal(f->rq.effect_count + f->rq.rewrite_count, 0);
    says(f, "XREADGROUP GROUP g c BLOCK 0 STREAMS s >", "(waits)");
    assert_int_equal(f->rq.effect_count + f->rq.rewrite_count, 0);
    says(f, "XCLAIM s g c 100000 1-0", "[]");
    assert_int_equal(f->rq.effect_count + f->rq.rewrite_count, 0);
    says(f, "XREADGROUP GROUP g d BLOCK 0 STREAMS s >", "(waits)"); /* but d is new */
    assert_int_equal(effects(f), EFFECT_DIRTY);
    assert_int_equal(f->rq.rewrite_count, 1);
    says(f, "XTRIM s MAXLEN ~ 1", "0");
    assert_int_equal(f->rq.effect_count + f->rq.rewrite_count, 0);
    fake_free(f);
}

/* Runs a record against group g of stream s as the log would. */
static const char *repeat(struct fake *f, const char *consumer, struct span record)
{
    struct span argv[] = {SPAN(GROUP_RECORD_COMMAND), SPAN("s"), SPAN("g"), span_text(consumer),
                          record};

    return fake_run_spans(f, 5, argv);
}

/* Where a pair had expired it is recorded again, though replay, which lets nothing expire, still
 * knows it. */
static void test_replay_records_a_pair_again_that_had_expired(void **state)
{
    struct fake *f = start_with_records();

    (void)state;
    says(f, "XADD s 1-0 f a", "\"1-0\"");
    says(f, "XADD s 2-0 f a", "\"2-0\"");
    f->flags = REQUEST_REPLAY | REQUEST_NO_WAIT;
    says(f, "XIDMPRECORD s p i 1-0", "OK");
    says(f, "XIDMPRECORD s p i 2-0", "OK");
    says(f, "XADD s IDMP p i * f b", "\"2-0\"");
    f->flags = 0;
    says(f, "XIDMPRECORD s p i 1-0",
         "-ERR IID already exists for this producer with a different stream ID");
    fake_free(f);
}

/* The settings may be others when the log is read. */
static void test_a_new_streams_limits_are_logged_if_they_are_not_the_defaults(void **state)
{
    struct fake *f = start_with_records();

    (void)state;
    says_like(f, "XADD s 1-0 f a", "\"");
    assert_int_equal(f->rq.rewrite_count, 1);
    f->settings.stream_idmp_maxsize = 7;
    says_like(f, "XADD t 1-0 f a", "\"");
    assert_string_equal(fake_rewrite(f, 0), "XCFGSET t IDMP-DURATION 100 IDMP-MAXSIZE 7");
    assert_string_equal(fake_rewrite(f, 1), "XADD t 1-0 f a");
    says(f, "XGROUP CREATE u g 5 MKSTREAM", "OK");
    assert_string_equal(fake_rewrite(f, 0), "XCFGSET u IDMP-DURATION 100 IDMP-MAXSIZE 7");
    assert_string_equal(fake_rewrite(f, 1), "XGROUP CREATE u g 5-0 MKSTREAM");
    says(f, "XGROUP CREATE u h 5 MKSTREAM", "OK");
    assert_int_equal(f->rq.rewrite_count, 0);
    says(f, "XCFGSET v IDMP-MAXSIZE 7", "-ERR no such key");
    fake_free(f);
}

static void test_only_replay_may_run_a_record(void **state)
{
    struct fake *f = start_with_records();

    (void)state;
    add_entries(f, 2);
    assert_string_equal(repeat(f, "c", SPAN("\x01\x01\x05")), "-ERR ms.group is for the log only");
    f->flags = REQUEST_REPLAY | REQUEST_NO_WAIT;
    assert_string_equal(repeat(f, "c", SPAN("\x01\x01\x05")), "OK");
    fake_free(f);
}

static void test_a_record_that_does_not_fit_is_refused(void **state)
{
    struct fake *f = start_with_records();

    (void)state;
    add_entries(f, 2);
    f->flags = REQUEST_REPLAY | REQUEST_NO_WAIT;
    assert_string_equal(repeat(f, "c", SPAN("\x01\x01\x05")), "OK");
    says(f, "XINFO CONSUMERS s g",
         "[[\"name\" \"c\" \"pending\" 0 \"idle\" 1699999999995 \"inactive\" -1]]");
#define REFUSED(name, bytes) assert_int_equal(repeat(f, name, SPAN(bytes))[0], '-')
    REFUSED("c", "\x01\x01\x05");                                     /* exists */
    REFUSED("d", "\x01\x02\x05");                                     /* does not exist */
    REFUSED("c", "");                                                 /* no version */
    REFUSED("c", "\x02\x00\x05");                                     /* another version */
    REFUSED("c", "\x01\x04\x05");                                     /* a flag nobody knows */
    REFUSED("c", "\x01\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"); /* a negative time */
    REFUSED("c", "\x01\x00\x05X");                                    /* a part nobody knows */
    REFUSED("c", "\x01\x00\x05L\x00");                                /* half an id */
    REFUSED("c", "\x01\x00\x05L\x00\x00L\x00\x00");                   /* twice */
    REFUSED("c", "\x01\x00\x05"
                 "D\x01\x00\x00"
                 "C\x00\x01\x01\x00\x00"); /* not in order */
    REFUSED("c", "\x01\x00\x05"
                 "D\x00"); /* no id */
    REFUSED("c", "\x01\x00\x05"
                 "D\x02\x00\x00"); /* fewer ids than it says */
    REFUSED("c", "\x01\x00\x05"
                 "D\x01\x00\x00"); /* not pending */
    REFUSED("c", "\x01\x00\x05"
                 "C\x0c\x01\x01\x00\x00"); /* delivered before 1970 */
    REFUSED("c", "\x01\x00\x05"
                 "C\x00\x03\x01\x00\x00");              /* a rule nobody knows */
    REFUSED("c", "\x01\x00\x05N\x01\x03\x03\x00\x00");  /* three of two entries */
    says_like(f, "XPENDING s g", "[2 \"1-0\" \"2-0\""); /* which is found out late */
    REFUSED("c", "\x01\x00\x05H\x03\x09\x00");          /* three of its two */
#undef REFUSED
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_delivery_of_any_size_is_one_small_record),
        cmocka_unit_test(test_a_call_that_finds_nothing_logs_nothing),
        cmocka_unit_test(test_replay_records_a_pair_again_that_had_expired),
        cmocka_unit_test(test_a_new_streams_limits_are_logged_if_they_are_not_the_defaults),
        cmocka_unit_test(test_only_replay_may_run_a_record),
        cmocka_unit_test(test_a_record_that_does_not_fit_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
