/* What MEMORY USAGE says of a key is what deleting it gives back to the allocator, to the byte, for
 * every type in every encoding. */
#include "core/base/mem.h"
#include "groups/group_commands.h"
#include "storage/keyspace/entry.h"
#include "storage/keyspace/keyspace.h"
#include "streams/append_commands.h"
#include "streams/change_commands.h"
#include "tests/lib/unit/fake_request.h"
#include "types/array/array_commands.h"
#include "types/generic/expire_commands.h"
#include "types/generic/key_commands.h"
#include "types/hash/hash_commands.h"
#include "types/hll/hll_commands.h"
#include "types/list/list_commands.h"
#include "types/set/set_commands.h"
#include "types/string/string_commands.h"
#include "types/string/string_range_commands.h"
#include "types/zset/zset_commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    struct fake *fake = fake_new();

    fake_add_commands(fake, string_commands);
    fake_add_commands(fake, string_range_commands);
    fake_add_commands(fake, key_commands);
    fake_add_commands(fake, expire_commands);
    fake_add_commands(fake, list_push_commands);
    fake_add_commands(fake, list_pop_commands);
    fake_add_commands(fake, set_member_commands);
    fake_add_commands(fake, zset_add_commands);
    fake_add_commands(fake, zset_remove_commands);
    fake_add_commands(fake, hash_commands);
    fake_add_commands(fake, hash_expire_commands);
    fake_add_commands(fake, hll_commands);
    fake_add_commands(fake, array_write_commands);
    fake_add_commands(fake, stream_append_commands);
    fake_add_commands(fake, stream_change_commands);
    fake_add_commands(fake, group_commands);
    fake_add_commands(fake, group_read_commands);
    fake_add_commands(fake, group_ack_commands);
    fake_add_commands(fake, group_claim_commands);
    *state = fake;
    return 0;
}

static int teardown(void **state)
{
    fake_free(*state);
    return 0;
}

/* Allocated bytes beside the keyspace's own tables. */
static size_t used(const struct fake *fake)
{
    return mem_used() - keyspace_table_memory(fake->keyspace, 0);
}

/* The command must not fail. `number` is put in place of each %d. */
static void run(struct fake *fake, const char *format, int number)
{
    char line[4096];
    size_t at = 0;

    for (; *format && at < sizeof(line) - 16; format++) {
        if (format[0] == '%' && format[1] == 'd') {
            at += (size_t)snprintf(line + at, 16, "%d", number);
            format++;
        } else {
            line[at++] = *format;
        }
    }
    line[at] = '\0';
    assert_int_not_equal(fake_line(fake, line)[0], '-');
}

/* What is allocated to start the thread that frees large values would count as theirs. */
static void start_lazyfree(struct fake *fake)
{
    for (int i = 0; i < 5000; i++)
        run(fake, "SADD k member:%d", i);
    run(fake, "DEL k", 0);
    keyspace_lazyfree_drain(fake->keyspace);
}

static void check(struct fake *fake, const char *what)
{
    struct entry *entry;
    size_t said, before, freed;

    run(fake, "EXISTS k", 0);
    entry = keyspace_find(fake_request(fake), fake_key(fake, "k"), FIND_QUIET);
    assert_non_null(entry);
    said = entry_memory(entry, 0);
    before = used(fake);
    run(fake, "DEL k", 0);
    keyspace_lazyfree_drain(fake->keyspace);
    freed = before - used(fake);
    if (said != freed)
        print_error("%s: says %zu, frees %zu\n", what, said, freed);
    assert_int_equal(said, freed);
}

struct recipe {
    const char *name;
    struct {
        const char *line; /* "%d" counts from 0 */
        int times;
    } steps[6];
};

static void cook(struct fake *fake, const struct recipe *recipes, size_t count)
{
    run(fake, "SET other 1", 0); /* so that the shard's tables stay */
    run(fake, "PEXPIRE other 100000000", 0);
    start_lazyfree(fake);
    for (size_t i = 0; i < count; i++) {
        for (int step = 0; step < 6 && recipes[i].steps[step].line; step++)
            for (int n = 0; n < recipes[i].steps[step].times; n++)
                run(fake, recipes[i].steps[step].line, n);
        check(fake, recipes[i].name);
    }
}

#define COOK(fake, recipes) cook(fake, recipes, sizeof(recipes) / sizeof((recipes)[0]))

#define LONG_TEXT "0123456789012345678901234567890123456789012345678901234567890123456789-%d"

static void test_strings(void **state)
{
    static const struct recipe recipes[] = {
        {"an integer", {{"SET k 12345", 1}}},
        {"short", {{"SET k abc", 1}}},
        {"long", {{"SET k " LONG_TEXT LONG_TEXT LONG_TEXT, 1}}},
        {"grown", {{"APPEND k " LONG_TEXT, 300}}},
        {"with an expiry", {{"SET k abc", 1}, {"PEXPIRE k 100000", 1}}},
        {"a counter of distinct things", {{"PFADD k a-%d", 2000}}},
    };

    COOK(*state, recipes);
}

static void test_lists(void **state)
{
    static const struct recipe recipes[] = {
        {"one node", {{"RPUSH k e-%d", 20}}},
        {"many nodes", {{"RPUSH k " LONG_TEXT, 3000}}},
        {"eaten from the front", {{"RPUSH k " LONG_TEXT, 3000}, {"LPOP k", 1700}}},
    };

    COOK(*state, recipes);
}

static void test_sets(void **state)
{
    static const struct recipe recipes[] = {
        {"integers", {{"SADD k %d", 100}}},
        {"few", {{"SADD k m-%d", 20}}},
        {"many", {{"SADD k m-%d", 5000}}},
        {"shrunk", {{"SADD k m-%d", 5000}, {"SREM k m-%d", 4000}}},
    };

    COOK(*state, recipes);
}

static void test_sorted_sets(void **state)
{
    static const struct recipe recipes[] = {
        {"few", {{"ZADD k %d m-%d", 20}}},
        {"many", {{"ZADD k %d m-%d", 5000}}},
        {"shrunk", {{"ZADD k %d m-%d", 5000}, {"ZREM k m-%d", 4000}}},
    };

    COOK(*state, recipes);
}

static void test_hashes(void **state)
{
    static const struct recipe recipes[] = {
        {"few", {{"HSET k f-%d v-%d", 20}}},
        {"many", {{"HSET k f-%d " LONG_TEXT, 3000}}},
        {"few with expiries", {{"HSET k f-%d v", 20}, {"HPEXPIRE k 100000 FIELDS 1 f-%d", 20}}},
        {"many with expiries",
         {{"HSET k f-%d " LONG_TEXT, 3000}, {"HPEXPIRE k 100000 FIELDS 1 f-%d", 2000}}},
        {"shrunk", {{"HSET k f-%d v", 3000}, {"HDEL k f-%d", 2500}}},
    };

    COOK(*state, recipes);
}

static void test_arrays(void **state)
{
    static const struct recipe recipes[] = {
        {"dense", {{"ARSET k %d v-%d", 5000}}},
        {"sparse", {{"ARSET k 9%d77777 v-%d", 300}}},
        {"long values", {{"ARSET k %d " LONG_TEXT, 500}}},
    };

    COOK(*state, recipes);
}

static void test_streams(void **state)
{
    static const struct recipe recipes[] = {
        {"one entry", {{"XADD k 1-1 f v", 1}}},
        {"many blocks", {{"XADD k * f " LONG_TEXT, 3000}}},
        {"trimmed", {{"XADD k * f " LONG_TEXT, 3000}, {"XTRIM k MAXLEN 70", 1}}},
        {"with holes", {{"XADD k 1-%d1 f v", 3000}, {"XDEL k 1-%d1", 2500}}},
        {"empty", {{"XADD k 1-1 f v", 1}, {"XDEL k 1-1", 1}}},
    };

    COOK(*state, recipes);
}

static void test_streams_with_groups(void **state)
{
    static const struct recipe recipes[] = {
        {"a group", {{"XGROUP CREATE k g 0 MKSTREAM", 1}}},
        {"many groups", {{"XGROUP CREATE k g-%d 0 MKSTREAM", 40}}},
        {"consumers",
         {{"XGROUP CREATE k g 0 MKSTREAM", 1}, {"XGROUP CREATECONSUMER k g c-%d", 200}}},
        {"pending entries",
         {{"XADD k * f v", 5000},
          {"XGROUP CREATE k g 0", 1},
          {"XREADGROUP GROUP g c-%d COUNT 100 STREAMS k >", 50}}},
        {"acknowledged in part",
         {{"XADD k 1-1%d f v", 3000},
          {"XGROUP CREATE k g 0", 1},
          {"XREADGROUP GROUP g c-%d COUNT 10 STREAMS k >", 100},
          {"XACK k g 1-1%d", 900}}},
        {"claimed and claimed again",
         {{"XADD k * f v", 1000},
          {"XGROUP CREATE k g 0", 1},
          {"XREADGROUP GROUP g a COUNT 1000 STREAMS k >", 1},
          {"XAUTOCLAIM k g b-%d 0 0 COUNT 500", 10},
          {"XGROUP DELCONSUMER k g b-%d", 5}}},
    };

    COOK(*state, recipes);
}

/* A sample of a few elements of one size stands for all. */
static void test_samples_of_equal_elements_say_nearly_the_same(void **state)
{
    struct fake *fake = *state;
    struct entry *entry;
    size_t exact, sampled;

    for (int i = 10000; i < 15000; i++)
        run(fake, "HSET h f-%d " LONG_TEXT, i);
    entry = keyspace_find(fake_request(fake), fake_key(fake, "h"), FIND_QUIET);
    exact = entry_memory(entry, 0);
    sampled = entry_memory(entry, 5);
    assert_true(sampled > exact * 95 / 100 && sampled < exact * 105 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_strings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sorted_sets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hashes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_arrays, setup, teardown),
        cmocka_unit_test_setup_teardown(test_streams, setup, teardown),
        cmocka_unit_test_setup_teardown(test_streams_with_groups, setup, teardown),
        cmocka_unit_test_setup_teardown(test_samples_of_equal_elements_say_nearly_the_same, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
