/* Ways out of a Lua sandbox that have been published, each with a script that tries it. A script
 * returns "ok" if it got nowhere; what it must not do besides is crash (run this with sanitizers).
 */
#include "broker/script/lua/sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *go_on(void *context)
{
    unsigned *asked = context;

    return ++*asked > 200000 ? "too long" : NULL;
}

static int prepare(lua_State *state)
{
    lua_newtable(state);
    sandbox_set_global(state, "KEYS");
    sandbox_seal(state);
    return 0;
}

static struct sandbox *box;
static unsigned asked;

static int set_up(void **state)
{
    struct sandbox_limits limits = {.memory_bytes = 64 * 1024 * 1024};

    (void)state;
    box = sandbox_new(&limits);
    assert_non_null(box);
    assert_int_equal(sandbox_protect(box, prepare, NULL), 0);
    sandbox_set_hook(box, 10000, go_on, &asked);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sandbox_free(box);
    return 0;
}

static void expect_ok(const char *script)
{
    const char *text;
    int rc;

    asked = 0;
    lua_settop(sandbox_state(box), 0);
    sandbox_begin(box);
    rc = sandbox_load(box, script, strlen(script), "@s");
    if (rc == 0)
        rc = sandbox_call(box, 0, 1, 0);
    text = lua_tostring(sandbox_state(box), -1);
    if (rc != 0 || !text || strcmp(text, "ok") != 0)
        fail_msg("%s\n-> %d %s", script, rc, text ? text : "nothing");
}

static void test_bytecode_is_never_loaded(void **state)
{
    (void)state;
    expect_ok("local d = string.dump(function() return 1 end) assert(not loadstring(d)) "
              "assert(not loadstring(d, '=x')) return 'ok'");
    expect_ok(
        "local d, done = string.dump(function() return 1 end) "
        "assert(not load(function() if not done then done = true return d end end)) return 'ok'");
    expect_ok("local d, i = string.dump(function() return 1 end), 0 " /* byte by byte */
              "assert(not load(function() i = i + 1 if i <= #d then return d:sub(i, i) end end)) "
              "return 'ok'");
    expect_ok(
        "local d, i = string.dump(function() return 1 end), 0 " /* an empty piece first ends it */
        "local f = load(function() i = i + 1 return i == 1 and '' or d end) return f() == nil and "
        "'ok'");
    expect_ok("for i = 1, 300 do local d = string.dump(function() return 1, 'x' end) "
              "d = d:sub(1, i % #d) .. string.char(i % 256) .. d:sub(i % #d + 2) loadstring(d) end "
              "return 'ok'");
    assert_int_equal(sandbox_load(box, "\033Lua", 4, "@x"), LUA_ERRSYNTAX);
}

static void test_unpack_ranges(void **state)
{
    (void)state;
    expect_ok("for _, r in ipairs({{0, 2147483647}, {-2147483648, 2147483647}, {1, 2147483647}, "
              "{-1, 2147483646}, {1, 1e8}, {-2147483648, -1}, {2, -2147483648 + 2^32}}) do "
              "local ok, e = pcall(unpack, {}, r[1], r[2]) "
              "assert(not ok and e == 'too many results to unpack' or r[1] > r[2] or r[1] == 2, e) "
              "end return 'ok'");
    expect_ok("assert(select('#', unpack({}, 2147483647, 2147483647)) == 1) "
              "assert(select('#', unpack({}, 2147483640, 2147483647)) == 8) return 'ok'");
    expect_ok("local ok = pcall(string.char, unpack({}, 1, 7900)) return not ok and 'ok'");
}

static void test_read_only_tables_stay_so(void **state)
{
    (void)state;
    expect_ok(
        "local names = {} for name, library in pairs(_G) do if type(library) == 'table' and name "
        "~= 'KEYS' then "
        "names[#names + 1] = name "
        "assert(not pcall(function() library.evil = 1 end)) "
        "assert(not pcall(rawset, library, 'evil', 1)) "
        "assert(not pcall(setmetatable, library, {})) "
        "assert(not pcall(table.insert, library, 1)) "
        "assert(rawget(library, 'evil') == nil) "
        "for key in pairs(library) do "
        "assert(not pcall(function() library[key] = nil end)) "
        "assert(not pcall(rawset, library, key, nil)) assert(rawget(library, key) ~= nil) end "
        "end end assert(#names >= 9) return 'ok'");
    expect_ok(
        "local m = getmetatable(_G) assert(not pcall(rawset, m, '__index', nil)) "
        "assert(not pcall(rawset, m, '__newindex', nil)) assert(not pcall(setmetatable, m, nil)) "
        "assert(not pcall(function() m.__index = function() end end)) return 'ok'");
    expect_ok("local t = {} local p = setmetatable({}, _G) assert(getmetatable(p) == _G) "
              "assert(not pcall(function() getmetatable(p).x = 1 end)) p.x = 1 return rawget(_G, "
              "'x') == nil and 'ok'");
    expect_ok("local ok = pcall(function() for k, v in next, _G do _G[k] = 1 end end) return not "
              "ok and 'ok'");
    expect_ok("table.sort(_G) table.remove(string) table.foreach(_G, function(k, v) "
              "if type(v) == 'table' and k ~= 'KEYS' then assert(not pcall(function() v.x = 1 "
              "end)) end end) return 'ok'");
    expect_ok("local f = loadstring('x = 1') assert(not pcall(f)) "
              "local c = coroutine.wrap(function() x = 1 end) assert(not pcall(c)) return "
              "rawget(_G, 'x') == nil and 'ok'");
}

/* CVE-2025-46818: what all values of a type share must not be changed by one script. */
static void test_metatables_of_strings(void **state)
{
    (void)state;
    expect_ok(
        "local m = getmetatable('') assert(not pcall(function() m.__index = function() return "
        "'evil' end end)) "
        "assert(not pcall(rawset, m, '__add', pcall)) assert(not pcall(setmetatable, '', {})) "
        "assert(not pcall(function() m.__index.len = nil end)) assert(('x'):len() == 1) "
        "assert(not pcall(function() getmetatable(''):x() end)) return 'ok'");
    expect_ok("for k, v in pairs(getmetatable('')) do assert(not pcall(rawset, v, 'x', 1)) end "
              "return 'ok'");
    expect_ok("assert(getmetatable(1) == nil and getmetatable(true) == nil and getmetatable(false) "
              "== nil "
              "and getmetatable(string.len) == nil and getmetatable(cjson.null) == nil "
              "and getmetatable(coroutine.create(function() end)) == nil) return 'ok'");
}

/* CVE-2025-49844: the parser holds things the collector does not know. */
static void test_the_collector_under_the_parser(void **state)
{
    (void)state;
    expect_ok("collectgarbage('setpause', 0) collectgarbage('setstepmul', 1000000) "
              "for i = 1, 300 do loadstring(string.rep('x', i) .. ' = ', 'chunk' .. i .. "
              "string.rep('n', i)) end return 'ok'");
    expect_ok("for i = 1, 50 do local n = 0 load(function() n = n + 1 collectgarbage('collect') "
              "if n < 20 then return 'local x' .. n .. i .. ' = \\'' .. string.rep('y', n * 10) .. "
              "'\\' ' end end, "
              "'name' .. i) end return 'ok'");
    expect_ok("local t = {} for i = 1, 200 do t[i] = loadstring('return \\'' .. string.rep('z', i) "
              ".. '\\'', 'n' .. i) end "
              "collectgarbage() for i = 1, 200 do assert(#t[i]() == i) end return 'ok'");
    expect_ok("local n = 0 load(function() n = n + 1 local f = loadstring('return ' .. n) "
              "collectgarbage('step', 100000) if n < 100 then return ' local a' .. n .. ' = ' .. "
              "f() end end) return 'ok'");
}

/* CVE-2024-46981 needs finalizers of scripts: there are none. */
static void test_scripts_have_no_finalizers_and_no_environments(void **state)
{
    (void)state;
    expect_ok("for _, name in ipairs({'newproxy', 'getfenv', 'setfenv', 'debug', 'io', 'require', "
              "'module', "
              "'package', 'dofile', 'loadfile', 'print'}) do assert(rawget(_G, name) == nil, name) "
              "assert(not pcall(function() return _G[name] end)) end return 'ok'");
    expect_ok(
        "local hit = false do local t = setmetatable({}, {__gc = function() hit = true end}) end "
        "collectgarbage() collectgarbage() return not hit and 'ok'");
    expect_ok("for _, library in ipairs({string, table, math, coroutine, os, cjson, cmsgpack, "
              "struct, bit}) do "
              "for name, value in pairs(library) do assert(type(value) ~= 'userdata' or value == "
              "cjson.null) end end "
              "return 'ok'");
}

/* CVE-2014-5461, and frames as large as they get. */
static void test_stacks(void **state)
{
    (void)state;
    expect_ok("local names = {} for i = 1, 190 do names[i] = 'p' .. i end "
              "local f = loadstring('return function(' .. table.concat(names, ',') .. ', ...) "
              "return 1 end')() "
              "for i = 1, 100 do f() f(1) f(unpack({}, 1, 250)) end "
              "local function deep(n) if n > 0 then return 1 + deep(n - 1) + f() end return f() "
              "end deep(150) return 'ok'");
    expect_ok("local function f() return 1 + f() end local ok, e = pcall(f) "
              "return not ok and e:find('stack overflow') and 'ok'");
    expect_ok("local function f() return coroutine.wrap(f)() end local ok, e = pcall(f) "
              "return not ok and e:find('C stack overflow') and 'ok'");
    expect_ok("local function f() return pcall(f) end f() return 'ok'");
    expect_ok("local function f() return xpcall(f, f) end f() return 'ok'");
    expect_ok("local function f() return string.gsub('x', 'x', f) end "
              "local ok, e = pcall(f) return not ok and 'ok'");
    expect_ok("local function f() return table.sort({2, 1}, f) end local ok = pcall(f) return not "
              "ok and 'ok'");
    expect_ok("local function f() return load(f) end f() return 'ok'");
    expect_ok(
        "local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k] end "
        "assert(not pcall(function() return t.x end)) getmetatable(t).__tostring = tostring "
        "assert(not pcall(tostring, t)) return 'ok'");
    expect_ok("for _, s in ipairs({'(', '{', '-', 'not ', 'function() ', 'do ', 'if 1 then ', "
              "'a.', 'f(', '1 .. ', "
              "'2 ^ ', '#', '[', 'x[', 'return ', 'local function f() '}) do "
              "loadstring(s:rep(100000)) loadstring('return ' .. s:rep(100000)) end return 'ok'");
    expect_ok("local ok, e = pcall(string.find, string.rep('a', 220000), string.rep('a?', 220000)) "
              "return not ok and e == 'pattern too complex' and 'ok'");
    expect_ok("local ok, e = pcall(string.find, string.rep('a', 220000), string.rep('(a)', 20000)) "
              "return not ok and 'ok'");
    expect_ok("assert(not pcall(string.match, '(', string.rep('(', 100000))) return 'ok'");
    expect_ok("local s = string.rep('x', 100) for i = 1, 16 do s = s .. s end "
              "local ok = pcall(string.format, string.rep('%s', 1000), s) return not ok and 'ok'");
}

static void test_nesting_of_data(void **state)
{
    (void)state;
    expect_ok(
        "cjson.encode_max_depth(2147483647) cjson.decode_max_depth(2147483647) "
        "local t = {} for i = 1, 100000 do t = {t} end "
        "local ok, e = pcall(cjson.encode, t) assert(not ok and e:find('excessive nesting'), e) "
        "ok, e = pcall(cjson.decode, string.rep('[', 100000)) assert(not ok and e:find('too many "
        "nested'), e) "
        "ok, e = pcall(cjson.decode, string.rep('{\"a\":', 100000)) assert(not ok and e:find('too "
        "many nested'), e) "
        "cjson.encode_max_depth(1000) cjson.decode_max_depth(1000) return 'ok'");
    expect_ok("local t = {} t.t = t t[1] = t assert(not pcall(cjson.encode, t)) cmsgpack.pack(t) "
              "local u = {} u[u] = u cmsgpack.pack(u) return 'ok'");
    expect_ok("for _, byte in ipairs({'\\145', '\\129', '\\129\\1', '\\220\\255\\255', "
              "'\\223\\255\\255\\255\\255'}) do "
              "assert(not pcall(cmsgpack.unpack, byte:rep(100000))) end return 'ok'");
}

/* CVE-2022-24834 and others: sizes that overflow. */
static void test_sizes(void **state)
{
    (void)state;
    expect_ok(
        "for _, head in ipairs({'\\219\\255\\255\\255\\255', '\\198\\255\\255\\255\\255', "
        "'\\221\\255\\255\\255\\255', "
        "'\\223\\255\\255\\255\\255', '\\218\\255\\255', '\\220\\255\\255', '\\222\\255\\255'}) do "
        "for extra = 0, 20 do assert(not pcall(cmsgpack.unpack, head .. ('x'):rep(extra))) end end "
        "return 'ok'");
    expect_ok(
        "for _, n in ipairs({2147483647, 2147483648, -2147483648, 4294967296, 9007199254740992, "
        "-1, 1e300}) do "
        "pcall(cmsgpack.unpack_one, '\\1\\2', n) pcall(cmsgpack.unpack_limit, '\\1\\2', n, n) "
        "pcall(struct.unpack, 'b', 'abc', n) pcall(struct.unpack, '!8i8', 'abc', n) "
        "pcall(string.sub, 'abc', n, n) pcall(string.byte, 'abc', n, -1) pcall(string.find, 'abc', "
        "'b', n) "
        "pcall(string.rep, 'ab', n) pcall(table.concat, {}, '', n, n) pcall(table.remove, {1}, n) "
        "pcall(unpack, {1}, n, n) pcall(select, n, 1, 2) pcall(string.char, n) pcall(math.random, "
        "n) "
        "pcall(math.random, -n, n) pcall(math.randomseed, n) pcall(string.gsub, 'aaa', 'a', 'b', "
        "n) "
        "pcall(coroutine.wrap, n) pcall(collectgarbage, 'step', 1) pcall(string.format, '%c', n) "
        "pcall(string.format, '%d', n) pcall(bit.tohex, 1, n) pcall(bit.lshift, 1, n) "
        "pcall(bit.rol, n, n) "
        "pcall(cjson.encode_max_depth, n) pcall(cjson.encode, n) pcall(cmsgpack.pack, n) "
        "pcall(struct.pack, 'bhil', n, n, n, n) pcall(tonumber, '10', n) end "
        "cjson.encode_max_depth(1000) return 'ok'");
    expect_ok("for _, f in ipairs({'i2147483648', 'i99999999999999999999', 'c4294967297', "
              "'c2147483648', '!2147483648', "
              "'I33', 'i4294967300'}) do assert(not pcall(struct.pack, f, 'x')) assert(not "
              "pcall(struct.unpack, f, 'xxxxxxxx')) "
              "assert(not pcall(struct.size, f)) end return 'ok'");
    expect_ok("assert(not pcall(struct.unpack, 'bc0', '\\255abc')) assert(not pcall(struct.unpack, "
              "'c0', 'abc')) "
              "assert(not pcall(struct.unpack, 'c2147483647', 'abc')) assert(not "
              "pcall(struct.unpack, 'i8c0', '\\255\\255\\255\\255\\255\\255\\255\\255abc')) "
              "assert(not pcall(struct.unpack, 'dc0', struct.pack('d', 0/0) .. 'abc')) "
              "assert(not pcall(struct.unpack, 'dc0', struct.pack('d', -1) .. 'abc')) return 'ok'");
}

/* CVE-2024-31449. */
static void test_tohex(void **state)
{
    (void)state;
    expect_ok("for _, n in ipairs({-2147483648, 2147483648, -2147483647, 2147483647, 0, -9, 9, "
              "2^40, 0.5}) do "
              "assert(#bit.tohex(-1, n) <= 8) end return 'ok'");
}

/* CVE-2025-46819: the lexer and long brackets. */
static void test_long_brackets(void **state)
{
    (void)state;
    expect_ok("for _, s in ipairs({'[', '[=', '[==', '[=[', '[[', '--[', '--[=', '--[==[', '[=]', "
              "']', ']=', '[[]', '[=[]=', "
              "'[' .. ('='):rep(1000000), '[' .. ('='):rep(1000000) .. '[x]', '--[' .. "
              "('='):rep(1000000) .. '['}) do "
              "loadstring(s) loadstring('return ' .. s) end "
              "local e = ('='):rep(100000) assert(loadstring('return [' .. e .. '[x]' .. e .. "
              "']')() == 'x') return 'ok'");
}

static void test_error_objects(void **state)
{
    (void)state;
    expect_ok(
        "local e = setmetatable({}, {__tostring = function() error('again') end, __concat = error, "
        "__index = function() error('index') end}) "
        "local ok, x = pcall(error, e) assert(rawequal(x, e)) "
        "ok, x = coroutine.resume(coroutine.create(function() error(e) end)) assert(rawequal(x, "
        "e)) "
        "ok, x = pcall(coroutine.wrap(function() error(e) end)) assert(rawequal(x, e)) return "
        "'ok'");
    expect_ok("local function h() error('in handler') end local ok, x = xpcall(error, h) return "
              "not ok and 'ok'");
}

/* A hook belongs to each thread: a coroutine of an earlier script has an old one. */
static void test_coroutines_of_earlier_scripts(void **state)
{
    (void)state;
    expect_ok("KEYS[1] = coroutine.create(function() coroutine.yield() local n = 0 while true do n "
              "= n + 1 end end) "
              "coroutine.resume(KEYS[1]) return 'ok'");
    asked = 0;
    lua_settop(sandbox_state(box), 0);
    sandbox_set_hook(box, 500, go_on, &asked);
    sandbox_begin(box);
    assert_int_equal(sandbox_load(box, "coroutine.resume(KEYS[1]) return 'on'", 37, "@s"), 0);
    assert_int_equal(sandbox_call(box, 0, 1, 0), LUA_ERRRUN);
    assert_string_equal(lua_tostring(sandbox_state(box), -1), "too long");
}

/* An error in a thread that does not run has nobody to catch it: Lua would end the process. */
static void test_threads_that_do_not_run_need_no_memory(void **state)
{
    (void)state;
    expect_ok(/* room for the arguments */
              "local hold, ok, e = {} for i = 1, 30000 do "
              "hold[i] = coroutine.create(function(...) return select('#', ...) end) end "
              "for i = 1, 2000 do ok, e = pcall(coroutine.resume, hold[i], unpack({}, 1, 7000)) "
              "if not ok then break end end hold = nil collectgarbage() "
              "return not ok and e == 'not enough memory' and 'ok'");
    expect_ok(/* the text of an error, when not a byte is left */
              "local chain, hold, n = {}, {}, 0 for i = 1, 250 do chain[i] = "
              "coroutine.create(function() "
              "local ok, e = coroutine.resume(chain[i + 1]) error(e, 0) end) end "
              "for k = 3, 6 do pcall(function() while true do "
              "hold[n + 1] = string.rep('x', 10 ^ (9 - k) + n) n = n + 1 end end) end "
              "collectgarbage() collectgarbage('stop') "
              "local function tables() while true do local t = {} end end "
              "local function texts() local i = 1e9 while true do i = i + 1 local s = tostring(i) "
              "end "
              "end pcall(tables) pcall(texts) "
              "local ok, e = coroutine.resume(chain[1]) hold = nil collectgarbage() "
              "return not ok and e == 'C stack overflow' and 'ok'");
}

#define escape_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        escape_test(test_bytecode_is_never_loaded),
        escape_test(test_unpack_ranges),
        escape_test(test_read_only_tables_stay_so),
        escape_test(test_metatables_of_strings),
        escape_test(test_the_collector_under_the_parser),
        escape_test(test_scripts_have_no_finalizers_and_no_environments),
        escape_test(test_stacks),
        escape_test(test_nesting_of_data),
        escape_test(test_sizes),
        escape_test(test_tohex),
        escape_test(test_long_brackets),
        escape_test(test_error_objects),
        escape_test(test_coroutines_of_earlier_scripts),
        escape_test(test_threads_that_do_not_run_need_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
