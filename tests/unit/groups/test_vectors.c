/* test_vectors.c - the test vectors of the stream specification (section 26) that concern groups.
 */
#include "says.h"

static void test_groups_read_acknowledge_and_count_as_specified(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s 1-0 f a", "\"1-0\"");
    says(f, "XADD s 2-0 f b", "\"2-0\"");
    says(f, "XADD s 3-0 f c", "\"3-0\"");
    says(f, "XGROUP CREATE s g 0", "OK");
    says(f, "XGROUP CREATE s g 0", "-BUSYGROUP Consumer Group name already exists");
    says(f, "XINFO GROUPS s",
         "[[\"name\" \"g\" \"consumers\" 0 \"pending\" 0 \"last-delivered-id\" \"0-0\" "
         "\"entries-read\" nil \"lag\" 3]]");
    says(f, "XREADGROUP GROUP g c1 COUNT 1 STREAMS s >", "[[\"s\" [[\"1-0\" [\"f\" \"a\"]]]]]");
    says(f, "XINFO GROUPS s",
         "[[\"name\" \"g\" \"consumers\" 1 \"pending\" 1 \"last-delivered-id\" \"1-0\" "
         "\"entries-read\" 1 \"lag\" 2]]");
    says(f, "XDEL s 2-0", "1");
    says(f, "XINFO GROUPS s", /* where Redis says null we know the number */
         "[[\"name\" \"g\" \"consumers\" 1 \"pending\" 1 \"last-delivered-id\" \"1-0\" "
         "\"entries-read\" 1 \"lag\" 1]]");
    says(f, "XREADGROUP GROUP g c1 STREAMS s >", "[[\"s\" [[\"3-0\" [\"f\" \"c\"]]]]]");
    says(f, "XINFO GROUPS s",
         "[[\"name\" \"g\" \"consumers\" 1 \"pending\" 2 \"last-delivered-id\" \"3-0\" "
         "\"entries-read\" 3 \"lag\" 0]]");
    says(f, "XDEL s 1-0", "1");
    f->now_ms += 5;
    says(f, "XREADGROUP GROUP g c1 STREAMS s 0",
         "[[\"s\" [[\"1-0\" nil] [\"3-0\" [\"f\" \"c\"]]]]]");
    says(f, "XREADGROUP GROUP g c2 BLOCK 0 STREAMS s 0", "[[\"s\" []]]");
    says(f, "XPENDING s g", "[2 \"1-0\" \"3-0\" [[\"c1\" \"2\"]]]");
    says(f, "XPENDING s g - + 10", "[[\"1-0\" \"c1\" 5 1] [\"3-0\" \"c1\" 0 2]]");
    says(f, "XPENDING s g - + 10 nobody", "[]");
    says(f, "XAUTOCLAIM s g c2 0 0 COUNT 1", "[\"3-0\" [] [\"1-0\"]]");
    says(f, "XAUTOCLAIM s g c2 0 3-0", "[\"0-0\" [[\"3-0\" [\"f\" \"c\"]]] []]");
    says(f, "XCLAIM s g c3 0 3-0 JUSTID", "[\"3-0\"]");
    says(f, "XGROUP DELCONSUMER s g c3", "1");
    says(f, "XPENDING s g", "[0 nil nil nil]");
    says(f, "XACK s g 3-0", "0");
    says(f, "XREADGROUP GROUP nope c STREAMS s >",
         "-NOGROUP No such key 's' or consumer group 'nope' in XREADGROUP with GROUP option");
    says(f, "XPENDING s nope", "-NOGROUP No such key 's' or consumer group 'nope'");
    says(f, "XINFO CONSUMERS s nope", "-NOGROUP No such consumer group 'nope' for key name 's'");
    fake_free(f);
}

static void test_references_of_groups_keep_entries(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s 1-0 f a", "\"1-0\"");
    says(f, "XADD s 2-0 f b", "\"2-0\"");
    says(f, "XADD s 3-0 f c", "\"3-0\"");
    says(f, "XGROUP CREATE s g1 1-0", "OK");
    says(f, "XGROUP CREATE s g2 2-0", "OK");
    says(f, "XDELEX s ACKED IDS 3 1-0 2-0 9-0", "[1 2 2]");
    says(f, "XGROUP DESTROY s g1", "1");
    says(f, "XDELEX s ACKED IDS 2 2-0 3-0", "[1 2]");
    says(f, "XGROUP DESTROY s g2", "1");
    says(f, "XDELEX s ACKED IDS 2 3-0 4-0", "[1 -1]");
    fake_free(f);
}

static void test_released_entries_are_anybodys(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s 1-0 f a", "\"1-0\"");
    says(f, "XADD s 2-0 f b", "\"2-0\"");
    says(f, "XGROUP CREATE s g 0", "OK");
    says(f, "XREADGROUP GROUP g c1 STREAMS s >",
         "[[\"s\" [[\"1-0\" [\"f\" \"a\"]] [\"2-0\" [\"f\" \"b\"]]]]]");
    says(f, "XNACK s g SILENT IDS 1 2-0", "1");
    says(f, "XNACK s g FATAL IDS 1 1-0", "1");
    says(f, "XPENDING s g - + 10", "[[\"1-0\" \"\" -1 9223372036854775807] [\"2-0\" \"\" -1 0]]");
    says(f, "XPENDING s g", "[2 \"1-0\" \"2-0\" []]");
    says(f, "XREADGROUP GROUP g c2 COUNT 1 CLAIM 3600000 STREAMS s >",
         "[[\"s\" [[\"2-0\" [\"f\" \"b\"] 1700000000000 0]]]]"); /* 2-0 was released first */
    says(f, "XNACK s g LOUD IDS 1 1-0", "-ERR mode must be SILENT, FAIL, or FATAL");
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups_read_acknowledge_and_count_as_specified),
        cmocka_unit_test(test_references_of_groups_keep_entries),
        cmocka_unit_test(test_released_entries_are_anybodys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
