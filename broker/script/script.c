#include "broker/script/script.h"
#include "broker/script/engine.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/command/command.h"
#include "core/hash/key_hash.h"

#include <lauxlib.h>
#include <string.h>

struct scripts *scripts_new(struct server *server)
{
    struct scripts *scripts = mem_zalloc(sizeof(*scripts));

    scripts->server = server;
    scripts->arena = arena_new();
    scripts->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    CHECK(scripts->sha1);
    script_cache_init(&scripts->cache);
    function_table_init(&scripts->table);
    return scripts;
}

void scripts_free(struct scripts *scripts)
{
    if (!scripts)
        return;
    script_cache_clear(&scripts->cache);
    engine_release(&scripts->eval);
    library_flush(scripts);
    EVP_MD_free(scripts->sha1);
    arena_free(scripts->arena);
    buffer_release(&scripts->reply);
    mem_free(scripts);
}

struct opening {
    struct scripts *scripts;
    struct engine *engine;
};

/* luaL_unref may run where no error may be raised, so the head of its list of free references,
 * which is at 0, has to be there before memory is short. */
static void make_free_list(lua_State *lua)
{
    lua_pushinteger(lua, 0);
    lua_rawseti(lua, LUA_REGISTRYINDEX, 0);
}

static int open_protected(lua_State *lua)
{
    struct opening *opening = lua_touserdata(lua, 1);

    make_free_list(lua);
    script_api_open(lua, opening->scripts, opening->engine);
    script_api_push_handler(lua);
    opening->engine->handler = luaL_ref(lua, LUA_REGISTRYINDEX);
    sandbox_seal(lua);
    return 0;
}

struct engine *engine_need(struct scripts *scripts, struct engine *engine)
{
    struct opening opening = {scripts, engine};

    if (engine->box)
        return engine;
    engine->box = sandbox_new(NULL);
    CHECK(engine->box && sandbox_protect(engine->box, open_protected, &opening) == 0);
    return engine;
}

void engine_release(struct engine *engine)
{
    sandbox_free(engine->box);
    engine->box = NULL;
}

struct session *scripts_session(const struct request *rq)
{
    return rq->flags & REQUEST_REPLAY ? NULL : rq->host;
}

struct scripts *scripts_of(const struct request *rq)
{
    if (rq->flags & REQUEST_REPLAY)
        return ((struct server *)rq->host)->scripts;
    return ((struct session *)rq->host)->reactor->server->scripts;
}

void script_sha1(const struct scripts *scripts, struct span bytes, char *hex)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    CHECK(EVP_Digest(bytes.data ? bytes.data : "", bytes.size, digest, &size, scripts->sha1,
                     NULL) == 1 &&
          size == SHA1_HEX_SIZE / 2);
    for (unsigned i = 0; i < size; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[SHA1_HEX_SIZE] = '\0';
}

int scripts_load_library(void *scripts, struct span code, struct diag *diag)
{
    struct diag why = {0};

    if (library_load(scripts, code, true, false, &why))
        return 0;
    return diag_set(diag, ERR_DAMAGED, "a library of functions: %s", why.text);
}

bool scripts_next_library(void *scripts, const void **at, struct span *code)
{
    const struct scripts *self = scripts;
    const struct library *before = *at, *library = before ? before->next : self->table.first;

    if (!library)
        return false;
    *at = library;
    *code = span_of(library->code, library->code_size);
    return true;
}

/* The flags of the script that the call runs, SCRIPT_COMPATIBLE if there is no such script. False
 * if the call runs none. */
static bool find_flags(const struct scripts *scripts, const struct command_spec *spec, size_t argc,
                       const struct span *argv, unsigned *flags)
{
    struct script_head head;

    if (!(spec->acl & ACL_SCRIPTING) || spec->keys[0].begin == KEY_BEGIN_NONE || argc < 3)
        return false;
    if (strncmp(spec->name, "fcall", 5) == 0) {
        *flags = function_flags(scripts, argv[1]);
    } else if (strncmp(spec->name, "evalsha", 7) == 0) {
        *flags = script_cache_flags(&scripts->cache, argv[1]);
    } else {
        if (script_head_read(&head, argv[1], NULL) < 0)
            return false;
        *flags = head.flags;
    }
    return true;
}

bool scripts_may_write(const struct scripts *scripts, const struct command_spec *spec, size_t argc,
                       const struct span *argv)
{
    unsigned flags;

    return !(spec->flags & CMD_READONLY) && find_flags(scripts, spec, argc, argv, &flags) &&
           !(flags & SCRIPT_NO_WRITES);
}

unsigned scripts_declared_flags(const struct scripts *scripts, const struct command_spec *spec,
                                size_t argc, const struct span *argv)
{
    unsigned flags;

    if (!find_flags(scripts, spec, argc, argv, &flags) ||
        flags & (SCRIPT_COMPATIBLE | SCRIPT_NO_WRITES))
        return 0;
    return CMD_WRITE | (flags & SCRIPT_ALLOW_OOM ? 0 : CMD_DENYOOM);
}

void scripts_drop_libraries(struct scripts *scripts)
{
    library_flush(scripts);
}

void scripts_report(const struct scripts *scripts, struct scripts_report *report)
{
    const struct script_cache *cache = &scripts->cache;
    const struct function_table *table = &scripts->table;

    *report = (struct scripts_report){
        .vm_eval = scripts->eval.box ? sandbox_memory(scripts->eval.box) : 0,
        .vm_functions = scripts->functions.box ? sandbox_memory(scripts->functions.box) : 0,
        .eval_overhead =
            cache->bytes + dict_memory(&cache->by_digest) + dict_memory(&cache->by_text),
        .functions_overhead =
            table->bytes + dict_memory(&table->libraries) + dict_memory(&table->functions),
        .cached_scripts = dict_count(&cache->by_digest),
        .functions = dict_count(&table->functions),
        .libraries = dict_count(&table->libraries),
        .evicted = cache->evicted,
    };
}

void scripts_reset_stats(struct scripts *scripts)
{
    scripts->cache.evicted = 0;
}
