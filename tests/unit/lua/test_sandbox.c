/* The limits: memory, time, and that a kill gets through everything a script can put in its way. */
#include "broker/script/lua/sandbox.h"
#include "core/base/mem.h"

#include <lauxlib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
    STEPS = 1000,
    MIB = 1024 * 1024
};

struct watch {
    unsigned asked;
    unsigned patience; /* the answer after so many times is the kill */
};

static const char killed_text[] = "Script killed by user";

static const char *ask(void *context)
{
    struct watch *watch = context;

    return ++watch->asked > watch->patience ? killed_text : NULL;
}

static int seal(lua_State *state)
{
    sandbox_seal(state);
    return 0;
}

static struct sandbox *new_box(size_t memory_bytes)
{
    struct sandbox_limits limits = {.memory_bytes = memory_bytes};
    struct sandbox *box = sandbox_new(&limits);

    assert_non_null(box);
    assert_int_equal(sandbox_protect(box, seal, NULL), 0);
    return box;
}

static int run(struct sandbox *box, const char *script)
{
    int rc;

    lua_settop(sandbox_state(box), 0);
    sandbox_begin(box);
    rc = sandbox_load(box, script, strlen(script), "@s");
    return rc != 0 ? rc : sandbox_call(box, 0, 1, 0);
}

static const char *text(struct sandbox *box)
{
    return lua_tostring(sandbox_state(box), -1);
}

/* Each of these would go on for ever, or as good as. */
static const char *const endless[] = {
    "while true do end",
    "while true do pcall(function() while true do end end) end",
    "while true do pcall(error) end",
    "local function f() return pcall(f) end while true do f() end",
    "xpcall(function() while true do end end, function(e) while true do end end)",
    "xpcall(function() while true do end end, function() return 'caught' end) return 'caught'",
    "while true do xpcall(error, function() error() end) end",
    "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
    "while true do coroutine.resume(coroutine.create(function() end)) end",
    "local f = coroutine.wrap(function() while true do coroutine.yield() end end) while true do "
    "f() end",
    "local f = coroutine.wrap(function() while true do end end) pcall(f) return 'caught'",
    "pcall(coroutine.wrap(function() pcall(function() while true do end end) end)) return 'caught'",
    "local function f() coroutine.wrap(f)() end while true do pcall(f) end",
    "setmetatable({}, {__index = function() while true do end end}).x = nil "
    "return setmetatable({}, {__index = function() while true do end end}).x",
    "tostring(setmetatable({}, {__tostring = function() while true do end end}))",
    "error(setmetatable({}, {__tostring = function() while true do end end}), 0) while true do end",
    "string.find(string.rep('a', 100000), string.rep('a?', 300) .. string.rep('a', 300) .. 'b')",
    "pcall(string.find, string.rep('a', 40), string.rep('a*', 30) .. 'b') return 'caught'",
    "string.match(string.rep('a', 1000000), '.-.-.-.-b')",
    "string.gsub(string.rep('a', 1000000), '.-.-.-b', '')",
    "for x in string.gmatch(string.rep('(', 1000000), '%b()') do end",
    "while true do pcall(string.gsub, 'x', 'x', function() error() end) end",
    "while true do pcall(string.gsub, 'x', 'x', function() while true do end end) end",
    "table.sort({1, 2, 3}, function() while true do end end)",
    "load(function() while true do end end)",
    "load(function() return ' ' end)",
    "while true do load(function() error() end) end",
    "table.insert({}, -2147483647, 1)",
    "for i = 1, 1e15 do end",
    "for i = 1, 0, 0 do end",
    "repeat until false",
    "local function f(...) return f(1, 2, 3, 4, 5, 6, 7, 8, ...) end f()",
    "local s = string.rep('x', 1000000) while true do local t = s .. 'y' end",
    "local s = string.rep('x', 10000000) while true do pcall(string.upper, s) end",
    "coroutine.wrap(function() local s = string.rep('x', 10000000) local i = 0 while true do i = i "
    "+ 1 local t = s .. i end end)()",
    "local function f() return f() end f()",
    "while true do loadstring('return 1')() end",
    "while true do cjson.decode('[[[[]]]]') end",
    "while true do collectgarbage('stop') end",
    "table.foreach(setmetatable({1}, {}), function() while true do end end)",
    "local t = {} for i = 1, 300000 do t[i] = 1 end while true do cjson.encode(t) cmsgpack.pack(t) "
    "end",
};

static void test_a_kill_ends_everything(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(endless) / sizeof(endless[0]); i++) {
        struct sandbox *box = new_box(64 * MIB);
        struct watch watch = {.patience = 20};
        int rc;

        if (strstr(endless[i], "__tostring = function() while true do end end}), 0)"))
            watch.patience = 1000000; /* nobody asks for the text of the error */
        sandbox_set_hook(box, STEPS, ask, &watch);
        rc = run(box, endless[i]);
        if (rc == 0)
            fail_msg("%s ended", endless[i]);
        if (watch.patience == 20) {
            if (!sandbox_killed(box) || strcmp(text(box), killed_text) != 0)
                fail_msg("%s: %s", endless[i], text(box));
        }
        /* The next script finds nothing of it. */
        sandbox_set_hook(box, STEPS, NULL, NULL);
        assert_int_equal(run(box, "return 'fine'"), 0);
        assert_string_equal(text(box), "fine");
        assert_false(sandbox_killed(box));
        sandbox_free(box);
    }
}

static void test_the_callback_is_asked_as_often_as_told(void **state)
{
    struct sandbox *box = new_box(0);
    struct watch watch = {.patience = UINT32_MAX};

    (void)state;
    sandbox_set_hook(box, 10000, ask, &watch);
    assert_int_equal(run(box, "for i = 1, 1000000 do end"), 0);
    assert_in_range(watch.asked, 90, 400); /* one step each round, and the clock */
    watch.asked = 0;
    assert_int_equal(run(box, "return 1"), 0);
    assert_int_equal(watch.asked, 0);
    sandbox_free(box);
}

/* One instruction takes as long as there is data, so the clock is looked at more often. */
static void test_with_more_memory_in_use_hooks_are_more_frequent(void **state)
{
    struct sandbox *box = new_box(0);
    struct watch watch = {.patience = UINT32_MAX};

    (void)state;
    sandbox_set_hook(box, 100000, ask, &watch);
    assert_int_equal(run(box, "for i = 1, 1000 do end"), 0);
    assert_int_equal(lua_gethookcount(sandbox_state(box)), 500);
    assert_int_equal(run(box, "local s = string.rep(' ', 80000000) for i = 1, 100 do end return s"),
                     0);
    assert_in_range(lua_gethookcount(sandbox_state(box)), 1, 60);
    sandbox_free(box);
}

/* Steps of one call of a library function that takes long with little to show for it. */
static void test_work_in_c_is_counted(void **state)
{
    static const char *const long_calls[] = {
        "string.gsub(string.rep('a', 2000), '[' .. string.rep('b', 30000) .. ']-', '')",
        "string.find(string.rep('a', 2000), '%f[' .. string.rep('b', 30000) .. ']')",
        "for _ in string.gmatch(string.rep('a', 2000), '[' .. string.rep('b', 30000) .. ']-a') do "
        "end",
        "string.find(string.rep('a', 4000), '(' .. string.rep('a', 1500) .. ').-%1b')",
        "cjson.decode('\"' .. string.rep('\\\\n', 1500000) .. '\"')",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(long_calls) / sizeof(long_calls[0]); i++) {
        struct sandbox *box = new_box(0);
        struct watch watch = {.patience = 9};

        sandbox_set_hook(box, 100000, ask, &watch);
        if (run(box, long_calls[i]) == 0)
            fail_msg("%s: asked %u times", long_calls[i], watch.asked);
        assert_true(sandbox_killed(box));
        sandbox_free(box);
    }
}

/* Each of these wants more memory than there is. */
static const char *const greedy[] = {
    "return string.rep('x', 2147483647)",
    "return string.rep(string.rep('x', 1000000), 2147483647)",
    "local s = 'x' while true do s = s .. s end",
    "local t = {} while true do t[#t + 1] = {} end",
    "local t = {} for i = 1, 1e9 do t[i] = i end",
    "local t = {} while true do t[#t + 1] = string.rep('x', 100000 + #t) end",
    "local s = string.rep('x', 1000000) local t = {} for i = 1, 100 do t[i] = s end return "
    "table.concat(t)",
    "return string.gsub(string.rep('x', 1000000), 'x', string.rep('y', 1000))",
    "local s, t = string.rep('x', 1000000), {} for i = 1, 100 do t[i] = s end "
    "return string.format(string.rep('%s', 100), unpack(t))",
    "local t = {} for i = 1, 200000 do t[i] = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' "
    "end "
    "local u = {t, t, t, t, t, t, t, t} return cjson.encode(u)",
    "local s = string.rep('\\1', 3000000) return cjson.encode(s)",
    "local s = string.rep('x', 3000000) return cmsgpack.pack(s, s, s, s, s, s, s, s)",
    "return cjson.decode('[' .. string.rep('{},', 200000) .. '1]')",
    "return cmsgpack.unpack('\\221\\0\\15\\0\\0' .. string.rep('\\144', 983040))",
    "local t = {} while true do t[#t + 1] = coroutine.create(function() end) end",
    "local t = {} while true do t[#t + 1] = cjson.new() end",
    "local t = {} while true do t[#t + 1] = assert(loadstring('return function() end')) end",
    "assert(load(function() return string.rep('x', 1000000) end))",
    "local s = string.rep('a', 1000000) return struct.pack(string.rep('s', 40), s, s, s, s, s, s, "
    "s, s, s, "
    "s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s)",
    "local s = string.upper(string.rep('x', 7000000)) .. 'y' return s .. s .. string.lower(s)",
};

static void test_the_memory_limit_is_an_error_and_nothing_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(greedy) / sizeof(greedy[0]); i++) {
        struct sandbox *box = new_box(16 * MIB);
        struct watch watch = {.patience = UINT32_MAX};
        int rc;

        sandbox_set_hook(box, 1000000, ask, &watch);
        rc = run(box, greedy[i]);
        if (rc == 0 ||
            (!strstr(text(box), "not enough memory") && !strstr(text(box), "stack overflow")))
            fail_msg("%s: %d %s", greedy[i], rc, text(box));
        assert_true(sandbox_memory_peak(box) <= 16 * MIB + 64 * 1024);
        lua_settop(sandbox_state(box), 0);
        for (int round = 0; round < 10;
             round++) /* Lua halves its stack and its table of strings each time */
            sandbox_collect(box, true);
        if (sandbox_memory(box) >= MIB)
            fail_msg("%s leaves %zu bytes", greedy[i], sandbox_memory(box));
        assert_int_equal(run(box, "return 'fine'"), 0);
        sandbox_free(box);
    }
}

static void test_a_script_may_catch_the_lack_of_memory(void **state)
{
    struct sandbox *box = new_box(8 * MIB);

    (void)state;
    assert_int_equal(run(box, "local ok, e = pcall(string.rep, 'x', 1e9) return e"), 0);
    assert_string_equal(text(box), "not enough memory");
    sandbox_free(box);
}

/* Garbage of many times the limit is no reason to fail, even with live data above half of it. */
static void test_garbage_is_collected_before_the_limit(void **state)
{
    struct sandbox *box = new_box(16 * MIB);
    struct watch watch = {.patience = UINT32_MAX};

    (void)state;
    sandbox_set_hook(box, STEPS, ask, &watch);
    assert_int_equal(run(box, "local live = string.rep('x', 5000000) "
                              "for i = 1, 300000 do local t = {i, {i}} end "
                              "for i = 1, 1000 do local s = string.rep('y', 100000 + i) end "
                              "collectgarbage('stop') for i = 1, 300000 do local t = {i, {i}} end "
                              "return #live"),
                     0);
    assert_string_equal(text(box), "5000000");
    sandbox_free(box);
}

/* Every allocation fails once: an error each time, never a crash, and the state stays usable. */
static void test_any_allocation_may_fail(void **state)
{
    struct sandbox *box = new_box(0);
    unsigned failed = 0;

    (void)state;
    for (long n = 1; n < 700; n++) {
        sandbox_begin(box);
        mem_fail_after(n);
        failed += run(box, "local t = {} for i = 1, 50 do t[i] = {i, tostring(i)} end "
                           "local c = coroutine.wrap(function() return cjson.encode(t) end) "
                           "local s = cmsgpack.pack(t, c()) .. struct.pack('s', c()) "
                           "pcall(loadstring, 'return {' .. string.rep('1,', 100) .. '}') "
                           "return (string.gsub(s, '.', function(x) return x .. x end))") != 0;
        mem_fail_after(0);
        lua_settop(sandbox_state(box), 0);
        sandbox_collect(box, true);
    }
    assert_in_range(failed, 100, 699);
    for (long n = 1; n < 400; n++) { /* and so while the libraries are opened */
        struct sandbox *other;

        mem_fail_after(n);
        other = sandbox_new(NULL);
        mem_fail_after(0);
        sandbox_free(other);
    }
    assert_int_equal(run(box, "return 'fine'"), 0);
    sandbox_free(box);
}

static void test_a_limit_that_is_too_small_gives_no_sandbox(void **state)
{
    struct sandbox_limits limits = {.memory_bytes = 1};
    struct sandbox *box = sandbox_new(&limits); /* means the least, which suffices */

    (void)state;
    assert_non_null(box);
    assert_true(sandbox_memory(box) > 1000);
    sandbox_free(box);
    sandbox_free(NULL);
}

static void test_begin_undoes_what_a_script_did_to_the_collector(void **state)
{
    struct sandbox *box = new_box(32 * MIB);

    (void)state;
    assert_int_equal(run(box, "collectgarbage('stop') collectgarbage('setpause', 1000000)"), 0);
    assert_int_equal(run(box, "for i = 1, 1000000 do local t = {i} end return 1"), 0);
    sandbox_free(box);
}

static int echo(lua_State *state)
{
    return lua_gettop(state);
}

static int add_engine(lua_State *state)
{
    lua_newtable(state);
    lua_pushcfunction(state, echo);
    lua_setfield(state, -2, "echo");
    lua_newtable(state);
    lua_pushinteger(state, 7);
    lua_setfield(state, -2, "seven");
    lua_setfield(state, -2, "inner");
    sandbox_add_library(state, "redis");
    lua_pushliteral(state, "key");
    sandbox_set_global(state, "KEYS");
    sandbox_get_global(state, "redis");
    assert_true(sandbox_hidden(state, -1));
    lua_pushinteger(state, 8);
    lua_setfield(state, -2, "later");
    lua_pop(state, 2);
    sandbox_get_global(state, "nothing");
    assert_true(lua_isnil(state, -1));
    return 0;
}

static void test_the_engine_adds_libraries_and_globals(void **state)
{
    struct sandbox *box = new_box(0);

    (void)state;
    assert_int_equal(sandbox_protect(box, add_engine, NULL), 0);
    assert_int_equal(run(box, "return redis.echo('a') .. redis.inner.seven .. redis.later .. KEYS"),
                     0);
    assert_string_equal(text(box), "a78key");
    assert_int_equal(run(box, "redis.inner.seven = 1"), LUA_ERRRUN);
    assert_string_equal(text(box), "s:1: Attempt to modify a readonly table");
    assert_int_equal(run(box, "redis.new = 1"), LUA_ERRRUN);
    assert_int_equal(run(box, "KEYS = 1"), LUA_ERRRUN);
    sandbox_free(box);
}

static int raise_memory(lua_State *state)
{
    lua_newuserdata(state, SIZE_MAX / 8);
    return 0;
}

static void test_protect_catches_what_the_engine_raises(void **state)
{
    struct sandbox *box = new_box(0);

    (void)state;
    assert_int_equal(sandbox_protect(box, raise_memory, NULL), LUA_ERRMEM);
    assert_string_equal(text(box), "not enough memory");
    assert_ptr_equal(sandbox_of(sandbox_state(box)), box);
    sandbox_free(box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_kill_ends_everything),
        cmocka_unit_test(test_the_callback_is_asked_as_often_as_told),
        cmocka_unit_test(test_with_more_memory_in_use_hooks_are_more_frequent),
        cmocka_unit_test(test_work_in_c_is_counted),
        cmocka_unit_test(test_the_memory_limit_is_an_error_and_nothing_more),
        cmocka_unit_test(test_a_script_may_catch_the_lack_of_memory),
        cmocka_unit_test(test_garbage_is_collected_before_the_limit),
        cmocka_unit_test(test_any_allocation_may_fail),
        cmocka_unit_test(test_a_limit_that_is_too_small_gives_no_sandbox),
        cmocka_unit_test(test_begin_undoes_what_a_script_did_to_the_collector),
        cmocka_unit_test(test_the_engine_adds_libraries_and_globals),
        cmocka_unit_test(test_protect_catches_what_the_engine_raises),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
