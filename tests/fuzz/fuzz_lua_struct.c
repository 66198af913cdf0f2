/* struct.unpack with any format and any data, and struct.pack with what it gave: errors or values,
 * never a crash, and what is packed again unpacks to the same values.
 *
 * Input: the size of the format (a byte), the format, the data. */
#include "broker/script/lua/sandbox.h"
#include "core/base/check.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

/* c0 takes its size from the value before, which unpack does not give: no round trip then. */
static const char script[] =
    "pcall(struct.size, FORMAT) pcall(struct.pack, FORMAT, DATA, DATA, DATA) "
    "pcall(struct.pack, FORMAT, 1, -1, 2^53, -2^63, 2^64, 0/0, 1/0) "
    "for offset = -2, 12 do pcall(struct.unpack, FORMAT, DATA, offset) end "
    "local first = {pcall(struct.unpack, FORMAT, DATA)} "
    "if not first[1] or FORMAT:find('c0') then return true end "
    "local again = {pcall(struct.pack, FORMAT, unpack(first, 2, #first - 1))} "
    "if not again[1] then return true end "
    "local second = {struct.unpack(FORMAT, again[2])} "
    "if FORMAT:find('[lLTiId]') then return #second == #first - 1 end "
    "for i = 1, #second - 1 do local a, b = first[i + 1], second[i] "
    "if a ~= b and (a == a or b == b) then return false end end "
    "return #second == #first - 1";

static int set_input(lua_State *state)
{
    const char **input = lua_touserdata(state, 1);

    lua_pushlstring(state, input[0], (size_t)(input[1] - input[0]));
    sandbox_set_global(state, "FORMAT");
    lua_pushlstring(state, input[1], (size_t)(input[2] - input[1]));
    sandbox_set_global(state, "DATA");
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sandbox_limits limits = {.memory_bytes = 32 * 1024 * 1024};
    const char *input[3] = {(const char *)data, (const char *)data, (const char *)data + size};
    static struct sandbox *box;
    static unsigned runs;
    int rc;

    if (size == 0)
        return 0;
    input[0]++;
    input[1] = input[0] + (data[0] < size - 1 ? data[0] : size - 1);
    if (runs++ % 1000 == 0) {
        sandbox_free(box);
        box = sandbox_new(&limits);
    }
    if (sandbox_protect(box, set_input, input) != 0)
        return 0;
    sandbox_begin(box);
    CHECK(sandbox_load(box, script, strlen(script), "@fuzz") == 0);
    rc = sandbox_call(box, 0, 1, 0);
    CHECK(rc == 0 || rc == LUA_ERRMEM || rc == LUA_ERRRUN);
    CHECK(rc != 0 || lua_toboolean(sandbox_state(box), -1));
    lua_settop(sandbox_state(box), 0);
    return 0;
}
