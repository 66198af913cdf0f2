/* Runs scripts in a sandbox for tests/compat/lua_libraries.py. Standard input is a row of scripts,
 * each "size\n" and so many bytes; the answer to each is "+size\n" or "-size\n" (an error) and so
 * many bytes. Scripts should return strings. */
#include "broker/script/lua/sandbox.h"
#include "core/base/check.h"
#include "core/base/mem.h"

#include <stdio.h>

enum {
    STEPS = 100000,
    CALLS_MOST = 20000 /* two thousand million steps */
};

static const char *hook(void *context)
{
    unsigned *calls = context;

    return ++*calls > CALLS_MOST ? "too many steps" : NULL;
}

static int prepare(lua_State *state)
{
    lua_newtable(state);
    sandbox_set_global(state, "KEYS");
    lua_newtable(state);
    sandbox_set_global(state, "ARGV");
    sandbox_seal(state);
    return 0;
}

static void answer(struct sandbox *box, int rc)
{
    lua_State *state = sandbox_state(box);
    size_t size = 0;
    const char *text = lua_tolstring(state, -1, &size);

    printf("%c%zu\n", rc == 0 ? '+' : '-', size);
    fwrite(text ? text : "", 1, size, stdout);
    fflush(stdout);
    lua_settop(state, 0);
}

int main(void)
{
    struct sandbox *box = sandbox_new(NULL);
    unsigned calls = 0;
    size_t size;

    CHECK(box && sandbox_protect(box, prepare, NULL) == 0);
    sandbox_set_hook(box, STEPS, hook, &calls);
    while (scanf("%zu", &size) == 1 && getchar() == '\n') {
        char *script = mem_alloc(size + 1);
        int rc;

        CHECK(fread(script, 1, size, stdin) == size);
        sandbox_begin(box);
        calls = 0;
        rc = sandbox_load(box, script, size, "@user_script");
        if (rc == 0)
            rc = sandbox_call(box, 0, 1, 0);
        answer(box, rc);
        mem_free(script);
    }
    sandbox_free(box);
    return 0;
}
