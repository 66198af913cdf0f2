/* The libraries give what the files in cases/ say: expressions ("> ") and their answers ("< ",
 * which tests/compat/lua_libraries.py compares with redis-server, or "<! ", where we differ on
 * purpose). */
#include "broker/script/lua/sandbox.h"
#include "core/base/mem.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    LINE_BYTES = 1 << 20,
    SCRIPT_BYTES = 2 << 20
};

static int prepare(lua_State *state)
{
    lua_newtable(state);
    sandbox_set_global(state, "KEYS");
    lua_newtable(state);
    sandbox_set_global(state, "ARGV");
    sandbox_seal(state);
    return 0;
}

static const char *go_on(void *context)
{
    (void)context;
    return NULL;
}

static char *read_prelude(void)
{
    FILE *file = fopen(PRELUDE, "r");
    char *text = mem_zalloc(SCRIPT_BYTES);

    assert_non_null(file);
    assert_true(fread(text, 1, SCRIPT_BYTES - 1, file) > 0);
    fclose(file);
    return text;
}

/* Runs an expression; the answer is on the stack. */
static void run(struct sandbox *box, const char *prelude, const char *expression)
{
    const char *mark = strstr(prelude, "EXPRESSION");
    char *script = mem_alloc(SCRIPT_BYTES);
    int size = snprintf(script, SCRIPT_BYTES, "%.*s%s%s", (int)(mark - prelude), prelude,
                        expression, mark + strlen("EXPRESSION"));

    sandbox_begin(box);
    assert_int_equal(sandbox_load(box, script, (size_t)size, "@user_script"), 0);
    assert_int_equal(sandbox_call(box, 0, 1, 0), 0);
    mem_free(script);
}

static unsigned check_file(const char *path, const char *prelude)
{
    struct sandbox *box = sandbox_new(NULL);
    char *line = mem_alloc(LINE_BYTES);
    FILE *file = fopen(path, "r");
    unsigned cases = 0;

    assert_non_null(box);
    assert_non_null(file);
    assert_int_equal(sandbox_protect(box, prepare, NULL), 0);
    sandbox_set_hook(box, 1000, go_on, NULL);
    while (fgets(line, LINE_BYTES, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '>') {
            run(box, prelude, line + 2);
        } else {
            const char *expected = strchr(line, ' ');

            assert_non_null(expected);
            assert_string_equal(lua_tostring(sandbox_state(box), -1), expected + 1);
            lua_settop(sandbox_state(box), 0);
            cases++;
        }
    }
    fclose(file);
    mem_free(line);
    sandbox_free(box);
    return cases;
}

static void test_libraries_give_what_the_files_say(void **state)
{
    char *prelude = read_prelude();
    unsigned cases = 0;
    glob_t files;

    (void)state;
    assert_int_equal(glob(CASES "/*.txt", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        unsigned count = check_file(files.gl_pathv[i], prelude);

        assert_true(count > 0);
        cases += count;
    }
    assert_true(cases > 800);
    globfree(&files);
    mem_free(prelude);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_libraries_give_what_the_files_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
