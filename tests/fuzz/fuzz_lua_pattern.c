/* Patterns and JSON from outside: any pattern on any subject, and cjson.decode of any text, end
 * with a result or an error; decoded JSON can be encoded.
 *
 * Input: the size of the pattern (a byte), the pattern, the subject; the JSON is all but that byte.
 */
#include "broker/script/lua/sandbox.h"
#include "core/base/check.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static const char script[] =
    "pcall(string.find, SUBJECT, PATTERN) pcall(string.match, SUBJECT, PATTERN, 3) "
    "pcall(string.gsub, SUBJECT, PATTERN, '%0%1', 50) pcall(string.gsub, SUBJECT, PATTERN, "
    "SUBJECT, 5) "
    "pcall(function() local n = 0 for a in string.gmatch(SUBJECT, PATTERN) do n = n + 1 "
    "if n > 50 then break end end end) "
    "local ok, value = pcall(cjson.decode, PATTERN .. SUBJECT) "
    "if ok then pcall(cjson.encode, value) pcall(cmsgpack.pack, value) end";

static int set_input(lua_State *state)
{
    const char **input = lua_touserdata(state, 1);

    lua_pushlstring(state, input[0], (size_t)(input[1] - input[0]));
    sandbox_set_global(state, "PATTERN");
    lua_pushlstring(state, input[1], (size_t)(input[2] - input[1]));
    sandbox_set_global(state, "SUBJECT");
    return 0;
}

static const char *ask(void *context)
{
    unsigned *asked = context;

    return ++*asked > 100 ? "enough" : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sandbox_limits limits = {.memory_bytes = 32 * 1024 * 1024};
    const char *input[3] = {(const char *)data, (const char *)data, (const char *)data + size};
    static struct sandbox *box;
    static unsigned runs, asked;
    int rc;

    if (size == 0)
        return 0;
    input[0]++;
    input[1] = input[0] + (data[0] < size - 1 ? data[0] : size - 1);
    if (runs++ % 1000 == 0) {
        sandbox_free(box);
        box = sandbox_new(&limits);
        sandbox_set_hook(box, 10000, ask, &asked);
    }
    if (sandbox_protect(box, set_input, input) != 0)
        return 0;
    asked = 0;
    sandbox_begin(box);
    CHECK(sandbox_load(box, script, strlen(script), "@fuzz") == 0);
    rc = sandbox_call(box, 0, 0, 0);
    CHECK(rc == 0 || sandbox_killed(box) || rc == LUA_ERRMEM);
    lua_settop(sandbox_state(box), 0);
    return 0;
}
