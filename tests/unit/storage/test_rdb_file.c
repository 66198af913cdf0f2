/* RDB files whole: what is saved comes back, a bad disk leaves nothing half, and foreign bytes are
 * refused or read right. Values of the data types are in tests/unit/broker/test_rdb_golden.c. */
#include "core/base/error.h"
#include "core/crc/crc.h"
#include "core/hash/key_hash.h"
#include "core/num/num.h"
#include "storage/io/twin.h"
#include "storage/rdb/rdb_file.h"
#include "storage/rdb/rdb_opcodes.h"
#include "storage/rdb/rdb_types.h"
#include "tests/lib/unit/fake_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char path[] = "dump.rdb", temporary[] = "temp.rdb";
static const struct rdb_loaders no_types;

/* --- Two keyspaces and a disk between them. */

struct house {
    struct fake *from, *to;
    struct twin *disk;
    struct rdb_save save;
    struct rdb_load load;
    struct diag diag;
};

static void begin(struct house *house)
{
    memset(house, 0, sizeof(*house));
    house->from = fake_new();
    house->to = fake_new();
    house->disk = twin_new();
    house->save = (struct rdb_save){
        .io = twin_io(house->disk),
        .keyspace = house->from->keyspace,
        .settings = &house->from->settings,
        .now_ms = FAKE_START_MS,
        .compress = true,
        .checksum = true,
    };
    house->load = (struct rdb_load){
        .io = twin_io(house->disk),
        .keyspace = house->to->keyspace,
        .settings = &house->to->settings,
        .loaders = &no_types,
        .now_ms = FAKE_START_MS,
        .check_checksum = true,
    };
}

static void end(struct house *house)
{
    fake_free(house->from);
    fake_free(house->to);
    twin_free(house->disk);
}

static struct key key_in(struct fake *fake, int db, struct span name)
{
    struct key key = fake_key(fake, "");

    key.name = name;
    key.hash = key_hash(name);
    key.db = db;
    return key;
}

static void set(struct fake *fake, int db, struct span name, struct span value, int64_t expire_ms)
{
    struct request *rq = fake_request(fake);
    struct key key = key_in(fake, db, name);
    struct entry *entry = keyspace_set_string(rq, key, value, false);

    if (expire_ms >= 0)
        keyspace_set_expire(rq, key, entry, expire_ms);
}

static struct entry *find(struct fake *fake, int db, struct span name)
{
    struct request *rq = fake_request(fake);

    rq->flags |= REQUEST_REPLAY; /* expired ones too */
    return keyspace_find(rq, key_in(fake, db, name), FIND_QUIET);
}

static void fill(struct fake *fake)
{
    static char large[5000];

    set(fake, 0, SPAN("plain"), SPAN("value"), -1);
    set(fake, 0, SPAN(""), SPAN(""), -1);
    set(fake, 0, SPAN("12"), SPAN("-70000"), -1);
    set(fake, 0, SPAN("later"), SPAN("v"), FAKE_START_MS + 1);
    set(fake, 3, SPAN("large"), span_of(large, sizeof(large)), -1);
    set(fake, 15, SPAN("a\0b\r\n\xff"), SPAN("9223372036854775807"), INT64_C(1) << 50);
}

/* --- Comparing. */

struct comparison {
    struct fake *other;
    int db;
    bool same;
};

static void compare_entry(void *context, struct entry *entry)
{
    struct comparison *comparison = context;
    struct entry *other = find(comparison->other, comparison->db, entry_key(entry));
    char here[NUM_TEXT_LIMIT], there[NUM_TEXT_LIMIT];

    if (!other || entry_expire_ms(other) != entry_expire_ms(entry) ||
        !span_equal(entry_string(other, there), entry_string(entry, here)))
        comparison->same = false;
}

static bool all_of(struct fake *some, struct fake *other)
{
    struct comparison comparison = {.other = other, .same = true};

    for (; comparison.db < keyspace_databases(some->keyspace); comparison.db++)
        keyspace_each(some->keyspace, comparison.db, compare_entry, &comparison);
    return comparison.same;
}

static bool same(struct fake *some, struct fake *other)
{
    return all_of(some, other) && all_of(other, some);
}

static struct span bytes_of(struct house *house, const char *name)
{
    struct span bytes = {0};

    assert_true(twin_bytes(house->disk, name, &bytes));
    return bytes;
}

static void save_and_load(struct house *house)
{
    assert_int_equal(rdb_save_file(&house->save, path, &house->diag), 0);
    assert_int_equal(rdb_load_file(&house->load, path, &house->diag), 0);
    assert_true(house->load.end == house->save.bytes);
    assert_true(house->load.bytes == house->save.bytes);
    assert_true(bytes_of(house, path).size == house->save.bytes);
}

/* --- Bytes made by hand. */

static void put(struct buffer *file, const char *bytes, size_t size)
{
    buffer_append(file, bytes, size);
}

#define PUT(file, literal) put((file), (literal), sizeof(literal) - 1)

static void put_checksum(struct buffer *file)
{
    uint64_t crc = crc64(0, span_of(file->data, file->size));

    for (int i = 0; i < RDB_CHECKSUM_SIZE; i++)
        buffer_append_byte(file, (char)(crc >> 8 * i));
}

/* Loads bytes as a file into a keyspace that is empty before. */
static int load_bytes(struct house *house, struct span bytes)
{
    memset(&house->diag, 0, sizeof(house->diag));
    keyspace_flush(house->to->keyspace, -1, false);
    assert_int_equal(io_replace_file(house->load.io, path, bytes, NULL), 0);
    return rdb_load_file(&house->load, path, &house->diag);
}

static int load_buffer(struct house *house, const struct buffer *file)
{
    return load_bytes(house, span_of(file->data, file->size));
}

static bool holds(struct house *house, int db, const char *name, const char *value)
{
    struct entry *entry = find(house->to, db, span_text(name));
    char scratch[NUM_TEXT_LIMIT];

    return entry && span_is(entry_string(entry, scratch), value);
}

/* --- What is saved comes back. */

static void test_what_is_saved_comes_back(void **state)
{
    struct house house;

    (void)state;
    begin(&house);
    fill(house.from);
    save_and_load(&house);
    assert_true(same(house.from, house.to));
    assert_int_equal(house.save.keys, 6);
    assert_int_equal(house.load.keys, 6);
    assert_int_equal(house.load.expired, 0);
    assert_int_equal(house.load.version, RDB_VERSION_OLDEST);
    end(&house);
}

static void test_an_empty_keyspace_is_a_file_too(void **state)
{
    struct house house;

    (void)state;
    begin(&house);
    save_and_load(&house);
    assert_int_equal(house.load.keys, 0);
    assert_int_equal(house.save.bytes, RDB_HEADER_SIZE + 1 + RDB_CHECKSUM_SIZE);
    end(&house);
}

static void test_a_complete_file_has_the_newest_version(void **state)
{
    struct house house;

    (void)state;
    begin(&house);
    fill(house.from);
    house.save.complete = true;
    save_and_load(&house);
    assert_true(same(house.from, house.to));
    assert_int_equal(house.load.version, RDB_VERSION_NEWEST);
    end(&house);
}

static void note_aux(void *context, struct span name, struct span value)
{
    buffer_printf(context, "%.*s=%.*s;", (int)name.size, name.data, (int)value.size, value.data);
}

static void test_facts_in_front_are_handed_on_in_order(void **state)
{
    struct rdb_aux aux[] = {{"redis-ver", SPAN("8.10.0")}, {"ctime", SPAN("17")}, {NULL, {0}}};
    struct buffer noted = {0};
    struct house house;

    (void)state;
    begin(&house);
    house.save.aux = aux;
    house.load.aux = note_aux;
    house.load.context = &noted;
    save_and_load(&house);
    assert_true(span_equal(span_of(noted.data, noted.size), SPAN("redis-ver=8.10.0;ctime=17;")));
    buffer_release(&noted);
    end(&house);
}

static void test_without_checksum_zeros_are_written_and_accepted(void **state)
{
    struct house house;
    struct span bytes;

    (void)state;
    begin(&house);
    fill(house.from);
    house.save.checksum = false;
    save_and_load(&house);
    bytes = bytes_of(&house, path);
    assert_memory_equal(bytes.data + bytes.size - RDB_CHECKSUM_SIZE, "\0\0\0\0\0\0\0\0",
                        RDB_CHECKSUM_SIZE);
    assert_true(same(house.from, house.to));
    end(&house);
}

static void test_compression_is_a_choice(void **state)
{
    struct house house;
    uint64_t packed;

    (void)state;
    begin(&house);
    fill(house.from);
    save_and_load(&house);
    packed = house.save.bytes;
    house.save.compress = false;
    keyspace_flush(house.to->keyspace, -1, false);
    save_and_load(&house);
    assert_true(house.save.bytes > packed + 4000);
    assert_true(same(house.from, house.to));
    end(&house);
}

/* Redis says how long a key has been idle, or how often it was used, by maxmemory-policy. */
static void test_the_access_record_travels_by_the_policy(void **state)
{
    struct house house;
    struct entry *entry;

    (void)state;
    begin(&house);
    set(house.from, 0, SPAN("k"), SPAN("v"), -1);
    house.from->settings.maxmemory_policy = EVICT_ALLKEYS_LRU;
    house.to->settings.maxmemory_policy = EVICT_ALLKEYS_LRU;
    entry_set_idle_seconds(find(house.from, 0, SPAN("k")), 1000, FAKE_START_MS);
    save_and_load(&house);
    entry = find(house.to, 0, SPAN("k"));
    assert_int_equal(entry_idle_seconds(entry, FAKE_START_MS), 1000);

    keyspace_flush(house.to->keyspace, -1, false);
    house.from->settings.maxmemory_policy = EVICT_VOLATILE_LFU;
    house.to->settings.maxmemory_policy = EVICT_VOLATILE_LFU;
    entry_set_frequency(find(house.from, 0, SPAN("k")), 77, FAKE_START_MS);
    save_and_load(&house);
    entry = find(house.to, 0, SPAN("k"));
    assert_int_equal(entry_frequency(entry, FAKE_START_MS, 1), 77);

    /* one says nothing where the other is kept */
    keyspace_flush(house.to->keyspace, -1, false);
    house.from->settings.maxmemory_policy = EVICT_VOLATILE_LRU;
    save_and_load(&house);
    set(house.to, 0, SPAN("new"), SPAN("v"), -1);
    entry = find(house.to, 0, SPAN("k"));
    assert_int_equal(entry_frequency(entry, FAKE_START_MS, 1),
                     entry_frequency(find(house.to, 0, SPAN("new")), FAKE_START_MS, 1));
    end(&house);
}

static void test_what_has_expired_is_dropped_unless_it_is_to_be_kept(void **state)
{
    struct house house;

    (void)state;
    begin(&house);
    fill(house.from);
    house.load.now_ms = FAKE_START_MS + 1;
    save_and_load(&house);
    assert_int_equal(house.load.keys, 5);
    assert_int_equal(house.load.expired, 1);
    assert_null(find(house.to, 0, SPAN("later")));

    keyspace_flush(house.to->keyspace, -1, false);
    house.load.keep_expired = true;
    save_and_load(&house);
    assert_int_equal(house.load.keys, 6);
    assert_true(same(house.from, house.to));
    end(&house);
}

/* --- Files larger than what is in memory of them. */

struct progress {
    uint64_t calls, bytes, give_up_at;
};

static bool on_saved(void *context, uint64_t keys, uint64_t bytes)
{
    struct progress *progress = context;

    (void)keys;
    assert_true(bytes > progress->bytes);
    progress->bytes = bytes;
    return ++progress->calls != progress->give_up_at;
}

static bool on_loaded(void *context, uint64_t bytes, uint64_t of, uint64_t keys)
{
    assert_true(bytes <= of);
    return on_saved(context, keys, bytes);
}

static void fill_much(struct fake *fake)
{
    static char noise[7000], name[16];

    for (size_t i = 0; i < sizeof(noise); i++)
        noise[i] = (char)(i * i * 31 + i / 7);
    for (int i = 0; i < 1000; i++) {
        int size = snprintf(name, sizeof(name), "key:%d", i);

        set(fake, 0, span_of(name, (size_t)size), span_of(noise, 3000 + (size_t)i * 4), -1);
    }
}

static void test_large_files_tell_how_far_they_are_about_each_megabyte(void **state)
{
    struct progress saved = {0}, loaded = {0};
    struct house house;

    (void)state;
    begin(&house);
    fill_much(house.from);
    house.save.compress = false;
    house.save.progress = on_saved;
    house.save.context = &saved;
    house.load.progress = on_loaded;
    house.load.context = &loaded;
    save_and_load(&house);
    assert_true(same(house.from, house.to));
    assert_true(house.save.bytes > 4500000 && house.save.bytes < 6000000);
    assert_in_range(saved.calls, 3, 5);
    assert_in_range(loaded.calls, 3, 5);
    end(&house);
}

static uint64_t steps_of_saving(bool syncs_often, bool to_pipe)
{
    struct house house;
    uint64_t steps;

    begin(&house);
    fill_much(house.from); /* 5 MB */
    house.save.compress = false;
    house.save.syncs_often = syncs_often;
    house.save.to_pipe = to_pipe;
    assert_int_equal(rdb_save_file(&house.save, path, &house.diag), 0);
    steps = twin_steps(house.disk);
    end(&house);
    return steps;
}

static void
test_a_file_is_synced_every_four_megabytes_if_that_is_wanted_and_a_pipe_never(void **state)
{
    (void)state;
    assert_int_equal(steps_of_saving(true, false), steps_of_saving(false, false) + 1);
    assert_int_equal(steps_of_saving(true, true), steps_of_saving(false, true));
}

/* One value of many megabytes must not keep the others waiting without a word. */
static void test_one_large_value_tells_how_far_it_is(void **state)
{
    static char large[6000000];
    struct progress loaded = {0};
    struct house house;

    (void)state;
    begin(&house);
    set(house.from, 0, SPAN("large"), span_of(large, sizeof(large)), -1);
    house.save.compress = false;
    house.load.progress = on_loaded;
    house.load.context = &loaded;
    save_and_load(&house);
    assert_true(same(house.from, house.to));
    assert_in_range(loaded.calls, 4, 6);
    end(&house);
}

static void test_giving_up_leaves_no_file(void **state)
{
    struct progress saved = {.give_up_at = 2}, loaded = {.give_up_at = 2};
    struct house house;
    struct span bytes;

    (void)state;
    begin(&house);
    fill_much(house.from);
    house.save.compress = false;
    assert_int_equal(rdb_save_file(&house.save, path, &house.diag), 0);
    house.load.progress = on_loaded;
    house.load.context = &loaded;
    assert_int_equal(rdb_load_file(&house.load, path, &house.diag), ERR_CLOSED);
    house.save.progress = on_saved;
    house.save.context = &saved;
    assert_int_equal(rdb_save_file(&house.save, path, &house.diag), ERR_CLOSED);
    assert_false(twin_bytes(house.disk, path, &bytes));
    end(&house);
}

/* --- Bad disks. */

static int save_as_callers_do(struct house *house)
{
    int rc = rdb_save_file(&house->save, temporary, &house->diag);

    if (rc == 0)
        rc = io_rename(house->save.io, temporary, path, &house->diag);
    if (rc == 0)
        rc = io_sync_directory(house->save.io, ".", &house->diag);
    return rc;
}

static void test_a_step_that_fails_leaves_no_file_and_says_why(void **state)
{
    static const int codes[] = {ERR_IO, ERR_FULL};
    uint64_t steps;
    struct house house;
    struct span bytes;

    (void)state;
    begin(&house);
    fill_much(house.from);
    house.save.compress = false;
    assert_int_equal(rdb_save_file(&house.save, path, &house.diag), 0);
    steps = twin_steps(house.disk);
    assert_true(steps > 20); /* it goes out in pieces */
    end(&house);
    for (uint64_t step = 1; step <= steps; step++) {
        begin(&house);
        fill_much(house.from);
        house.save.compress = false;
        twin_fail_at(house.disk, step, codes[step % 2], false);
        assert_int_equal(rdb_save_file(&house.save, path, &house.diag), codes[step % 2]);
        assert_true(house.diag.text[0]);
        assert_false(twin_bytes(house.disk, path, &bytes));
        end(&house);
    }
}

static void test_a_full_disk_is_an_error(void **state)
{
    struct house house;
    struct span bytes;

    (void)state;
    begin(&house);
    fill_much(house.from);
    twin_set_capacity(house.disk, 100000);
    assert_int_equal(rdb_save_file(&house.save, path, &house.diag), ERR_FULL);
    assert_false(twin_bytes(house.disk, path, &bytes));
    end(&house);
}

/* The file after a power cut at `step` is whole: the old one, or the new one, and the new one once
 * all steps were done. Returns the steps that saving takes. */
static uint64_t cut_power_at(uint64_t step, enum twin_loss loss, bool compress)
{
    struct fake *old = fake_new();
    struct house house;
    struct twin *after;
    uint64_t before, steps;
    int rc;

    begin(&house);
    house.save.compress = compress;
    set(house.from, 0, SPAN("old"), SPAN("v"), -1);
    set(old, 0, SPAN("old"), SPAN("v"), -1);
    assert_int_equal(save_as_callers_do(&house), 0);
    before = twin_steps(house.disk);
    fill(house.from);
    if (step > 0)
        twin_fail_at(house.disk, before + step, ERR_IO, true);
    rc = save_as_callers_do(&house);
    assert_true((rc == 0) == (step == 0));
    steps = twin_steps(house.disk) - before;

    after = twin_after_power_cut(house.disk, loss);
    house.load.io = twin_io(after);
    assert_int_equal(rdb_load_file(&house.load, path, &house.diag), 0);
    assert_true(same(house.to, house.from) || (rc < 0 && same(house.to, old)));
    twin_free(after);
    fake_free(old);
    end(&house);
    return steps;
}

static void test_a_power_cut_at_any_step_leaves_a_whole_file(void **state)
{
    static const enum twin_loss losses[] = {TWIN_LOSES_ALL, TWIN_KEEPS_ALL, TWIN_TEARS,
                                            TWIN_KEEPS_BYTES, TWIN_KEEPS_NAMES};

    (void)state;
    for (size_t i = 0; i < sizeof(losses) / sizeof(*losses); i++) {
        uint64_t steps = cut_power_at(0, losses[i], true);

        assert_true(steps >= 5); /* create, append, sync, rename, sync directory */
        for (uint64_t step = 1; step <= steps; step++)
            cut_power_at(step, losses[i], step % 2);
    }
}

/* --- Damage. */

static void save_small(struct house *house, struct buffer *file)
{
    struct rdb_aux aux[] = {{"redis-ver", SPAN("8.10.0")}, {NULL, {0}}};

    fill(house->from);
    house->save.aux = aux;
    assert_int_equal(rdb_save_file(&house->save, path, &house->diag), 0);
    buffer_append_span(file, bytes_of(house, path));
    house->save.aux = NULL;
    assert_true(file->size < 300);
}

static void test_a_file_with_any_bits_flipped_is_refused_or_reads_the_same(void **state)
{
    struct buffer file = {0};
    struct house house;

    (void)state;
    begin(&house);
    house.save.complete = true; /* one digit away from a version without a checksum */
    save_small(&house, &file);
    for (size_t at = 0; at < file.size; at++) {
        for (unsigned mask = 1; mask < 256; mask <<= 1) {
            int rc;

            file.data[at] = (char)(file.data[at] ^ (char)mask);
            rc = load_buffer(&house, &file);
            assert_true(rc == ERR_DAMAGED || (rc == 0 && same(house.from, house.to)));
            assert_true(rc == ERR_DAMAGED || at < RDB_HEADER_SIZE);
            file.data[at] = (char)(file.data[at] ^ (char)mask);
        }
    }
    buffer_release(&file);
    end(&house);
}

/* Then nothing notices, but nothing breaks. */
static void test_flipped_bits_without_a_checksum_do_no_harm(void **state)
{
    struct buffer file = {0};
    struct house house;

    (void)state;
    begin(&house);
    save_small(&house, &file);
    house.load.check_checksum = false;
    for (size_t at = 0; at < file.size; at++) {
        for (unsigned mask = 1; mask < 256; mask <<= 1) {
            file.data[at] = (char)(file.data[at] ^ (char)mask);
            (void)load_buffer(&house, &file);
            file.data[at] = (char)(file.data[at] ^ (char)mask);
        }
    }
    buffer_release(&file);
    end(&house);
}

static void test_every_truncation_is_refused(void **state)
{
    struct buffer file = {0};
    struct house house;

    (void)state;
    begin(&house);
    save_small(&house, &file);
    for (size_t size = 0; size < file.size; size++) {
        assert_int_equal(load_bytes(&house, span_of(file.data, size)), ERR_DAMAGED);
        assert_non_null(strstr(house.diag.text, path));
        assert_non_null(strstr(house.diag.text, "at byte"));
    }
    assert_int_equal(load_buffer(&house, &file), 0);
    buffer_release(&file);
    end(&house);
}

static void test_a_missing_file_is_told_from_a_bad_one(void **state)
{
    struct house house;

    (void)state;
    begin(&house);
    assert_int_equal(rdb_load_file(&house.load, path, &house.diag), ERR_MISSING);
    end(&house);
}

/* --- Everything that may stand in a file. */

static int note_function(void *context, struct span code, struct diag *diag)
{
    (void)diag;
    buffer_append_span(context, code);
    return 0;
}

static void test_every_part_that_is_known_is_read_or_skipped(void **state)
{
    struct buffer file = {0}, noted = {0};
    struct house house;

    (void)state;
    begin(&house);
    PUT(&file, "REDIS0014");
    PUT(&file, "\xfa\5ctime\xc0\x11");
    PUT(&file, "\xf7"                                   /* what a module wrote about itself */
               "\x81\1\2\3\4\5\6\7\x10\2\2"             /* its name, when */
               "\1\5\2\6\3\0\0\0\0\4\1\2\3\4\5\6\7\x08" /* integers, float, double */
               "\5\3abc\0");                            /* string, end */
    PUT(&file, "\xf5\x0a#!lua name");
    PUT(&file, "\xfe\2\xfb\3\1");                       /* database 2: 3 keys, 1 expires */
    PUT(&file, "\xf4\5\2\1");                           /* a slot and its sizes */
    PUT(&file, "\xfd\0\x2f\x68\x7a\0\1a\1x");           /* in seconds, in 2035 */
    PUT(&file, "\xfc\0\0\0\0\0\1\0\0\xf8\x0a\0\1b\1y"); /* 2^40 ms, idle */
    PUT(&file, "\xf9\x21\0\1c\1z");                     /* frequency */
    PUT(&file, "\xfe\0\0\1d\xc1\x39\x30\xff");          /* database 0 */
    put_checksum(&file);
    house.load.keep_expired = true;
    house.load.function = note_function;
    house.load.context = &noted;
    assert_int_equal(load_buffer(&house, &file), 0);
    assert_int_equal(house.load.keys, 4);
    assert_true(house.load.end == file.size);
    assert_true(holds(&house, 2, "a", "x") && holds(&house, 2, "b", "y"));
    assert_true(holds(&house, 2, "c", "z") && holds(&house, 0, "d", "12345"));
    assert_true(entry_expire_ms(find(house.to, 2, SPAN("a"))) == INT64_C(0x7a682f00) * 1000);
    assert_true(entry_expire_ms(find(house.to, 2, SPAN("b"))) == INT64_C(1) << 40);
    assert_int_equal(entry_expire_ms(find(house.to, 2, SPAN("c"))), -1);
    assert_int_equal(entry_idle_seconds(find(house.to, 2, SPAN("b")), FAKE_START_MS), 10);
    assert_true(span_equal(span_of(noted.data, noted.size), SPAN("#!lua name")));
    for (size_t size = 0; size < file.size; size++)
        assert_int_equal(load_bytes(&house, span_of(file.data, size)), ERR_DAMAGED);
    buffer_release(&noted);
    buffer_release(&file);
    end(&house);
}

/* Nothing follows the end mark in versions before 5. */
static void test_the_oldest_versions_have_no_checksum(void **state)
{
    static const char file[] = "REDIS0001\xfe\0\0\1k\1v\xff";
    struct house house;

    (void)state;
    begin(&house);
    assert_int_equal(load_bytes(&house, span_of(file, sizeof(file) - 1)), 0);
    assert_int_equal(house.load.version, 1);
    assert_true(holds(&house, 0, "k", "v"));
    end(&house);
}

static void test_an_append_only_file_may_follow(void **state)
{
    struct buffer file = {0};
    struct house house;
    size_t size;

    (void)state;
    begin(&house);
    save_small(&house, &file);
    size = file.size;
    PUT(&file, "*1\r\n$8\r\nFLUSHALL\r\n");
    assert_int_equal(load_buffer(&house, &file), 0);
    assert_true(house.load.end == size);
    assert_true(same(house.from, house.to));
    buffer_release(&file);
    end(&house);
}

/* A time before 1970 is past; -1 is how "never" is written. */
static void test_times_before_the_epoch_are_past(void **state)
{
    static const char past[] = "REDIS0003\xfe\0\xfc\xfe\xff\xff\xff\xff\xff\xff\xff\0\1k\1v\xff";
    static const char never[] = "REDIS0003\xfe\0\xfc\xff\xff\xff\xff\xff\xff\xff\xff\0\1k\1v\xff";
    struct house house;

    (void)state;
    begin(&house);
    assert_int_equal(load_bytes(&house, span_of(past, sizeof(past) - 1)), 0);
    assert_int_equal(house.load.expired, 1);
    assert_null(find(house.to, 0, SPAN("k")));
    assert_int_equal(load_bytes(&house, span_of(never, sizeof(never) - 1)), 0);
    assert_int_equal(entry_expire_ms(find(house.to, 0, SPAN("k"))), -1);
    end(&house);
}

static void test_what_can_not_be_read_is_refused_by_name(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *says;
    } files[] = {
#define FILE(literal, words) {(literal), sizeof(literal) - 1, (words)}
        FILE("", "ends in the middle"),
        FILE("RODIS0010\xff", "no RDB file"),
        FILE("REDIS00a0\xff", "no version"),
        FILE("REDIS0000\xff", "version 0"),
        FILE("REDIS0015\xff", "version 15"),
        FILE("REDIS9999\xff", "version 9999"),
        FILE("REDIS0004\7\5thing\x81", "'thing' is of a module's type"),
        FILE("REDIS0004\6\5thing\x81", "'thing' is of a module's type"),
        FILE("REDIS0004\xf6\1\xff", "246"),
        FILE("REDIS0004\xf3\1\xff", "243"),
        FILE("REDIS0004\xf2\1\xff", "242"),
        FILE("REDIS0004\xc8\1k\1v\xff", "type 200"),
        FILE("REDIS0004\xfe\x10\xff", "database 16"),
        FILE("REDIS0004\xfe\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff",
             "database 18446744073709551615"),
        FILE("REDIS0004\xfe\xc0\1\xff", "where a length is due"),
        FILE("REDIS0004\xf7\1\2\2\7\0\xff", "unknown kind"),
        FILE("REDIS0004\0\1k\1v\0\1k\1w\xff", "'k' is there twice"),
        FILE("REDIS0005\xff\1\2\3\4\5\6\7\x08", "checksum"),
#undef FILE
    };
    struct house house;

    (void)state;
    begin(&house);
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        assert_int_equal(load_bytes(&house, span_of(files[i].bytes, files[i].size)), ERR_DAMAGED);
        if (!strstr(house.diag.text, files[i].says))
            fail_msg("\"%s\" does not say \"%s\"", house.diag.text, files[i].says);
        assert_non_null(strstr(house.diag.text, path));
    }
    end(&house);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_saved_comes_back),
        cmocka_unit_test(test_an_empty_keyspace_is_a_file_too),
        cmocka_unit_test(test_a_complete_file_has_the_newest_version),
        cmocka_unit_test(test_facts_in_front_are_handed_on_in_order),
        cmocka_unit_test(test_without_checksum_zeros_are_written_and_accepted),
        cmocka_unit_test(test_compression_is_a_choice),
        cmocka_unit_test(test_the_access_record_travels_by_the_policy),
        cmocka_unit_test(test_what_has_expired_is_dropped_unless_it_is_to_be_kept),
        cmocka_unit_test(test_large_files_tell_how_far_they_are_about_each_megabyte),
        cmocka_unit_test(
            test_a_file_is_synced_every_four_megabytes_if_that_is_wanted_and_a_pipe_never),
        cmocka_unit_test(test_one_large_value_tells_how_far_it_is),
        cmocka_unit_test(test_giving_up_leaves_no_file),
        cmocka_unit_test(test_a_step_that_fails_leaves_no_file_and_says_why),
        cmocka_unit_test(test_a_full_disk_is_an_error),
        cmocka_unit_test(test_a_power_cut_at_any_step_leaves_a_whole_file),
        cmocka_unit_test(test_a_file_with_any_bits_flipped_is_refused_or_reads_the_same),
        cmocka_unit_test(test_flipped_bits_without_a_checksum_do_no_harm),
        cmocka_unit_test(test_every_truncation_is_refused),
        cmocka_unit_test(test_a_missing_file_is_told_from_a_bad_one),
        cmocka_unit_test(test_every_part_that_is_known_is_read_or_skipped),
        cmocka_unit_test(test_the_oldest_versions_have_no_checksum),
        cmocka_unit_test(test_an_append_only_file_may_follow),
        cmocka_unit_test(test_times_before_the_epoch_are_past),
        cmocka_unit_test(test_what_can_not_be_read_is_refused_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
