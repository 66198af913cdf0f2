#include "broker/script/cache.h"
#include "broker/script/engine.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/hash/key_hash.h"

#include <lauxlib.h>
#include <string.h>

static struct span digest_of(const void *entry)
{
    const struct script *script = entry;

    return span_of(script->digest, SCRIPT_DIGEST_SIZE);
}

static struct span text_of(const void *entry)
{
    const struct script *script = entry;

    return span_of(script->text, script->size);
}

static const struct dict_type digest_type = {.key = digest_of, .hash = key_hash, .free = mem_free};
static const struct dict_type text_type = {.key = text_of, .hash = key_hash};

void script_cache_init(struct script_cache *cache)
{
    *cache = (struct script_cache){0};
    dict_init(&cache->by_digest, &digest_type);
    dict_init(&cache->by_text, &text_type);
}

void script_cache_clear(struct script_cache *cache)
{
    uint64_t evicted = cache->evicted;

    dict_release(&cache->by_text);
    dict_release(&cache->by_digest);
    script_cache_init(cache);
    cache->evicted = evicted;
}

static void unlink_script(struct script_cache *cache, struct script *script)
{
    *(script->newer ? &script->newer->older : &cache->newest) = script->older;
    *(script->older ? &script->older->newer : &cache->oldest) = script->newer;
    script->newer = script->older = NULL;
    cache->evictable--;
}

static void link_newest(struct script_cache *cache, struct script *script)
{
    script->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = script;
    cache->newest = script;
    cache->evictable++;
}

static void used(struct script_cache *cache, struct script *script)
{
    if (script->loaded || cache->newest == script)
        return;
    unlink_script(cache, script);
    link_newest(cache, script);
}

static void keep(struct script_cache *cache, struct script *script)
{
    if (script->loaded)
        return;
    unlink_script(cache, script);
    script->loaded = true;
}

static void evict_oldest(struct scripts *scripts)
{
    struct script_cache *cache = &scripts->cache;
    struct script *script = cache->oldest;

    unlink_script(cache, script);
    luaL_unref(sandbox_state(scripts->eval.box), LUA_REGISTRYINDEX, script->function);
    dict_remove(&cache->by_text, script->text_hash, text_of(script));
    dict_remove(&cache->by_digest, key_hash(digest_of(script)), digest_of(script));
    cache->bytes -= sizeof(*script) + script->size;
    cache->evicted++;
    mem_free(script);
}

struct compiling {
    struct span text;
    int function;
    struct diag *diag;
};

/* Below sandbox_protect: taking a reference needs memory. */
static int compile_protected(lua_State *lua)
{
    struct compiling *compiling = lua_touserdata(lua, 1);
    size_t size;
    const char *why;

    if (sandbox_load(sandbox_of(lua), compiling->text.data, compiling->text.size, "@user_script") ==
        0) {
        compiling->function = luaL_ref(lua, LUA_REGISTRYINDEX);
        return 0;
    }
    why = lua_tolstring(lua, -1, &size);
    diag_set(compiling->diag, ERR_SYNTAX, "Error compiling script (new function): %s",
             why ? why : "");
    return 0;
}

/* 0 with the reference, or an error with the reason. */
static int compile(struct scripts *scripts, struct span text, int *function, struct diag *diag)
{
    struct compiling compiling = {.text = text, .function = LUA_NOREF, .diag = diag};
    struct engine *engine = engine_need(scripts, &scripts->eval);

    if (sandbox_protect(engine->box, compile_protected, &compiling) != 0) {
        lua_pop(sandbox_state(engine->box), 1);
        return diag_set(diag, ERR_NOMEM,
                        "Error compiling script (new function): not enough memory");
    }
    *function = compiling.function;
    return compiling.function == LUA_NOREF ? ERR_SYNTAX : 0;
}

static struct script *script_new(struct span text, bool loaded)
{
    struct script *script = mem_alloc(sizeof(*script) + text.size + 1);

    *script = (struct script){.loaded = loaded, .size = text.size};
    memcpy(script->text, text.size ? text.data : "", text.size);
    script->text[text.size] = '\0';
    return script;
}

struct script *script_cache_add(struct scripts *scripts, struct span text, bool loaded,
                                struct diag *diag)
{
    struct script_cache *cache = &scripts->cache;
    uint64_t hash = key_hash(text);
    struct script *script = dict_find(&cache->by_text, hash, text);
    struct script_head head;
    int function = LUA_NOREF;

    if (script) {
        if (loaded)
            keep(cache, script);
        used(cache, script);
        return script;
    }
    if (script_head_read(&head, text, diag) < 0)
        return NULL;
    if (compile(scripts, span_of(text.data + head.size, text.size - head.size), &function, diag) <
        0)
        return NULL;
    if (!loaded && cache->evictable == SCRIPT_CACHE_LIMIT)
        evict_oldest(scripts);
    script = script_new(text, loaded);
    script->flags = head.flags;
    script->function = function;
    script->text_hash = hash;
    script_sha1(scripts, text, script->digest);
    dict_add(&cache->by_text, hash, script);
    dict_add(&cache->by_digest, key_hash(digest_of(script)), script);
    cache->bytes += sizeof(*script) + text.size;
    if (!loaded)
        link_newest(cache, script);
    return script;
}

/* Changes nothing. */
static struct script *find_by_digest(const struct script_cache *cache, struct span digest)
{
    char lower[SCRIPT_DIGEST_SIZE];
    struct span key = span_of(lower, sizeof(lower));

    if (digest.size != SCRIPT_DIGEST_SIZE)
        return NULL;
    for (size_t i = 0; i < sizeof(lower); i++)
        lower[i] =
            (char)(digest.data[i] | (digest.data[i] >= 'A' && digest.data[i] <= 'Z' ? 32 : 0));
    return dict_find((struct dict *)&cache->by_digest, key_hash(key), key);
}

struct script *script_cache_find(struct scripts *scripts, struct span digest)
{
    struct script *script = find_by_digest(&scripts->cache, digest);

    if (script)
        used(&scripts->cache, script);
    return script;
}

bool script_cache_has(const struct script_cache *cache, struct span digest)
{
    return find_by_digest(cache, digest) != NULL;
}

unsigned script_cache_flags(const struct script_cache *cache, struct span digest)
{
    const struct script *script = find_by_digest(cache, digest);

    return script ? script->flags : SCRIPT_COMPATIBLE;
}
