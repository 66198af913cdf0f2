/* The state itself: allocator, limits, the hook that can end a script, protected calls.
 *
 * A kill is a flag in the sandbox and an error in the script. Whatever of ours could catch the
 * error (pcall, xpcall, coroutine.resume, load's reader) looks at the flag and raises it again, so
 * it travels to sandbox_call() through everything the script has put in its way. */
#include "broker/script/lua/sandbox.h"

#include "broker/script/lua/sandbox_internal.h"
#include "broker/script/lua/view.h"
#include "core/base/check.h"
#include "core/base/mem.h"

#include <lualib.h>
#include <string.h>
#include <time.h>

enum {
    MEMORY_LEAST_BYTES = 256 * 1024,
    MEMORY_DEFAULT_BYTES = 1024 * 1024 * 1024,
    COLLECTOR_PAUSE_PERCENT = 200, /* Lua's own settings */
    COLLECTOR_STEP_PERCENT = 200,
    COLLECT_SHARE_KIB = 64,
    COLLECT_SPARE_BYTES = 64 * 1024,
    HOOK_STEPS = 500,             /* instructions between two looks at the clock, */
    HOOK_BYTES = 8 * 1024 * 1024, /* while no more memory than this is in use */
    ASK_AFTER_MS = 20,
    LARGE_BLOCK_BYTES = 4096,
    BLOCK_BYTES_PER_STEP = 64,
    FIRST_SEED = 0x1234ABCD,     /* what drand48(3) starts with */
    SOURCE_LIMIT_BYTES = 1 << 30 /* the lexer of Lua 5.1 counts in int */
};

static void on_count(lua_State *state, lua_Debug *debug);

static size_t limit_of(size_t bytes)
{
    if (bytes == 0)
        return MEMORY_DEFAULT_BYTES;
    return bytes < MEMORY_LEAST_BYTES ? MEMORY_LEAST_BYTES : bytes;
}

/* Large blocks mean that much was copied, by instructions (..) and functions that take no steps.
 * The allocator may not ask the callback, but can make the hook come with the next instruction. */
static void count_block(struct sandbox *box, size_t size)
{
    box->steps += size / BLOCK_BYTES_PER_STEP;
    if (box->steps >= box->every && box->running)
        lua_sethook(box->running, on_count, LUA_MASKCOUNT, 1);
}

/* lua_Alloc. Lua relies on shrinking never failing. */
static void *allocate(void *data, void *block, size_t old_size, size_t size)
{
    struct sandbox *box = data;
    void *moved;

    if (size == 0) {
        mem_free(block);
        box->used_bytes -= old_size;
        return NULL;
    }
    if (size > old_size && (box->used_bytes >= box->limit_bytes ||
                            size - old_size > box->limit_bytes - box->used_bytes))
        return NULL;
    moved = mem_try_realloc(block, size);
    if (!moved && size > old_size)
        return NULL;
    if (!moved) /* it stays as large as it is; Lua counts the new size from here on */
        moved = block;
    box->used_bytes += size - old_size;
    if (size > old_size && size >= LARGE_BLOCK_BYTES)
        count_block(box, size);
    if (box->used_bytes > box->peak_bytes)
        box->peak_bytes = box->used_bytes;
    return moved;
}

static int panic(lua_State *state)
{
    (void)state;
    check_failed("a Lua error outside of every protected call", __FILE__, __LINE__);
}

struct sandbox *sandbox_of(lua_State *state)
{
    void *data;

    lua_getallocf(state, &data);
    return data;
}

void sandbox_raise(lua_State *state)
{
    lua_error(state);
    CHECK(!"lua_error returned");
    __builtin_unreachable();
}

void sandbox_no_memory(lua_State *state)
{
    lua_newuserdata(state, SIZE_MAX / 4); /* more than any limit: the allocator refuses */
    CHECK(!"the allocator gave more than the limit");
    __builtin_unreachable();
}

static bool is_nearly_full(const struct sandbox *box)
{
    return box->used_bytes > box->limit_bytes / 4 * 3;
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Asks the callback. What is near the limit is collected first: Lua 5.1 does not try that itself
 * when the allocator refuses, and a script may well have left more garbage than data. */
static void ask(lua_State *state, struct sandbox *box)
{
    box->steps = 0;
    box->asked_ms = now_ms();
    if (is_nearly_full(box) && box->used_bytes > box->collected_bytes + box->limit_bytes / 16) {
        lua_gc(state, LUA_GCCOLLECT, 0);
        box->collected_bytes = box->used_bytes;
    }
    if (!box->killed && box->callback)
        box->killed = box->callback(box->context);
    sandbox_check_killed(state);
}

/* A single instruction may take long (a call with a million arguments), so the clock counts as
 * well: looking at it costs next to nothing. */
static void on_count(lua_State *state, lua_Debug *debug)
{
    struct sandbox *box = sandbox_of(state);

    (void)debug;
    box->steps += (size_t)lua_gethookcount(state);
    sandbox_arm(state);
    if (box->steps >= box->every || now_ms() - box->asked_ms >= ASK_AFTER_MS)
        ask(state, box);
}

void sandbox_check_killed(lua_State *state)
{
    struct sandbox *box = sandbox_of(state);

    if (!box->killed)
        return;
    lua_pushstring(state, box->killed);
    sandbox_raise(state);
}

void sandbox_spend(lua_State *state, size_t steps)
{
    struct sandbox *box = sandbox_of(state);

    box->steps += steps;
    if (box->steps >= box->every)
        ask(state, box);
}

/* Instructions between two hooks. One of them may take as long as it takes to read all the memory
 * that is in use, so the more that is, the fewer they are. */
static int hook_steps(const struct sandbox *box)
{
    size_t steps = HOOK_STEPS;

    if (box->used_bytes > HOOK_BYTES)
        steps = steps * HOOK_BYTES / box->used_bytes + 1;
    return box->every < steps ? (int)box->every : (int)steps;
}

void sandbox_arm(lua_State *state)
{
    int count = hook_steps(sandbox_of(state));

    if (lua_gethook(state) != on_count || lua_gethookcount(state) != count)
        lua_sethook(state, on_count, LUA_MASKCOUNT, count);
}

void sandbox_set_hook(struct sandbox *box, uint32_t every, sandbox_hook_fn callback, void *context)
{
    box->callback = callback;
    box->context = context;
    box->every = every == 0 ? 1 : every > INT32_MAX ? INT32_MAX : every;
    sandbox_arm(box->state);
}

bool sandbox_killed(const struct sandbox *box)
{
    return box->killed != NULL;
}

size_t sandbox_memory(const struct sandbox *box)
{
    return box->used_bytes;
}

size_t sandbox_memory_peak(const struct sandbox *box)
{
    return box->peak_bytes;
}

void sandbox_set_memory_limit(struct sandbox *box, size_t bytes)
{
    box->limit_bytes = limit_of(bytes);
}

lua_State *sandbox_state(struct sandbox *box)
{
    return box->state;
}

void sandbox_begin(struct sandbox *box)
{
    box->killed = NULL;
    box->steps = 0;
    box->asked_ms = now_ms();
    box->running = box->state;
    box->collected_bytes = 0;
    box->peak_bytes = box->used_bytes;
    if (box->collector_changed) { /* a restart makes the collector work at once */
        lua_gc(box->state, LUA_GCRESTART, 0);
        lua_gc(box->state, LUA_GCSETPAUSE, COLLECTOR_PAUSE_PERCENT);
        lua_gc(box->state, LUA_GCSETSTEPMUL, COLLECTOR_STEP_PERCENT);
        box->collector_changed = false;
    }
    sandbox_arm(box->state);
    scratch_free(box->state);
    if (is_nearly_full(box))
        sandbox_collect(box, true);
}

static int collect_all(lua_State *state)
{
    lua_gc(state, LUA_GCCOLLECT, 0);
    return 0;
}

static int collect_share(lua_State *state)
{
    lua_gc(state, LUA_GCSTEP, COLLECT_SHARE_KIB);
    return 0;
}

/* Even to collect takes a little memory, and there may be none left. */
void sandbox_collect(struct sandbox *box, bool full)
{
    scratch_free(box->state);
    box->limit_bytes += COLLECT_SPARE_BYTES;
    if (sandbox_protect(box, full ? collect_all : collect_share, NULL) != 0)
        lua_pop(box->state, 1);
    box->limit_bytes -= COLLECT_SPARE_BYTES;
}

int sandbox_protect(struct sandbox *box, lua_CFunction function, void *data)
{
    return lua_cpcall(box->state, function, data);
}

struct source {
    const char *text;
    size_t size;
    bool blank; /* a blank goes first, so that the first byte cannot say "bytecode" */
};

static const char *read_source(lua_State *state, void *data, size_t *size)
{
    struct source *source = data;

    (void)state;
    if (source->blank) {
        source->blank = false;
        *size = 1;
        return " ";
    }
    *size = source->size;
    source->size = 0;
    return *size > 0 ? source->text : NULL;
}

/* The parser of Lua 5.1 keeps the chunk's name where the collector does not see it. */
int sandbox_compile(lua_State *state, const char *text, size_t size, const char *chunkname)
{
    struct source source = {text, size, size > 0 && text[0] == LUA_SIGNATURE[0]};
    int rc;

    if (size > SOURCE_LIMIT_BYTES) {
        lua_pushliteral(state, "chunk is too large");
        return LUA_ERRSYNTAX;
    }
    lua_gc(state, LUA_GCSTOP, 0);
    rc = lua_load(state, read_source, &source, chunkname);
    lua_gc(state, LUA_GCRESTART, 0);
    return rc;
}

int sandbox_load(struct sandbox *box, const char *source, size_t size, const char *chunkname)
{
    int rc = sandbox_compile(box->state, source, size, chunkname);

    if (rc != LUA_ERRMEM)
        return rc;
    lua_pop(box->state, 1); /* the collector rested: there may be garbage enough */
    sandbox_collect(box, true);
    return sandbox_compile(box->state, source, size, chunkname);
}

static int push_killed(lua_State *state)
{
    sandbox_check_killed(state);
    return 0;
}

int sandbox_call(struct sandbox *box, int args, int results, int handler)
{
    int rc = lua_pcall(box->state, args, results, handler);

    if (rc == LUA_ERRMEM)
        sandbox_collect(box, true);
    if (rc == 0 || !box->killed)
        return rc;
    lua_pop(box->state, 1);
    rc = lua_cpcall(box->state, push_killed, NULL);
    CHECK(rc != 0);
    return rc;
}

static void open_stock(lua_State *state, lua_CFunction open, const char *name)
{
    lua_pushcfunction(state, open);
    lua_pushstring(state, name);
    lua_call(state, 1, 0);
}

/* Leaves a global table with nothing but the named fields of it. */
static void keep_fields(lua_State *state, const char *library, const char *const *names)
{
    lua_newtable(state);
    lua_getglobal(state, library);
    for (; *names; names++) {
        lua_getfield(state, -1, *names);
        lua_setfield(state, -3, *names);
    }
    lua_pop(state, 1);
    lua_setglobal(state, library);
}

void sandbox_wrap_field(lua_State *state, const char *name, lua_CFunction function)
{
    lua_getfield(state, -1, name);
    CHECK(lua_iscfunction(state, -1));
    lua_pushcclosure(state, function, 1);
    lua_setfield(state, -2, name);
}

int sandbox_call_wrapped(lua_State *state)
{
    return lua_tocfunction(state, lua_upvalueindex(1))(state);
}

static void add_own(lua_State *state, void (*push)(lua_State *state), const char *name)
{
    push(state);
    lua_setglobal(state, name);
}

/* Lua makes these texts where it cannot raise an error (in a thread that does not run yet, or after
 * an error), so they must be there already: then it takes no memory. */
static void keep_error_texts(lua_State *state)
{
    static const char *const texts[] = {"C stack overflow", "error in error handling",
                                        "cannot resume non-suspended coroutine"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        lua_pushstring(state, texts[i]);
        luaL_ref(state, LUA_REGISTRYINDEX);
    }
}

static int set_up(lua_State *state)
{
    static const char *const removed[] = {"dofile", "loadfile", "print",    "getfenv", "setfenv",
                                          "module", "require",  "newproxy", "package"};
    static const char *const os_names[] = {"clock", NULL};
    static const char *const views[] = {"string", "table",    "math",   "coroutine", "os",
                                        "cjson",  "cmsgpack", "struct", "bit"};

    keep_error_texts(state);
    open_stock(state, luaopen_base, "");
    open_stock(state, luaopen_table, LUA_TABLIBNAME);
    open_stock(state, luaopen_string, LUA_STRLIBNAME);
    open_stock(state, luaopen_math, LUA_MATHLIBNAME);
    open_stock(state, luaopen_os, LUA_OSLIBNAME);
    for (size_t i = 0; i < sizeof(removed) / sizeof(removed[0]); i++) {
        lua_pushnil(state);
        lua_setglobal(state, removed[i]);
    }
    keep_fields(state, "os", os_names);
    sandbox_guard_base(state);
    sandbox_guard_coroutine(state);
    sandbox_guard_math(state);
    sandbox_guard_string(state);
    sandbox_guard_table(state);
    add_own(state, sandbox_push_bit, "bit");
    add_own(state, sandbox_push_cjson, "cjson");
    add_own(state, sandbox_push_cmsgpack, "cmsgpack");
    add_own(state, sandbox_push_struct, "struct");
    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        lua_getglobal(state, views[i]);
        sandbox_make_view(state);
        lua_setglobal(state, views[i]);
    }
    view_hide_registry(state);
    view_make_globals(state);
    return 0;
}

struct sandbox *sandbox_new(const struct sandbox_limits *limits)
{
    struct sandbox *box = mem_zalloc(sizeof(*box));

    box->limit_bytes = limit_of(limits ? limits->memory_bytes : 0);
    box->every = INT32_MAX;
    box->state = lua_newstate(allocate, box);
    if (!box->state)
        goto fail_free;
    lua_atpanic(box->state, panic);
    sandbox_seed(box, FIRST_SEED);
    if (lua_cpcall(box->state, set_up, NULL) != 0)
        goto fail_close;
    sandbox_begin(box);
    return box;

fail_close:
    lua_close(box->state);
fail_free:
    mem_free(box);
    return NULL;
}

void sandbox_free(struct sandbox *box)
{
    if (!box)
        return;
    box->running = NULL;
    lua_sethook(box->state, NULL, 0, 0);
    scratch_free(box->state);
    lua_close(box->state);
    CHECK(box->used_bytes == 0);
    mem_free(box);
}
