#include "storage/keyspace/victims.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/bytes/buffer.h"

#include <pthread.h>
#include <string.h>

enum {
    VICTIMS_LIMIT = 16,
    NAME_KEPT_LIMIT = 1024
};

struct candidate {
    uint64_t score, hash;
    int db;
    struct buffer name;
};

struct victims {
    pthread_mutex_t lock;
    enum eviction_policy policy;
    size_t count;
    struct candidate
        best[VICTIMS_LIMIT]; /* by score, highest first; names beyond count are spare */
};

struct victims *victims_new(void)
{
    struct victims *victims = mem_zalloc(sizeof(*victims));

    CHECK(pthread_mutex_init(&victims->lock, NULL) == 0);
    return victims;
}

void victims_free(struct victims *victims)
{
    for (size_t i = 0; i < VICTIMS_LIMIT; i++)
        buffer_release(&victims->best[i].name);
    pthread_mutex_destroy(&victims->lock);
    mem_free(victims);
}

static void set_policy(struct victims *victims, enum eviction_policy policy)
{
    if (victims->policy != policy)
        victims->count = 0;
    victims->policy = policy;
}

static bool is_in(const struct victims *victims, const struct victim *victim)
{
    for (size_t i = 0; i < victims->count; i++) {
        const struct candidate *other = &victims->best[i];

        if (other->hash == victim->key.hash && other->db == victim->key.db)
            return true;
    }
    return false;
}

/* Opens a place at `at`; the last one falls out if all are taken. Its buffer is used again. */
static void insert(struct victims *victims, size_t at, const struct victim *victim)
{
    size_t last = victims->count < VICTIMS_LIMIT ? victims->count++ : VICTIMS_LIMIT - 1;
    struct buffer spare = victims->best[last].name;

    memmove(&victims->best[at + 1], &victims->best[at], (last - at) * sizeof(victims->best[0]));
    buffer_clear(&spare);
    if (spare.capacity > NAME_KEPT_LIMIT)
        buffer_release(&spare);
    buffer_append_span(&spare, victim->key.name);
    victims->best[at] = (struct candidate){
        .score = victim->score, .hash = victim->key.hash, .db = victim->key.db, .name = spare};
}

void victims_offer(struct victims *victims, enum eviction_policy policy,
                   const struct victim *victim)
{
    size_t at = 0;

    pthread_mutex_lock(&victims->lock);
    set_policy(victims, policy);
    while (at < victims->count && victims->best[at].score >= victim->score)
        at++;
    if (at < VICTIMS_LIMIT && !is_in(victims, victim))
        insert(victims, at, victim);
    pthread_mutex_unlock(&victims->lock);
}

bool victims_take(struct victims *victims, enum eviction_policy policy, struct arena *arena,
                  struct victim *victim)
{
    struct candidate first;
    bool found;

    pthread_mutex_lock(&victims->lock);
    set_policy(victims, policy);
    found = victims->count > 0;
    if (found) {
        first = victims->best[0];
        victim->score = first.score;
        victim->key.hash = first.hash;
        victim->key.db = first.db;
        victim->key.name = arena_span(arena, span_of(first.name.data, first.name.size));
        victims->count--;
        memmove(&victims->best[0], &victims->best[1], victims->count * sizeof(victims->best[0]));
        victims->best[victims->count] = first; /* keeps its buffer as a spare */
    }
    pthread_mutex_unlock(&victims->lock);
    return found;
}
