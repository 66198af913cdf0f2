#include "broker/script/function.h"
#include "broker/script/engine.h"
#include "broker/script/flags.h"
#include "broker/script/lua_reply.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/hash/key_hash.h"
#include "core/time/clock.h"
#include "storage/rdb/rdb_opcodes.h"
#include "storage/rdb/rdb_types.h"
#include "storage/rdb/rdb_value.h"

#include <lauxlib.h>
#include <string.h>

enum {
    HOOK_STEPS = 100000,
    SPARE_BYTES = 64 * 1024,
    FUNCTION_NAME_ROOM = 256 /* of a name whose flags are asked */
};

static struct span library_name(const void *entry)
{
    const struct library *library = entry;

    return span_of(library->name, library->name_size);
}

static struct span function_name(const void *entry)
{
    const struct function *function = entry;

    return span_of(function->name, function->name_size);
}

static struct span function_key(const void *entry)
{
    const struct function *function = entry;

    return span_of(function->key, function->name_size);
}

static const struct dict_type library_type = {.key = library_name, .hash = key_hash};
static const struct dict_type function_type = {.key = function_key, .hash = key_hash};

static void write_lower(char *to, struct span name)
{
    for (size_t i = 0; i < name.size; i++)
        to[i] = (char)(name.data[i] | (name.data[i] >= 'A' && name.data[i] <= 'Z' ? 32 : 0));
}

/* --- Libraries. */

static struct library *library_new(struct span name, struct span code)
{
    struct library *library = mem_alloc(sizeof(*library) + name.size + code.size + 2);
    char *to = (char *)(library + 1);

    *library = (struct library){.name_size = name.size, .code_size = code.size, .name = to};
    library->last = &library->functions;
    memcpy(to, name.data, name.size);
    to[name.size] = '\0';
    to += name.size + 1;
    memcpy(to, code.data, code.size);
    to[code.size] = '\0';
    library->code = to;
    return library;
}

static void library_free(struct scripts *scripts, struct library *library)
{
    while (library->functions) {
        struct function *function = library->functions;

        library->functions = function->next;
        if (scripts->functions.box)
            luaL_unref(sandbox_state(scripts->functions.box), LUA_REGISTRYINDEX,
                       function->reference);
        mem_free(function->description);
        mem_free(function);
    }
    mem_free(library);
}

static size_t library_bytes(const struct library *library)
{
    size_t bytes = sizeof(*library) + library->name_size + library->code_size;

    for (const struct function *function = library->functions; function; function = function->next)
        bytes += sizeof(*function) + function->name_size +
                 (function->description ? strlen(function->description) : 0);
    return bytes;
}

/* --- The table. */

void function_table_init(struct function_table *table)
{
    *table = (struct function_table){0};
    dict_init(&table->libraries, &library_type);
    dict_init(&table->functions, &function_type);
    table->last = &table->first;
}

/* Frees libraries and functions; references go back to the interpreter if it is there. */
static void table_release(struct scripts *scripts, struct function_table *table)
{
    while (table->first) {
        struct library *library = table->first;

        table->first = library->next;
        library_free(scripts, library);
    }
    dict_release(&table->functions);
    dict_release(&table->libraries);
    function_table_init(table);
}

static void link_library(struct function_table *table, struct library *library)
{
    dict_add(&table->libraries, key_hash(library_name(library)), library);
    for (struct function *function = library->functions; function; function = function->next)
        dict_add(&table->functions, key_hash(function_key(function)), function);
    library->next = NULL;
    *table->last = library;
    table->last = &library->next;
    table->bytes += library_bytes(library);
}

static void unlink_library(struct function_table *table, struct library *library)
{
    struct library **at;

    dict_remove(&table->libraries, key_hash(library_name(library)), library_name(library));
    for (struct function *function = library->functions; function; function = function->next)
        dict_remove(&table->functions, key_hash(function_key(function)), function_key(function));
    for (at = &table->first; *at != library; at = &(*at)->next)
        ;
    *at = library->next;
    if (table->last == &library->next)
        table->last = at;
    table->bytes -= library_bytes(library);
}

static struct function *find_function(struct function_table *table, struct span key)
{
    return dict_find(&table->functions, key_hash(key), key);
}

static struct library *find_library(struct function_table *table, struct span name)
{
    return dict_find(&table->libraries, key_hash(name), name);
}

/* In the scripts' arena. */
static struct span lower(struct scripts *scripts, struct span name)
{
    char *text;

    arena_reset(scripts->arena);
    text = arena_alloc(scripts->arena, name.size + 1);
    write_lower(text, name);
    return span_of(text, name.size);
}

struct function *function_find(struct scripts *scripts, struct span name)
{
    struct span key = lower(scripts, name);

    return find_function(&scripts->table, key);
}

unsigned function_flags(const struct scripts *scripts, struct span name)
{
    char lowered[FUNCTION_NAME_ROOM];
    const struct function *function;

    if (name.size > sizeof(lowered))
        return SCRIPT_COMPATIBLE;
    write_lower(lowered, name);
    function = find_function((struct function_table *)&scripts->table, span_of(lowered, name.size));
    return function ? function->flags : SCRIPT_COMPATIBLE;
}

struct library *library_find(struct scripts *scripts, struct span name)
{
    return find_library(&scripts->table, name);
}

void library_delete(struct scripts *scripts, struct library *library)
{
    unlink_library(&scripts->table, library);
    library_free(scripts, library);
}

void library_flush(struct scripts *scripts)
{
    engine_release(&scripts->functions);
    table_release(scripts, &scripts->table);
}

/* The function of a library that is in the table already, in another library than `but`. */
static const struct function *find_collision(struct function_table *table,
                                             const struct library *library,
                                             const struct library *but)
{
    for (struct function *function = library->functions; function; function = function->next) {
        const struct function *other = find_function(table, function_key(function));

        if (other && other->library != but)
            return other;
    }
    return NULL;
}

/* --- redis.register_function. */

/* What is being registered; name and description lie on the Lua stack. */
struct registration {
    struct span name;
    const char *description;
    unsigned flags;
    int callback; /* index on the stack */
};

/* Where the table form keeps what it finds. */
enum {
    NAME_AT = 2,
    DESCRIPTION_AT,
    CALLBACK_AT
};

static int raise(lua_State *lua, const char *text)
{
    lua_reply_push_error_text(lua, span_text(text));
    return lua_error(lua);
}

static struct span text_at(lua_State *lua, int at)
{
    size_t size;
    const char *text = lua_tolstring(lua, at, &size);

    return span_of(text, size);
}

/* The table of flags on top. */
static bool read_flags(lua_State *lua, unsigned *flags)
{
    for (int i = 1;; i++) {
        unsigned flag;

        lua_rawgeti(lua, -1, i);
        if (lua_isnil(lua, -1))
            break;
        flag = lua_type(lua, -1) == LUA_TSTRING ? script_flag_find(text_at(lua, -1)) : 0;
        lua_pop(lua, 1);
        if (!flag)
            return false;
        *flags |= flag;
    }
    lua_pop(lua, 1);
    return true;
}

/* Puts a copy of the value on top where it stays; a number becomes a string there. */
static struct span keep_text(lua_State *lua, int at)
{
    lua_pushvalue(lua, -1);
    lua_replace(lua, at);
    return text_at(lua, at);
}

/* One argument of the table form: its name is below its value on the stack. The error, or NULL. */
static const char *read_named(lua_State *lua, struct registration *as)
{
    struct span name = SPAN("");

    if (lua_type(lua, -2) == LUA_TSTRING)
        name = text_at(lua, -2);
    else if (lua_type(lua, -2) != LUA_TNUMBER)
        return "named argument key given to redis.register_function is not a string";
    if (span_is(name, "function_name")) {
        if (!lua_isstring(lua, -1))
            return "function_name argument given to redis.register_function must be a string";
        as->name = keep_text(lua, NAME_AT);
    } else if (span_is(name, "description")) {
        if (!lua_isstring(lua, -1))
            return "description argument given to redis.register_function must be a string";
        as->description = keep_text(lua, DESCRIPTION_AT).data;
    } else if (span_is(name, "callback")) {
        if (!lua_isfunction(lua, -1))
            return "callback argument given to redis.register_function must be a function";
        lua_pushvalue(lua, -1);
        lua_replace(lua, CALLBACK_AT);
    } else if (span_is(name, "flags")) {
        if (!lua_istable(lua, -1))
            return "flags argument to redis.register_function must be a table representing "
                   "function flags";
        if (!read_flags(lua, &as->flags))
            return "unknown flag given";
    } else {
        return "unknown argument given to redis.register_function";
    }
    return NULL;
}

/* register_function{function_name = , callback = , flags = {}, description = }: the table is at 1.
 */
static const char *read_table_form(lua_State *lua, struct registration *as)
{
    if (!lua_istable(lua, 1))
        return "calling redis.register_function with a single argument is only applicable to Lua "
               "table (representing named arguments).";
    lua_settop(lua, CALLBACK_AT);
    as->callback = CALLBACK_AT;
    lua_pushnil(lua);
    while (lua_next(lua, 1)) {
        const char *why = read_named(lua, as);

        if (why)
            return why;
        lua_pop(lua, 1);
    }
    if (!as->name.data)
        return "redis.register_function must get a function name argument";
    if (lua_isnil(lua, CALLBACK_AT))
        return "redis.register_function must get a callback argument";
    return NULL;
}

static const char *read_registration(lua_State *lua, struct registration *as)
{
    int argc = lua_gettop(lua);

    *as = (struct registration){.callback = 2};
    if (argc < 1 || argc > 2)
        return "wrong number of arguments to redis.register_function";
    if (argc == 1)
        return read_table_form(lua, as);
    if (!lua_isstring(lua, 1))
        return "first argument to redis.register_function must be a string";
    if (!lua_isfunction(lua, 2))
        return "second argument to redis.register_function must be a function";
    as->name = text_at(lua, 1);
    return NULL;
}

static bool is_name(struct span name)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_'))
            return false;
    }
    return name.size > 0;
}

static int register_function(lua_State *lua)
{
    struct scripts *scripts = lua_touserdata(lua, lua_upvalueindex(1));
    struct library *library;
    struct registration as;
    struct function *function;
    const char *why;
    int reference;

    if (!scripts->loading)
        return raise(lua, "redis.register_function can only be called on FUNCTION LOAD command");
    library = scripts->loading->library;
    why = read_registration(lua, &as);
    if (!why && !is_name(as.name))
        why = "Library names can only contain letters, numbers, or underscores(_) and must be at "
              "least one character long";
    for (function = library->functions; !why && function; function = function->next)
        if (span_equal_nocase(function_name(function), as.name)) /* FCALL takes any case */
            why = "Function already exists in the library";
    if (why)
        return raise(lua, why);
    lua_pushvalue(lua, as.callback);
    reference = luaL_ref(lua, LUA_REGISTRYINDEX);
    function = mem_alloc(sizeof(*function) + 2 * as.name.size + 2);
    *function =
        (struct function){.library = library,
                          .flags = as.flags,
                          .reference = reference,
                          .name_size = as.name.size,
                          .description = as.description ? mem_strdup(as.description) : NULL};
    memcpy(function->name, as.name.data, as.name.size);
    function->name[as.name.size] = '\0';
    write_lower(function->name + as.name.size + 1, as.name);
    function->key = function->name + as.name.size + 1;
    *library->last = function;
    library->last = &function->next;
    library->function_count++;
    return 0;
}

void function_api_open(lua_State *lua, struct scripts *scripts)
{
    lua_pushlightuserdata(lua, scripts);
    lua_pushcclosure(lua, register_function, 1);
    lua_setfield(lua, -2, "register_function");
}

/* --- Loading. */

static const char *loading_hook(void *context)
{
    const struct function_loading *loading = context;

    return loading->deadline_ns && clock_monotonic_ns() > loading->deadline_ns
               ? "ERR FUNCTION LOAD timeout"
               : NULL;
}

/* The text of the error on top of the stack. */
static const char *error_text(lua_State *lua)
{
    const char *text;

    if (lua_istable(lua, -1)) {
        lua_pushliteral(lua, "err");
        lua_rawget(lua, -2);
    }
    text = lua_tostring(lua, -1);
    return text ? text : "unknown error";
}

static int load_protected(lua_State *lua)
{
    struct function_loading *loading = lua_touserdata(lua, 1);
    struct engine *engine = &loading->scripts->functions;
    struct library *library = loading->library;
    const char *line_end = memchr(library->code, '\n', library->code_size);
    size_t head = line_end ? (size_t)(line_end - library->code) : library->code_size;
    const char *what = "Error compiling function";

    loading->failed = true;
    lua_rawgeti(lua, LUA_REGISTRYINDEX, engine->api_loading);
    sandbox_set_global(lua, "redis");
    lua_rawgeti(lua, LUA_REGISTRYINDEX, engine->handler);
    if (sandbox_load(engine->box, library->code + head, library->code_size - head,
                     "@user_function") == 0) {
        what = "Error registering functions";
        if (sandbox_call(engine->box, 0, 0, 2) == 0)
            loading->failed = false;
    }
    if (loading->failed)
        diag_set(loading->diag, ERR_SYNTAX, "%s: %s", what, error_text(lua));
    return 0;
}

/* The library's usual view of `redis` again, whatever has happened. */
static int close_protected(lua_State *lua)
{
    struct function_loading *loading = lua_touserdata(lua, 1);

    lua_rawgeti(lua, LUA_REGISTRYINDEX, loading->scripts->functions.api_running);
    sandbox_set_global(lua, "redis");
    return 0;
}

/* Must not fail, though scripts may have filled the memory to the last byte. */
static void close_loading(struct function_loading *loading)
{
    struct sandbox *box = loading->scripts->functions.box;

    if (sandbox_protect(box, close_protected, loading) == 0)
        return;
    lua_pop(sandbox_state(box), 1);
    sandbox_set_memory_limit(box, sandbox_memory(box) + SPARE_BYTES);
    CHECK(sandbox_protect(box, close_protected, loading) == 0);
    sandbox_set_memory_limit(box, 0);
}

/* Runs the code of a library. 0, or ERR_SYNTAX with the reason. */
static int run_code(struct scripts *scripts, struct library *library, bool limited,
                    struct diag *diag)
{
    struct engine *engine = engine_need(scripts, &scripts->functions);
    struct function_loading loading = {.scripts = scripts, .library = library, .diag = diag};

    if (limited)
        loading.deadline_ns =
            clock_monotonic_ns() + (uint64_t)FUNCTION_LOAD_LIMIT_MS * UINT64_C(1000000);
    scripts->loading = &loading;
    sandbox_begin(engine->box);
    sandbox_set_hook(engine->box, HOOK_STEPS, loading_hook, &loading);
    if (sandbox_protect(engine->box, load_protected, &loading) != 0) {
        loading.failed = true;
        diag_set(diag, ERR_NOMEM, "Error registering functions: not enough memory");
    }
    sandbox_set_hook(engine->box, HOOK_STEPS, NULL, NULL);
    scripts->loading = NULL;
    lua_settop(sandbox_state(engine->box), 0);
    sandbox_begin(engine->box);
    close_loading(&loading);
    sandbox_collect(engine->box, false);
    if (!loading.failed && library->function_count == 0)
        return diag_set(diag, ERR_SYNTAX, "No functions registered");
    return loading.failed ? ERR_SYNTAX : 0;
}

struct library *library_load(struct scripts *scripts, struct span code, bool replace, bool limited,
                             struct diag *diag)
{
    const struct function *other;
    struct library *library, *old;
    struct script_head head;

    if (script_head_read_library(&head, code, diag) < 0)
        return NULL;
    old = library_find(scripts, head.name);
    if (old && !replace) {
        diag_set(diag, ERR_EXISTS, "Library '%.*s' already exists", SPAN_ARGS(head.name));
        return NULL;
    }
    library = library_new(head.name, code);
    if (run_code(scripts, library, limited, diag) < 0) {
        library_free(scripts, library);
        return NULL;
    }
    other = find_collision(&scripts->table, library, old);
    if (other) {
        diag_set(diag, ERR_EXISTS, "Function %s already exists", other->name);
        library_free(scripts, library);
        return NULL;
    }
    if (old)
        library_delete(scripts, old);
    link_library(&scripts->table, library);
    return library;
}

/* --- Restoring. */

/* What is restored, before anybody knows it. */
struct restoring {
    struct scripts *scripts;
    struct function_table table;
    enum function_policy policy;
    bool limited;
    struct diag *diag;
};

/* One library of the payload. */
static int restore_library(struct restoring *restoring, struct span code)
{
    struct script_head head;
    struct library *library;
    const struct function *other;
    int rc = script_head_read_library(&head, code, restoring->diag);

    if (rc < 0)
        return rc;
    if (find_library(&restoring->table, head.name))
        return diag_set(restoring->diag, ERR_EXISTS, "Library '%.*s' already exists",
                        SPAN_ARGS(head.name));
    library = library_new(head.name, code);
    rc = run_code(restoring->scripts, library, restoring->limited, restoring->diag);
    other = rc == 0 ? find_collision(&restoring->table, library, NULL) : NULL;
    if (other)
        rc = diag_set(restoring->diag, ERR_EXISTS, "Function %s already exists", other->name);
    if (rc < 0)
        library_free(restoring->scripts, library);
    else
        link_library(&restoring->table, library);
    return rc;
}

static int restore_all(struct restoring *restoring, struct span payload)
{
    struct rdb_reader in;
    struct span body, code;
    uint8_t opcode;
    int rc = 0;

    if (rdb_payload_check(payload, &body) < 0)
        return diag_set(restoring->diag, ERR_DAMAGED, "DUMP payload version or checksum are wrong");
    rdb_reader_init(&in, body, NULL, 0);
    while (rc == 0 && rdb_reader_position(&in) < body.size) {
        if (rdb_read_byte(&in, &opcode) < 0 || opcode != RDB_OP_FUNCTION)
            rc = diag_set(restoring->diag, ERR_DAMAGED, "given type is not a function");
        else if (rdb_read_string(&in, &code) < 0)
            rc = diag_set(restoring->diag, ERR_DAMAGED, "failed loading functions");
        else
            rc = restore_library(restoring, code);
    }
    rdb_reader_release(&in);
    return rc;
}

/* May what was restored join what is there? */
static int check_join(struct restoring *restoring)
{
    struct function_table *there = &restoring->scripts->table;
    struct library *library;
    int rc = 0;

    for (library = restoring->table.first; rc == 0 && library; library = library->next) {
        struct library *old = find_library(there, library_name(library));

        if (old && restoring->policy != FUNCTION_REPLACE)
            rc = diag_set(restoring->diag, ERR_EXISTS, "Library %s already exists", library->name);
        for (struct function *function = library->functions; rc == 0 && function;
             function = function->next) {
            const struct function *other = find_function(there, function_key(function));

            if (other && !find_library(&restoring->table, library_name(other->library)))
                rc = diag_set(restoring->diag, ERR_EXISTS, "Function %s already exists",
                              other->name);
        }
    }
    return rc;
}

static void join(struct restoring *restoring)
{
    struct scripts *scripts = restoring->scripts;
    struct library *library, *old, *next;

    for (library = restoring->table.first; library; library = library->next)
        if ((old = library_find(scripts, library_name(library))))
            library_delete(scripts, old);
    for (library = restoring->table.first; library; library = next) {
        next = library->next;
        link_library(&scripts->table, library);
    }
    dict_release(&restoring->table.functions);
    dict_release(&restoring->table.libraries);
}

int library_restore(struct scripts *scripts, struct span payload, enum function_policy policy,
                    bool limited, struct diag *diag)
{
    struct restoring restoring = {
        .scripts = scripts, .policy = policy, .limited = limited, .diag = diag};
    int rc;

    function_table_init(&restoring.table);
    rc = restore_all(&restoring, payload);
    if (rc == 0 && policy != FUNCTION_FLUSH)
        rc = check_join(&restoring);
    if (rc < 0) {
        table_release(scripts, &restoring.table);
        return rc;
    }
    if (policy == FUNCTION_FLUSH)
        table_release(scripts, &scripts->table);
    join(&restoring);
    return 0;
}

void library_dump(struct scripts *scripts, struct buffer *out)
{
    struct rdb_writer writer;

    rdb_writer_init(&writer, out, true);
    for (const struct library *library = scripts->table.first; library; library = library->next) {
        rdb_write_byte(&writer, RDB_OP_FUNCTION);
        rdb_write_string(&writer, span_of(library->code, library->code_size));
    }
    rdb_payload_seal(out, 0, RDB_VERSION_OLDEST);
}
