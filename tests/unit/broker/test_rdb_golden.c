/* RDB files of every version, made by tests/unit/storage/make_golden.py from the public
 * descriptions of the encodings, load with the contents that are written beside them; and what was
 * loaded comes back from a file of our own. "> " and "! " begin a command, "< " what it answers. */
#include "broker/command/registry.h"
#include "broker/server/values.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "storage/io/twin.h"
#include "storage/rdb/rdb_file.h"
#include "storage/rdb/rdb_types.h"
#include "tests/lib/unit/fake_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum {
    FILE_LIMIT = 1 << 20,
};

static struct rdb_loaders loaders;

/* A broker that knows all commands, and that keeps idle times in its files. */
static struct fake *fake_with_all(void)
{
    struct fake *fake = fake_new();

    for (size_t i = 0; registry_families[i]; i++)
        fake_add_commands(fake, registry_families[i]);
    fake->settings.maxmemory_policy = EVICT_ALLKEYS_LRU;
    return fake;
}

static int load(struct fake *fake, struct io *io, const char *path, struct rdb_load *load)
{
    struct diag diag = {0};
    int rc;

    *load = (struct rdb_load){
        .io = io,
        .keyspace = fake->keyspace,
        .settings = &fake->settings,
        .loaders = &loaders,
        .now_ms = fake->now_ms,
        .check_checksum = true,
    };
    rc = rdb_load_file(load, path, &diag);
    if (rc < 0)
        print_message("%s\n", diag.text);
    return rc;
}

/* Each command of the text answers as it says. */
static void expect_answers(struct fake *fake, const char *name)
{
    char path[512], *text, *at, *command = NULL;
    size_t size, answers = 0;

    snprintf(path, sizeof(path), "%s/%s.txt", GOLDEN_FOLDER, name);
    assert_int_equal(io_read_file(io_disk(), path, FILE_LIMIT, &text, &size, NULL), 0);
    assert_true(size > 0 && text[size - 1] == '\n');
    text[size - 1] = '\0';
    for (at = strtok(text, "\n"); at; at = strtok(NULL, "\n")) {
        const char *answer;

        if (*at != '<') {
            command = at + 2;
            continue;
        }
        answer = fake_line(fake, command);
        if (strcmp(answer, at + 2) != 0)
            fail_msg("%s: %s: %s instead of %s", name, command, answer, at + 2);
        answers++;
    }
    assert_true(answers > 0);
    mem_free(text);
}

static int version_of(const char *name)
{
    return atoi(strchr(name, '-') + 1);
}

/* Saved in both manners and loaded again, the values are the same. */
static void expect_to_come_back(struct fake *fake, const char *name, bool complete)
{
    struct fake *other = fake_with_all();
    struct twin *disk = twin_new();
    struct rdb_load facts;
    struct rdb_save save = {
        .io = twin_io(disk),
        .keyspace = fake->keyspace,
        .settings = &fake->settings,
        .now_ms = fake->now_ms,
        .complete = complete,
        .compress = complete,
        .checksum = true,
    };

    assert_int_equal(rdb_save_file(&save, "again.rdb", NULL), 0);
    assert_int_equal(load(other, save.io, "again.rdb", &facts), 0);
    assert_true(facts.keys == save.keys);
    if (complete)
        assert_int_equal(facts.version, RDB_VERSION_NEWEST);
    else if (version_of(name) <= RDB_VERSION_OLDEST)
        assert_int_equal(facts.version, RDB_VERSION_OLDEST);
    if (complete || version_of(name) <= RDB_VERSION_OLDEST)
        expect_answers(other, name);
    fake_free(other);
    twin_free(disk);
}

static void expect_golden(const char *name)
{
    struct fake *fake = fake_with_all();
    struct rdb_load facts;
    char path[512];

    snprintf(path, sizeof(path), "%s/%s.rdb", GOLDEN_FOLDER, name);
    assert_int_equal(load(fake, io_disk(), path, &facts), 0);
    assert_int_equal(facts.version, version_of(name));
    assert_true(facts.keys > 0);
    expect_answers(fake, name);
    expect_to_come_back(fake, name, false);
    expect_to_come_back(fake, name, true);
    fake_free(fake);
}

#define GOLDEN(name, words)                                                                        \
    static void test_##name##_##words(void **state)                                                \
    {                                                                                              \
        (void)state;                                                                               \
        expect_golden(golden_name(#name));                                                         \
    }

/* version_01 -> version-01 */
static const char *golden_name(const char *word)
{
    static char name[32];

    snprintf(name, sizeof(name), "%s", word);
    *strchr(name, '_') = '-';
    return name;
}

GOLDEN(version_01, holds_plain_values_and_times_in_seconds)
GOLDEN(version_02, holds_zipmaps_ziplists_and_intsets)
GOLDEN(version_04, holds_hashes_as_ziplists_and_times_in_milliseconds)
GOLDEN(version_06, holds_packed_forms_that_are_compressed)
GOLDEN(version_07, holds_lists_of_ziplists)
GOLDEN(version_08, holds_scores_as_doubles)
GOLDEN(version_09, holds_the_first_streams)
GOLDEN(version_10, holds_listpacks_and_functions)
GOLDEN(version_11, holds_sets_as_listpacks)
GOLDEN(version_12, holds_fields_that_expire)
GOLDEN(version_14, holds_producers_and_released_entries)
GOLDEN(ours_14, is_what_a_checkpoint_of_ours_holds)

/* A file of a real version with any of its bytes changed or its end missing is refused: the
 * checksum sees it. Without looking at the checksum nothing breaks. */
static void expect_no_harm(const char *name, bool check_checksum)
{
    struct twin *disk = twin_new();
    struct fake *fake = fake_new();
    char path[512], *bytes;
    size_t size;

    snprintf(path, sizeof(path), "%s/%s.rdb", GOLDEN_FOLDER, name);
    assert_int_equal(io_read_file(io_disk(), path, FILE_LIMIT, &bytes, &size, NULL), 0);
    for (size_t at = 0; at < 2 * size; at++) {
        struct rdb_load facts = {
            .io = twin_io(disk),
            .keyspace = fake->keyspace,
            .settings = &fake->settings,
            .loaders = &loaders,
            .now_ms = fake->now_ms,
            .check_checksum = check_checksum,
        };
        size_t kept = at < size ? size : at - size;
        int rc;

        if (at < size)
            bytes[at] = (char)(bytes[at] ^ (1 << at % 8));
        assert_int_equal(io_replace_file(facts.io, "bad", span_of(bytes, kept), NULL), 0);
        rc = rdb_load_file(&facts, "bad", NULL);
        assert_true(rc == ERR_DAMAGED || (rc == 0 && (at < 9 || (!check_checksum && at < size))));
        keyspace_flush(fake->keyspace, -1, false);
        if (at < size)
            bytes[at] = (char)(bytes[at] ^ (1 << at % 8));
    }
    mem_free(bytes);
    fake_free(fake);
    twin_free(disk);
}

static void test_changed_bytes_and_missing_ends_do_no_harm(void **state)
{
    static const char *const names[] = {"version-06", "version-08", "version-09", "version-11",
                                        "version-12", "version-14", "ours-14"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        expect_no_harm(names[i], true);
        expect_no_harm(names[i], false);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_01_holds_plain_values_and_times_in_seconds),
        cmocka_unit_test(test_version_02_holds_zipmaps_ziplists_and_intsets),
        cmocka_unit_test(test_version_04_holds_hashes_as_ziplists_and_times_in_milliseconds),
        cmocka_unit_test(test_version_06_holds_packed_forms_that_are_compressed),
        cmocka_unit_test(test_version_07_holds_lists_of_ziplists),
        cmocka_unit_test(test_version_08_holds_scores_as_doubles),
        cmocka_unit_test(test_version_09_holds_the_first_streams),
        cmocka_unit_test(test_version_10_holds_listpacks_and_functions),
        cmocka_unit_test(test_version_11_holds_sets_as_listpacks),
        cmocka_unit_test(test_version_12_holds_fields_that_expire),
        cmocka_unit_test(test_version_14_holds_producers_and_released_entries),
        cmocka_unit_test(test_ours_14_is_what_a_checkpoint_of_ours_holds),
        cmocka_unit_test(test_changed_bytes_and_missing_ends_do_no_harm),
    };

    values_register(&loaders);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
