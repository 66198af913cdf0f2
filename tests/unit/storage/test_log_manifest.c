/* Manifests: what is stored is loaded, and nothing that is not a whole and sensible one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/base/error.h"
#include "storage/io/twin.h"
#include "storage/log/manifest.h"

#include <stdio.h>
#include <string.h>

static struct manifest some_manifest(void)
{
    struct manifest manifest = {
        .history = {.id = "0123456789012345678901234567890123456789",
                    .past = {{.id = "9876543210987654321098765432109876543210", .end = 70},
                             {.id = "abcdefabcdefabcdefabcdefabcdefabcdefabcd", .end = 70}},
                    .past_count = 2},
        .checkpoint_file = "checkpoint-120.rdb",
        .checkpoint_position = 120,
        .checkpoint_bytes = 4711,
        .next_number = 9,
    };
    struct manifest_segment *closed = manifest_add(&manifest, "0000000007-100.log", 100);

    closed->closed = true;
    closed->end = 300;
    closed->bytes = 512;
    manifest_add(&manifest, "0000000008-300.log", 300);
    return manifest;
}

static void encode(struct manifest *manifest, struct buffer *bytes)
{
    buffer_clear(bytes);
    manifest_encode(manifest, bytes);
}

static int decode(const struct buffer *bytes, struct manifest *manifest, struct diag *diag)
{
    return manifest_decode(manifest, span_of(bytes->data, bytes->size), diag);
}

static void test_a_manifest_reads_as_it_was_written(void **state)
{
    struct manifest manifest = some_manifest(), read, copy;
    struct buffer bytes = {0}, again = {0};
    struct diag diag = {0};

    (void)state;
    encode(&manifest, &bytes);
    assert_int_equal(decode(&bytes, &read, &diag), 0);
    assert_memory_equal(&read.history, &manifest.history, sizeof(read.history));
    assert_string_equal(read.checkpoint_file, manifest.checkpoint_file);
    assert_int_equal(read.segment_count, 2);
    assert_true(read.segments[0].closed && !read.segments[1].closed);
    manifest_copy(&copy, &read);
    encode(&copy, &again);
    assert_true(span_equal(span_of(bytes.data, bytes.size), span_of(again.data, again.size)));
    manifest_drop(&copy, 0);
    assert_string_equal(copy.segments[0].file, "0000000008-300.log");
    assert_int_equal(read.segment_count, 2); /* the copy was a deep one */
    manifest_drop_oldest(&read, 0);
    assert_int_equal(read.segment_count, 2);
    manifest_drop_oldest(&read, 1);
    assert_string_equal(read.segments[0].file, "0000000008-300.log");
    manifest_drop_oldest(&read, 1);
    assert_int_equal(read.segment_count, 0);
    manifest_release(&manifest);
    manifest_release(&read);
    manifest_release(&copy);
    buffer_release(&bytes);
    buffer_release(&again);
}

/* What the first version has written, before logs could be replaced. */
static void test_a_manifest_of_the_first_version_is_read(void **state)
{
    static const char hex[] =
        "4d536d6e66737431ac00000008011228303132333435363738393031323334353637383930313233"
        "343536373839303132333435363738391a2839383736353433323130393837363534333231303938"
        "37363534333231303938373635343332313020462a12636865636b706f696e742d3132302e726462"
        "307838e724421e0a12303030303030303030372d3130302e6c6f671064180120ac0228800442170a"
        "12303030303030303030382d3330302e6c6f6710ac02480959cc538f";
    struct manifest expected = some_manifest(), read;
    struct buffer bytes = {0}, again = {0};
    struct diag diag = {0};

    (void)state;
    expected.history.past_count = 1;
    for (size_t i = 0; hex[i]; i += 2) {
        unsigned byte;

        assert_int_equal(sscanf(hex + i, "%2x", &byte), 1);
        buffer_append(&bytes, &(unsigned char){(unsigned char)byte}, 1);
    }
    assert_int_equal(decode(&bytes, &read, &diag), 0);
    assert_int_equal(read.replaced, 0);
    assert_int_equal(manifest_oldest(&read), 100);
    encode(&expected, &again); /* nor can it tell ours from its own */
    assert_true(span_equal(span_of(bytes.data, bytes.size), span_of(again.data, again.size)));
    read.replaced = 3;
    encode(&read, &again);
    manifest_release(&read);
    assert_int_equal(decode(&again, &read, &diag), 0);
    assert_int_equal(read.replaced, 3);
    manifest_release(&read);
    manifest_release(&expected);
    buffer_release(&bytes);
    buffer_release(&again);
}

static void test_any_flipped_byte_and_any_cut_is_damage(void **state)
{
    struct manifest manifest = some_manifest(), read;
    struct buffer bytes = {0};

    (void)state;
    encode(&manifest, &bytes);
    for (size_t at = 0; at < bytes.size; at++) {
        for (int mask = 1; mask < 256; mask <<= 1) {
            struct diag diag = {0};

            bytes.data[at] = (char)(bytes.data[at] ^ mask);
            assert_int_equal(decode(&bytes, &read, &diag), ERR_DAMAGED);
            assert_true(diag.text[0]);
            bytes.data[at] = (char)(bytes.data[at] ^ mask);
        }
    }
    for (size_t size = 0; size < bytes.size; size++)
        assert_int_equal(manifest_decode(&read, span_of(bytes.data, size), NULL), ERR_DAMAGED);
    buffer_append_byte(&bytes, '\0');
    assert_int_equal(decode(&bytes, &read, NULL), ERR_DAMAGED); /* nor is there more */
    manifest_release(&manifest);
    buffer_release(&bytes);
}

static void expect_damage(struct manifest *manifest)
{
    struct buffer bytes = {0};
    struct manifest read;

    encode(manifest, &bytes);
    assert_int_equal(decode(&bytes, &read, NULL), ERR_DAMAGED);
    assert_null(read.segments);
    manifest_release(manifest);
    buffer_release(&bytes);
}

static void test_what_contradicts_itself_is_damage(void **state)
{
    struct manifest wrong;

    (void)state;
    wrong = some_manifest();
    wrong.segments[0].closed = false; /* and another follows */
    expect_damage(&wrong);
    wrong = some_manifest();
    wrong.segments[1].first++; /* a gap */
    expect_damage(&wrong);
    wrong = some_manifest();
    wrong.segments[0].end = 99;
    wrong.segments[1].first = 99; /* ends before it begins */
    expect_damage(&wrong);
    wrong = some_manifest();
    wrong.segments[0].file[0] = '\0';
    expect_damage(&wrong);
}

static void test_names_stay_in_the_directory(void **state)
{
    static const char *const names[] = {"..", ".", "../x.log", "/etc/passwd", "a/b"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct manifest wrong = some_manifest();

        snprintf(wrong.segments[1].file, LOG_NAME_LIMIT, "%s", names[i]);
        expect_damage(&wrong);
        wrong = some_manifest();
        snprintf(wrong.checkpoint_file, LOG_NAME_LIMIT, "%s", names[i]);
        expect_damage(&wrong);
    }
}

static void test_storing_and_loading(void **state)
{
    struct twin *twin = twin_new();
    struct manifest manifest = some_manifest(), read = {0};
    struct diag diag = {0};

    (void)state;
    assert_int_equal(io_make_directory(twin_io(twin), "log", NULL), 0);
    assert_int_equal(manifest_load(&read, twin_io(twin), "log", &diag), ERR_MISSING);
    assert_int_equal(manifest_store(&manifest, twin_io(twin), "log", &diag), 0);
    assert_int_equal(manifest_load(&read, twin_io(twin), "log", &diag), 0);
    assert_int_equal(read.next_number, 9);
    manifest_release(&read);
    assert_true(twin_flip(twin, "log/manifest", 30, 1));
    assert_int_equal(manifest_load(&read, twin_io(twin), "log", &diag), ERR_DAMAGED);
    assert_non_null(strstr(diag.text, "log/manifest"));
    manifest_release(&manifest);
    twin_free(twin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_manifest_reads_as_it_was_written),
        cmocka_unit_test(test_a_manifest_of_the_first_version_is_read),
        cmocka_unit_test(test_any_flipped_byte_and_any_cut_is_damage),
        cmocka_unit_test(test_what_contradicts_itself_is_damage),
        cmocka_unit_test(test_names_stay_in_the_directory),
        cmocka_unit_test(test_storing_and_loading),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
