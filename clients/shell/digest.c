#include "clients/shell/digest.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/bytes/buffer.h"
#include "core/num/num.h"

#include <openssl/evp.h>
#include <stdlib.h>

/* Everything is fed with its size before it: "ab","c" must not be "a","bc". Members are digested
 * one by one; at the end their digests are sorted, repetitions dropped, and the rest is fed in
 * order. */

enum {
    WHOLE_SIZE = 32 /* of SHA-256 */
};

struct digest {
    EVP_MD *kind;
    EVP_MD_CTX *whole;
    EVP_MD_CTX *part; /* for a member */
    struct buffer members;
    uint64_t fed_bytes;
};

struct digest *digest_new(void)
{
    struct digest *digest = mem_zalloc(sizeof(*digest));

    digest->kind = EVP_MD_fetch(NULL, "SHA256", NULL);
    digest->whole = EVP_MD_CTX_new();
    digest->part = EVP_MD_CTX_new();
    CHECK(digest->kind && digest->whole && digest->part);
    digest_begin(digest);
    return digest;
}

void digest_free(struct digest *digest)
{
    if (!digest)
        return;
    EVP_MD_CTX_free(digest->whole);
    EVP_MD_CTX_free(digest->part);
    EVP_MD_free(digest->kind);
    buffer_release(&digest->members);
    mem_free(digest);
}

void digest_begin(struct digest *digest)
{
    CHECK(EVP_DigestInit_ex2(digest->whole, digest->kind, NULL) == 1);
    buffer_clear(&digest->members);
    digest->fed_bytes = 0;
}

uint64_t digest_fed_bytes(const struct digest *digest)
{
    return digest->fed_bytes;
}

static void feed(EVP_MD_CTX *to, struct span text)
{
    uint64_t size = text.size;
    unsigned char front[sizeof(size)];

    for (size_t i = 0; i < sizeof(front); i++)
        front[i] = (unsigned char)(size >> (8 * i));
    CHECK(EVP_DigestUpdate(to, front, sizeof(front)) == 1);
    CHECK(EVP_DigestUpdate(to, text.data, text.size) == 1);
}

void digest_text(struct digest *digest, struct span text)
{
    digest->fed_bytes += text.size;
    feed(digest->whole, text);
}

void digest_number(struct digest *digest, int64_t number)
{
    char text[NUM_TEXT_LIMIT];

    feed(digest->whole, span_of(text, num_format_i64(text, number)));
}

/* One of many whose order does not matter and which may come more than once, as in SCAN's answers.
 * Costs DIGEST_SIZE bytes of memory until the end. */
static void add_member(struct digest *digest, const struct span *parts, size_t count)
{
    unsigned char whole[WHOLE_SIZE];

    CHECK(EVP_DigestInit_ex2(digest->part, digest->kind, NULL) == 1);
    for (size_t i = 0; i < count; i++) {
        digest->fed_bytes += parts[i].size;
        feed(digest->part, parts[i]);
    }
    CHECK(EVP_DigestFinal_ex(digest->part, whole, NULL) == 1);
    buffer_append(&digest->members, whole, DIGEST_SIZE);
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, DIGEST_SIZE);
}

void digest_end(struct digest *digest, unsigned char to[DIGEST_SIZE])
{
    struct buffer *members = &digest->members;
    unsigned char whole[WHOLE_SIZE];

    if (members->size > 0)
        qsort(members->data, members->size / DIGEST_SIZE, DIGEST_SIZE, by_bytes);
    for (size_t at = 0; at < members->size; at += DIGEST_SIZE)
        if (at == 0 || by_bytes(members->data + at, members->data + at - DIGEST_SIZE) != 0)
            feed(digest->whole, span_of(members->data + at, DIGEST_SIZE));
    CHECK(EVP_DigestFinal_ex(digest->whole, whole, NULL) == 1);
    memcpy(to, whole, DIGEST_SIZE);
}

/* ---- Replies ---- */

static bool text_of(const struct ms_value *value, struct span *text)
{
    size_t size = 0;
    const char *data = ms_value_text(value, &size);

    if (!data || ms_value_type(value) == MS_ERROR)
        return false;
    *text = span_of(data, size);
    return true;
}

static bool is_array(const struct ms_value *value)
{
    return ms_value_type(value) == MS_ARRAY || ms_value_type(value) == MS_MAP ||
           ms_value_type(value) == MS_SET;
}

/* A text or an integer of a reply, fed in order. */
static bool take(struct digest *digest, const struct ms_value *value)
{
    struct span text;

    if (ms_value_type(value) == MS_INTEGER) {
        digest_number(digest, ms_value_integer(value));
        return true;
    }
    if (!text_of(value, &text))
        return false;
    digest_text(digest, text);
    return true;
}

static bool take_named(struct digest *digest, const struct ms_value *map, const char *name)
{
    return take(digest, ms_value_get(map, name));
}

bool digest_list(struct digest *digest, const struct ms_value *value)
{
    for (size_t i = 0; i < ms_value_count(value); i++)
        if (!take(digest, ms_value_at(value, i)))
            return false;
    return is_array(value);
}

bool digest_members(struct digest *digest, const struct ms_value *value, size_t per)
{
    struct span parts[2];

    CHECK(per >= 1 && per <= 2);
    if (!is_array(value) || ms_value_count(value) % per != 0)
        return false;
    for (size_t i = 0; i < ms_value_count(value); i += per) {
        for (size_t j = 0; j < per; j++)
            if (!text_of(ms_value_at(value, i + j), &parts[j]))
                return false;
        add_member(digest, parts, per);
    }
    return true;
}

bool digest_scores(struct digest *digest, const struct ms_value *value)
{
    if (!is_array(value) || ms_value_count(value) % 2 != 0)
        return false;
    for (size_t i = 0; i < ms_value_count(value); i += 2) {
        const struct ms_value *member = ms_value_at(value, i);
        double score;
        int64_t bits;
        struct span text;

        if (!text_of(ms_value_at(value, i + 1), &text) || !take(digest, member))
            return false;
        score = strtod(text.data, NULL);
        if (score == 0)
            score = 0; /* not -0 */
        memcpy(&bits, &score, sizeof(bits));
        digest_number(digest, bits);
    }
    return true;
}

bool digest_entries(struct digest *digest, const struct ms_value *value)
{
    for (size_t i = 0; i < ms_value_count(value); i++) {
        const struct ms_value *entry = ms_value_at(value, i);
        const struct ms_value *fields = ms_value_at(entry, 1);

        digest_number(digest, (int64_t)ms_value_count(fields));
        if (!take(digest, ms_value_at(entry, 0)) || !digest_list(digest, fields))
            return false;
    }
    return is_array(value);
}

bool digest_stream(struct digest *digest, const struct ms_value *value, bool counters)
{
    return is_array(value) && take_named(digest, value, "length") &&
           take_named(digest, value, "last-generated-id") &&
           (!counters || (take_named(digest, value, "max-deleted-entry-id") &&
                          take_named(digest, value, "entries-added")));
}

/* A digest of its own, put into `to` as a member. */
static void put_member(struct digest *to, struct digest *one)
{
    unsigned char bytes[DIGEST_SIZE];
    struct span part = span_of((const char *)bytes, sizeof(bytes));

    digest_end(one, bytes);
    add_member(to, &part, 1);
}

/* One group. Its consumers are members: their order is the server's own. */
static bool take_group(struct digest *digest, const struct ms_value *group)
{
    const struct ms_value *pending = ms_value_get(group, "pending");
    const struct ms_value *consumers = ms_value_get(group, "consumers");

    if (!take_named(digest, group, "name") || !take_named(digest, group, "last-delivered-id") ||
        !take_named(digest, group, "pel-count"))
        return false;
    for (size_t i = 0; i < ms_value_count(pending); i++)
        for (size_t j = 0; j < 4; j++) /* id, consumer, delivery time, deliveries */
            if (!take(digest, ms_value_at(ms_value_at(pending, i), j)))
                return false;
    for (size_t i = 0; i < ms_value_count(consumers); i++) {
        struct span parts[2];
        char count[NUM_TEXT_LIMIT];
        const struct ms_value *consumer = ms_value_at(consumers, i);

        if (!text_of(ms_value_get(consumer, "name"), &parts[0]))
            return false;
        parts[1] = span_of(
            count, num_format_i64(count, ms_value_integer(ms_value_get(consumer, "pel-count"))));
        add_member(digest, parts, 2);
    }
    return is_array(pending) && is_array(consumers);
}

bool digest_groups(struct digest *digest, const struct ms_value *value)
{
    const struct ms_value *groups = ms_value_get(value, "groups");
    struct digest *one = digest_new();
    bool good = is_array(groups);

    for (size_t i = 0; good && i < ms_value_count(groups); i++) {
        digest_begin(one);
        good = take_group(one, ms_value_at(groups, i));
        put_member(digest, one);
    }
    digest_free(one);
    return good;
}

bool digest_pending(struct digest *digest, const struct ms_value *value)
{
    for (size_t i = 0; i < ms_value_count(value); i++) {
        const struct ms_value *entry = ms_value_at(value, i);

        if (!take(digest, ms_value_at(entry, 0)) || !take(digest, ms_value_at(entry, 1)) ||
            !take(digest, ms_value_at(entry, 3)))
            return false;
    }
    return is_array(value);
}

bool digest_functions(struct digest *digest, const struct ms_value *value)
{
    for (size_t i = 0; i < ms_value_count(value); i++) {
        const struct ms_value *library = ms_value_at(value, i);
        struct span parts[2];

        if (!text_of(ms_value_get(library, "library_name"), &parts[0]) ||
            !text_of(ms_value_get(library, "library_code"), &parts[1]))
            return false;
        add_member(digest, parts, 2);
    }
    return is_array(value);
}
