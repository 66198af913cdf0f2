/* test_group_commands.c - XGROUP and XINFO, option by option and error by error. */
#include "says.h"

#define NEEDS_KEY                                                                                  \
    "-ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to "  \
    "use the MKSTREAM option to create an empty stream automatically."

static void test_create_refuses_what_it_cannot_do_and_changes_nothing(void **state)
{
    struct fake *f = start();

    (void)state;
    add_text(f);
    says(f, "XGROUP CREATE s g 0", NEEDS_KEY);
    says(f, "XGROUP CREATE text g 0", WRONGTYPE);
    says(f, "XGROUP CREATE text g 0 MKSTREAM", WRONGTYPE);
    says(f, "XGROUP CREATE s g x MKSTREAM", BAD_ID);
    says(f, "XGROUP CREATE s g - MKSTREAM", BAD_ID);
    says(f, "XGROUP CREATE s g 0 MKSTREAM ENTRIESREAD x",
         "-ERR value is not an integer or out of range");
    says(f, "XGROUP CREATE s g 0 MKSTREAM ENTRIESREAD -2",
         "-ERR value for ENTRIESREAD must be positive or -1");
    says(f, "XGROUP CREATE s g 0 MKSTREAM ENTRIESREAD",
         "-ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP.");
    says(f, "XGROUP creaTE s g 0 NOTHING",
         "-ERR unknown subcommand or wrong number of arguments for 'creaTE'. Try XGROUP HELP.");
    says_like(f, "XGROUP CREATE s g", "-ERR wrong number of arguments");
    assert_false(fake_is_dirty(f));
    says(f, "XLEN s", "0");
    says(f, "XINFO STREAM s", "-ERR no such key");
    fake_free(f);
}

static void test_create_makes_a_stream_when_told_to(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XGROUP CREATE s g $ MKSTREAM", "OK");
    assert_int_equal(fake_events(f, "new"), 1);
    assert_int_equal(fake_events(f, "xgroup-create"), 1);
    assert_true(effects(f) & EFFECT_MODIFIED);
    assert_true(effects(f) & EFFECT_WAKE);
    assert_string_equal(fake_rewrite(f, 0), "XGROUP CREATE s g 0-0 MKSTREAM");
    says(f, "XGROUP CREATE s h 0 MKSTREAM", "OK");
    assert_int_equal(fake_events(f, "new"), 0);
    assert_false(effects(f) & EFFECT_MODIFIED);
    assert_null(fake_rewrite(f, 0));
    says(f, "XINFO GROUPS s",
         "[[\"name\" \"g\" \"consumers\" 0 \"pending\" 0 \"last-delivered-id\" \"0-0\" "
         "\"entries-read\" nil \"lag\" 0] [\"name\" \"h\" \"consumers\" 0 \"pending\" 0 "
         "\"last-delivered-id\" \"0-0\" \"entries-read\" nil \"lag\" 0]]");
    fake_free(f);
}

static void test_create_at_the_end_is_logged_with_the_id(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says(f, "XGROUP CREATE s last $ ENTRIESREAD 100", "OK");
    assert_string_equal(fake_rewrite(f, 0), "XGROUP CREATE s last 3-0 ENTRIESREAD 100");
    says(f, "XINFO GROUPS s",
         "[[\"name\" \"g\" \"consumers\" 0 \"pending\" 0 \"last-delivered-id\" \"0-0\" "
         "\"entries-read\" nil \"lag\" 3] [\"name\" \"last\" \"consumers\" 0 \"pending\" 0 "
         "\"last-delivered-id\" \"3-0\" \"entries-read\" 3 \"lag\" 0]]"); /* lowered to 3 */
    fake_free(f);
}

static void test_setid_moves_the_group_either_way(void **state)
{
    struct fake *f = start();

    (void)state;
    add_text(f);
    add_entries(f, 3);
    says(f, "XGROUP SETID nokey g 0", NEEDS_KEY);
    says(f, "XGROUP SETID text g 0", WRONGTYPE);
    says(f, "XGROUP SETID s nope 0", "-NOGROUP No such consumer group 'nope' for key name 's'");
    says(f, "XGROUP SETID s g x", BAD_ID);
    says(f, "XGROUP SETID s g 0 MKSTREAM",
         "-ERR unknown subcommand or wrong number of arguments for 'SETID'. Try XGROUP HELP.");
    says(f, "XGROUP SETID s g 2", "OK");
    assert_int_equal(fake_events(f, "xgroup-setid"), 1);
    assert_true(effects(f) & EFFECT_WAKE);
    assert_false(effects(f) & EFFECT_MODIFIED);
    says(f, "XREADGROUP GROUP g c STREAMS s >", "[[\"s\" [[\"3-0\" [\"f\" \"v3\"]]]]]");
    says(f, "XGROUP SETID s g - ENTRIESREAD 0", "OK");
    says(f, "XREADGROUP GROUP g d COUNT 1 STREAMS s >", "[[\"s\" [[\"1-0\" [\"f\" \"v1\"]]]]]");
    says(f, "XGROUP SETID s g +", "OK");
    says(f, "XREADGROUP GROUP g d STREAMS s >", "nil");
    says(f, "XGROUP SETID s g $", "OK");
    assert_string_equal(fake_rewrite(f, 0), "XGROUP SETID s g 3-0");
    fake_free(f);
}

/* An entry read again after the group was set back has one record: that of who read it last. */
static void test_an_entry_read_again_changes_hands(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says_like(f, "XREADGROUP GROUP g c STREAMS s >", "[[\"s\" [[");
    says_like(f, "XREADGROUP GROUP g c STREAMS s 0", "[[\"s\" [[");
    says(f, "XGROUP SETID s g 1-0", "OK");
    says_like(f, "XREADGROUP GROUP g d STREAMS s >", "[[\"s\" [[\"2-0\"");
    says(f, "XPENDING s g - + 10", "[[\"1-0\" \"c\" 0 2] [\"2-0\" \"d\" 0 1] [\"3-0\" \"d\" 0 1]]");
    fake_free(f);
}

static void test_destroy_wakes_who_waits_for_the_group(void **state)
{
    struct fake *f = start();

    (void)state;
    add_text(f);
    add_entries(f, 1);
    says(f, "XGROUP DESTROY nokey g", NEEDS_KEY);
    says(f, "XGROUP DESTROY text g", WRONGTYPE);
    says(f, "XGROUP DESTROY s nope", "0");
    assert_false(fake_is_dirty(f));
    says(f, "XGROUP DESTROY s g", "1");
    assert_int_equal(fake_events(f, "xgroup-destroy"), 1);
    assert_true(effects(f) & EFFECT_WAKE);
    says(f, "XINFO GROUPS s", "[]");
    says(f, "XGROUP CREATE s g 0", "OK");
    fake_free(f);
}

static void test_consumers_come_and_go(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says(f, "XGROUP CREATECONSUMER nokey g c", NEEDS_KEY);
    says(f, "XGROUP CREATECONSUMER s nope c",
         "-NOGROUP No such consumer group 'nope' for key name 's'");
    says(f, "XGROUP CREATECONSUMER s g c", "1");
    assert_int_equal(fake_events(f, "xgroup-createconsumer"), 1);
    says(f, "XGROUP CREATECONSUMER s g c", "0");
    assert_false(fake_is_dirty(f));
    says_like(f, "XREADGROUP GROUP g b COUNT 2 STREAMS s >", "[[\"s\" [[");
    f->now_ms += 100;
    says(f, "XINFO CONSUMERS s g",
         "[[\"name\" \"b\" \"pending\" 2 \"idle\" 100 \"inactive\" 100] "
         "[\"name\" \"c\" \"pending\" 0 \"idle\" 100 \"inactive\" -1]]");
    says(f, "XGROUP DELCONSUMER nokey g c", NEEDS_KEY);
    says(f, "XGROUP DELCONSUMER s nope c",
         "-NOGROUP No such consumer group 'nope' for key name 's'");
    says(f, "XGROUP DELCONSUMER s g nobody", "0");
    assert_false(fake_is_dirty(f));
    says(f, "XGROUP DELCONSUMER s g b", "2");
    assert_int_equal(fake_events(f, "xgroup-delconsumer"), 1);
    says(f, "XPENDING s g", "[0 nil nil nil]");
    fake_free(f);
}

static void test_released_entries_outlive_the_consumer_that_had_them(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says_like(f, "XREADGROUP GROUP g c STREAMS s >", "[[\"s\" [[");
    says(f, "XNACK s g FAIL IDS 1 2-0", "1");
    says(f, "XGROUP DELCONSUMER s g c", "2");
    says(f, "XPENDING s g", "[1 \"2-0\" \"2-0\" []]");
    fake_free(f);
}

/* Many consumers, created in any order, are listed in byte order; a shorter name comes first. */
static void test_consumers_and_groups_are_listed_in_byte_order(void **state)
{
    struct fake *f = start();
    char line[64], name[16];
    const char *at;

    (void)state;
    says(f, "XGROUP CREATE s b 0 MKSTREAM", "OK");
    says(f, "XGROUP CREATE s ab 0", "OK");
    says(f, "XGROUP CREATE s a 0", "OK");
    for (int i = 0; i < 1000; i++) {
        snprintf(line, sizeof(line), "XGROUP CREATECONSUMER s a c%d", i * 617 % 1000 + 1000);
        says(f, line, "1");
    }
    at = fake_line(f, "XINFO CONSUMERS s a");
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "\"c%d\"", i + 1000);
        at = strstr(at, name);
        assert_non_null(at);
    }
    says_like(f, "XINFO GROUPS s", "[[\"name\" \"a\" \"consumers\" 1000 ");
    at = strstr(fake_line(f, "XINFO GROUPS s"), "[\"name\" \"ab\"");
    assert_non_null(at);
    assert_non_null(strstr(at, "[\"name\" \"b\""));
    says(f, "XGROUP DESTROY s a", "1");
    fake_free(f);
}

static void test_help_is_there(void **state)
{
    struct fake *f = start();

    (void)state;
    says_like(f, "XGROUP HELP",
              "[XGROUP <subcommand> [<arg> [value] [opt] ...]. Subcommands are: ");
    says_like(f, "XINFO HELP", "[XINFO <subcommand> [<arg> [value] [opt] ...]. Subcommands are: ");
    fake_free(f);
}

/* --- XINFO */

static void test_info_refuses_missing_keys_and_other_types(void **state)
{
    struct fake *f = start();

    (void)state;
    add_text(f);
    add_entries(f, 1);
    says(f, "XINFO STREAM nokey", "-ERR no such key");
    says(f, "XINFO GROUPS nokey", "-ERR no such key");
    says(f, "XINFO CONSUMERS nokey g", "-ERR no such key");
    says(f, "XINFO STREAM text", WRONGTYPE);
    says(f, "XINFO GROUPS text", WRONGTYPE);
    says(f, "XINFO CONSUMERS text g", WRONGTYPE);
    says(f, "XINFO CONSUMERS s nope", "-NOGROUP No such consumer group 'nope' for key name 's'");
    says(f, "XINFO STREAM s FULL COUNT",
         "-ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.");
    says(f, "XINFO STREAM s SOME",
         "-ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.");
    says(f, "XINFO STREAM s FULL COUNT x", "-ERR value is not an integer or out of range");
    fake_free(f);
}

static void test_info_stream_has_sixteen_fields_in_order(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XGROUP CREATE s g 0 MKSTREAM", "OK");
    says(f, "XINFO STREAM s",
         "[\"length\" 0 \"radix-tree-keys\" 0 \"radix-tree-nodes\" 1 \"last-generated-id\" \"0-0\" "
         "\"max-deleted-entry-id\" \"0-0\" \"entries-added\" 0 \"recorded-first-entry-id\" \"0-0\" "
         "\"idmp-duration\" 100 \"idmp-maxsize\" 100 \"pids-tracked\" 0 \"iids-tracked\" 0 "
         "\"iids-added\" 0 \"iids-duplicates\" 0 \"groups\" 1 \"first-entry\" nil \"last-entry\" "
         "nil]");
    says(f, "XADD s 1-1 f a", "\"1-1\"");
    says(f, "XADD s 2-1 f b", "\"2-1\"");
    says(f, "XDEL s 2-1", "1");
    says(f, "XADD s IDMP p i 3-* f c",
         "-ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs");
    f->protocol = 3;
    says(f, "XINFO STREAM s",
         "{\"length\" 1 \"radix-tree-keys\" 1 \"radix-tree-nodes\" 2 \"last-generated-id\" \"2-1\" "
         "\"max-deleted-entry-id\" \"2-1\" \"entries-added\" 2 \"recorded-first-entry-id\" \"1-1\" "
         "\"idmp-duration\" 100 \"idmp-maxsize\" 100 \"pids-tracked\" 0 \"iids-tracked\" 0 "
         "\"iids-added\" 0 \"iids-duplicates\" 0 \"groups\" 1 \"first-entry\" [\"1-1\" [\"f\" "
         "\"a\"]] \"last-entry\" [\"1-1\" [\"f\" \"a\"]]}");
    fake_free(f);
}

#define FULL_STREAM                                                                                \
    "{\"length\" 3 \"radix-tree-keys\" 1 \"radix-tree-nodes\" 2 \"last-generated-id\" \"3-0\" "    \
    "\"max-deleted-entry-id\" \"0-0\" \"entries-added\" 3 \"recorded-first-entry-id\" \"1-0\" "    \
    "\"idmp-duration\" 100 \"idmp-maxsize\" 100 \"pids-tracked\" 0 \"iids-tracked\" 0 "            \
    "\"iids-added\" 0 \"iids-duplicates\" 0 \"entries\" "

static void test_info_stream_full_limits_entries_and_pending_each_by_itself(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says_like(f, "XREADGROUP GROUP g c STREAMS s >", "[[\"s\" [[");
    says(f, "XNACK s g FAIL IDS 1 1-0", "1");
    f->protocol = 3;
    f->now_ms += 7;
    says(f, "XINFO STREAM s FULL COUNT 1",
         FULL_STREAM
         "[[\"1-0\" [\"f\" \"v1\"]]] \"groups\" [{\"name\" \"g\" \"last-delivered-id\" \"3-0\" "
         "\"entries-read\" 3 \"lag\" 0 \"pel-count\" 3 \"nacked-count\" 1 \"pending\" [[\"1-0\" "
         "\"\" 0 1]] \"consumers\" [{\"name\" \"c\" \"seen-time\" 1700000000000 \"active-time\" "
         "1700000000000 \"pel-count\" 2 \"pending\" [[\"2-0\" 1700000000000 1]]}]}]}");
    says(f, "XINFO STREAM s FULL COUNT 0",
         FULL_STREAM
         "[[\"1-0\" [\"f\" \"v1\"]] [\"2-0\" [\"f\" \"v2\"]] [\"3-0\" [\"f\" \"v3\"]]] \"groups\" "
         "[{\"name\" \"g\" \"last-delivered-id\" \"3-0\" \"entries-read\" 3 \"lag\" 0 "
         "\"pel-count\" 3 \"nacked-count\" 1 \"pending\" [[\"1-0\" \"\" 0 1] [\"2-0\" \"c\" "
         "1700000000000 1] [\"3-0\" \"c\" 1700000000000 1]] \"consumers\" [{\"name\" \"c\" "
         "\"seen-time\" 1700000000000 \"active-time\" 1700000000000 \"pel-count\" 2 \"pending\" "
         "[[\"2-0\" 1700000000000 1] [\"3-0\" 1700000000000 1]]}]}]}");
    fake_free(f);
}

/* Redis gives null after deletions ahead of the group; the counted tree knows the number. */
static void test_lag_is_exact_after_deletes_and_trimming(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 9);
    says_like(f, "XREADGROUP GROUP g c COUNT 2 STREAMS s >", "[[\"s\" [[");
    says(f, "XDEL s 5-0 7-0 1-0", "3");
    says_like(f, "XINFO GROUPS s",
              "[[\"name\" \"g\" \"consumers\" 1 \"pending\" 2 \"last-delivered-id\" \"2-0\" "
              "\"entries-read\" 2 \"lag\" 5]]");
    says(f, "XTRIM s MAXLEN 4", "2");
    says_like(f, "XINFO GROUPS s",
              "[[\"name\" \"g\" \"consumers\" 1 \"pending\" 2 \"last-delivered-id\" \"2-0\" "
              "\"entries-read\" 2 \"lag\" 4]]");
    fake_free(f);
}

/* --- What the stream does with its groups. */

static void test_a_copied_stream_has_groups_of_its_own(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says_like(f, "XREADGROUP GROUP g c COUNT 2 STREAMS s >", "[[\"s\" [[");
    says(f, "XNACK s g FAIL IDS 1 1-0", "1");
    keyspace_copy(fake_request(f), fake_key(f, "s"), fake_key(f, "t"));
    says(f, "XACK t g 1-0", "1");
    says(f, "XPENDING s g", "[2 \"1-0\" \"2-0\" [[\"c\" \"1\"]]]");
    says(f, "XPENDING t g", "[1 \"2-0\" \"2-0\" [[\"c\" \"1\"]]]");
    says_like(f, "XREADGROUP GROUP g c STREAMS t >", "[[\"t\" [[\"3-0\"");
    says(f, "XPENDING t g", "[2 \"2-0\" \"3-0\" [[\"c\" \"2\"]]]");
    fake_free(f);
}

static void test_delref_takes_an_entry_out_of_every_group(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 2);
    says(f, "XGROUP CREATE s h 0", "OK");
    says_like(f, "XREADGROUP GROUP g c STREAMS s >", "[[\"s\" [[");
    says_like(f, "XREADGROUP GROUP h c STREAMS s >", "[[\"s\" [[");
    says(f, "XDELEX s DELREF IDS 1 1-0", "[1]");
    says(f, "XPENDING s g", "[1 \"2-0\" \"2-0\" [[\"c\" \"1\"]]]");
    says(f, "XPENDING s h", "[1 \"2-0\" \"2-0\" [[\"c\" \"1\"]]]");
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create_refuses_what_it_cannot_do_and_changes_nothing),
        cmocka_unit_test(test_create_makes_a_stream_when_told_to),
        cmocka_unit_test(test_create_at_the_end_is_logged_with_the_id),
        cmocka_unit_test(test_setid_moves_the_group_either_way),
        cmocka_unit_test(test_an_entry_read_again_changes_hands),
        cmocka_unit_test(test_destroy_wakes_who_waits_for_the_group),
        cmocka_unit_test(test_consumers_come_and_go),
        cmocka_unit_test(test_released_entries_outlive_the_consumer_that_had_them),
        cmocka_unit_test(test_consumers_and_groups_are_listed_in_byte_order),
        cmocka_unit_test(test_help_is_there),
        cmocka_unit_test(test_info_refuses_missing_keys_and_other_types),
        cmocka_unit_test(test_info_stream_has_sixteen_fields_in_order),
        cmocka_unit_test(test_info_stream_full_limits_entries_and_pending_each_by_itself),
        cmocka_unit_test(test_lag_is_exact_after_deletes_and_trimming),
        cmocka_unit_test(test_a_copied_stream_has_groups_of_its_own),
        cmocka_unit_test(test_delref_takes_an_entry_out_of_every_group),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
