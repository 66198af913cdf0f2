/* The hash of a key: really SipHash-1-3, seeded, and spread evenly over shards, buckets and tags.
 */
#include "core/hash/key_hash.h"
#include "core/num/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum {
    NAMES = 64000
};

/* Key 00 01 .. 0f, message 00 01 .. (size - 1), as in the paper's test vectors for 2-4. The values
 * are from a separate implementation that reproduces the paper's own vector with 2 and 4 rounds. */
static void test_it_is_siphash_1_3(void **state)
{
    static const struct {
        size_t size;
        uint64_t hash;
    } vectors[] = {
        {0, UINT64_C(0xabac0158050fc4dc)},  {1, UINT64_C(0xc9f49bf37d57ca93)},
        {2, UINT64_C(0x82cb9b024dc7d44d)},  {3, UINT64_C(0x8bf80ab8e7ddf7fb)},
        {4, UINT64_C(0xcf75576088d38328)},  {5, UINT64_C(0xdef9d52f49533b67)},
        {6, UINT64_C(0xc50d2b50c59f22a7)},  {7, UINT64_C(0xd3927d989bb11140)},
        {8, UINT64_C(0x369095118d299a8e)},  {9, UINT64_C(0x25a48eb36c063de4)},
        {10, UINT64_C(0x79de85ee92ff097f)}, {11, UINT64_C(0x70c118c1f94dc352)},
        {12, UINT64_C(0x78a384b157b4d9a2)}, {13, UINT64_C(0x306f760c1229ffa7)},
        {14, UINT64_C(0x605aa111c0f95d34)}, {15, UINT64_C(0xd320d86d2a519956)},
        {16, UINT64_C(0xcc4fdd1a7d908b66)}, {17, UINT64_C(0x9cf2689063dbd80c)},
        {31, UINT64_C(0x2370dd1f8c21d1bc)}, {63, UINT64_C(0x9d199062b7bbb3a8)},
    };
    unsigned char bytes[64];

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)i;
    key_hash_seed(bytes);
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
        assert_true(key_hash(span_of((char *)bytes, vectors[i].size)) == vectors[i].hash);
}

static void test_another_seed_gives_another_hash(void **state)
{
    unsigned char seed[16] = {0};
    uint64_t before, after;

    (void)state;
    key_hash_seed(seed);
    before = key_hash(SPAN("name"));
    assert_true(before == key_hash(SPAN("name")));
    seed[15] = 1;
    key_hash_seed(seed);
    after = key_hash(SPAN("name"));
    assert_true(before != after);
}

static void test_an_empty_name_without_bytes_has_a_hash(void **state)
{
    (void)state;
    assert_true(key_hash(span_of(NULL, 0)) == key_hash(SPAN("")));
}

static struct span name_of(char *text, uint64_t number)
{
    memcpy(text, "user:", 5);
    return span_of(text, 5 + num_format_u64(text + 5, number));
}

/* Numbered names are what clients have; every part of the hash must spread them. */
static void test_numbered_names_spread_evenly(void **state)
{
    int shards[KEY_SHARDS] = {0}, buckets[KEY_SHARDS] = {0}, tags[256] = {0};
    char text[5 + NUM_TEXT_LIMIT];

    (void)state;
    for (uint64_t i = 0; i < NAMES; i++) {
        uint64_t hash = key_hash(name_of(text, i));

        assert_true(key_shard(hash) < KEY_SHARDS);
        shards[key_shard(hash)]++;
        buckets[hash % KEY_SHARDS]++;
        tags[hash >> 48 & 255]++;
    }
    for (int i = 0; i < KEY_SHARDS; i++) {
        assert_in_range(shards[i], NAMES / KEY_SHARDS - 200, NAMES / KEY_SHARDS + 200);
        assert_in_range(buckets[i], NAMES / KEY_SHARDS - 200, NAMES / KEY_SHARDS + 200);
    }
    for (int i = 0; i < 256; i++)
        assert_in_range(tags[i], NAMES / 256 - 100, NAMES / 256 + 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_siphash_1_3),
        cmocka_unit_test(test_another_seed_gives_another_hash),
        cmocka_unit_test(test_an_empty_name_without_bytes_has_a_hash),
        cmocka_unit_test(test_numbered_names_spread_evenly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
