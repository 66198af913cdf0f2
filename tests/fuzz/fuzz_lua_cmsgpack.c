/* cmsgpack.unpack refuses any bytes or gives values; what it gives can be packed, and stays the
 * same from then on. The state is a new one often enough that nothing can pile up.
 *
 * Input: the bytes to unpack. */
#include "broker/script/lua/sandbox.h"
#include "core/base/check.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

/* What is too deep becomes nil, and a nil in a table is gone the next time: the third round is the
 * first that must change nothing. Only the size, as tables may be walked in another order. */
static const char script[] =
    "local function round(bytes) local function pack(...) "
    "if select('#', ...) == 0 then return '' end return cmsgpack.pack(...) end "
    "return pack(cmsgpack.unpack(bytes)) end "
    "for offset = 0, #INPUT do pcall(cmsgpack.unpack_one, INPUT, offset) "
    "pcall(cmsgpack.unpack_limit, INPUT, 3, offset) if offset > 2 then break end end "
    "local ok, bytes = true, INPUT "
    "for i = 1, 3 do ok, bytes = pcall(round, bytes) if not ok then return true end end "
    "local ok, again = pcall(round, bytes) return not ok or #again == #bytes";

static int set_input(lua_State *state)
{
    const char **input = lua_touserdata(state, 1);

    lua_pushlstring(state, input[0], (size_t)(input[1] - input[0]));
    sandbox_set_global(state, "INPUT");
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sandbox_limits limits = {.memory_bytes = 32 * 1024 * 1024};
    const char *input[2] = {(const char *)data, (const char *)data + size};
    static struct sandbox *box;
    static unsigned runs;
    int rc;

    if (runs++ % 1000 == 0) {
        sandbox_free(box);
        box = sandbox_new(&limits);
    }
    if (sandbox_protect(box, set_input, input) != 0)
        return 0;
    sandbox_begin(box);
    CHECK(sandbox_load(box, script, strlen(script), "@fuzz") == 0);
    rc = sandbox_call(box, 0, 1, 0);
    CHECK(rc != 0 || lua_toboolean(sandbox_state(box), -1));
    lua_settop(sandbox_state(box), 0);
    return 0;
}
