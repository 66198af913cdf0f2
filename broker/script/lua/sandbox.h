/* sandbox.h - a Lua 5.1 state that scripts of clients may run in.
 *
 * What it gives: the libraries a Redis script sees (base, string, table, math, coroutine, os.clock,
 * cjson, cmsgpack, struct, bit), all written or guarded here so that no script can crash the
 * process, read foreign memory, outlive its time or use more memory than the limit. What it does
 * not know: redis.call, KEYS, ARGV, replies. The engine adds those with the functions below.
 *
 * Errors: everything that can raise a Lua error must run below sandbox_protect(), sandbox_load() or
 * sandbox_call(); an error outside ends the process (panic). Even lua_pushstring() can raise "not
 * enough memory". Functions here that take a lua_State raise; those that take a sandbox do not.
 *
 * Read-only tables: stock Lua has none, so a script gets an empty table (a "view") whose metatable
 * leads to the hidden one. pairs, next, rawget, rawset, table.* and getmetatable know views;
 * lua_next() and lua_rawget() of the C API do not: see sandbox_hidden(). _G is such a view too: C
 * code that wants to set a global calls sandbox_set_global().
 *
 * Time: `every` VM instructions, or as much work inside a C function of the libraries (one step is
 * about one character matched, one element moved or 64 bytes copied), the engine's callback is
 * asked whether to go on. What stays: one operation of Lua's own takes time in proportion to the
 * data it works on, which the memory limit bounds.
 *
 * Thread: one at a time, any; the sandbox has no locks and no globals. Stack: up to about 2 MiB of
 * C stack are used by a script that nests calls as deep as Lua permits (200). */
#ifndef MS_BROKER_SCRIPT_LUA_SANDBOX_H
#define MS_BROKER_SCRIPT_LUA_SANDBOX_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sandbox;

struct sandbox_limits {
    size_t memory_bytes; /* all that Lua allocates; 0: the default of 1 GiB, never below 256 KiB.
                          * The collector may use 64 KiB more while it makes room. */
};

/* Asked on the script's thread while the script runs. NULL: go on. Else the text of the error that
 * ends the script (borrowed until sandbox_begin()): no pcall, xpcall or coroutine of the script
 * catches it, it arrives in sandbox_call() as it is, without a position. May not raise Lua errors
 * or touch the stack of the state. */
typedef const char *(*sandbox_hook_fn)(void *context);

/* A state with all libraries and no engine functions; globals can still be set by scripts (see
 * sandbox_seal()). NULL if the limit is too small even for that. */
struct sandbox *sandbox_new(const struct sandbox_limits *limits);
void sandbox_free(struct sandbox *box); /* NULL is allowed; never while a script runs */

lua_State *sandbox_state(struct sandbox *box);         /* the main state; borrowed */
struct sandbox *sandbox_of(lua_State *state);          /* of a state or any of its coroutines */
size_t sandbox_memory(const struct sandbox *box);      /* bytes in use now (used_memory_lua) */
size_t sandbox_memory_peak(const struct sandbox *box); /* since sandbox_begin() */
void sandbox_set_memory_limit(struct sandbox *box, size_t bytes); /* as in struct sandbox_limits */

/* Sets who is asked, and how often: after so many steps (at least 1; 100000 is Redis's), and after
 * about 20 ms if the steps take long. NULL: nobody. May be called at any time, also by the callback
 * itself. */
void sandbox_set_hook(struct sandbox *box, uint32_t every, sandbox_hook_fn callback, void *context);

/* Makes the state fresh for the next script: the collector runs with its usual settings even if the
 * last script stopped it, the kill is forgotten. math.random goes on where it was, as in Redis 7.
 * To be called before each script; nested calls share their outermost one's. */
void sandbox_begin(struct sandbox *box);

/* After a script (never while one runs, so not from the callback): lets the collector do a share of
 * its work. `full`: all of it. */
void sandbox_collect(struct sandbox *box, bool full);

/* Whether the callback ended the running script (until sandbox_begin()). */
bool sandbox_killed(const struct sandbox *box);

/* Runs `function` (as lua_cpcall: `data` is its only argument, a light userdata) where it may raise
 * errors. Returns 0, or LUA_ERRRUN or LUA_ERRMEM with the error on top of the stack. */
int sandbox_protect(struct sandbox *box, lua_CFunction function, void *data);

/* Compiles `size` bytes of source text; leaves the function on the stack and returns 0, or leaves
 * the error text and returns LUA_ERRSYNTAX or LUA_ERRMEM. Bytecode is no text: a syntax error.
 * `chunkname` as in lua_load ("@user_script"). The collector rests meanwhile, so nothing the parser
 * holds can be freed under it. */
int sandbox_load(struct sandbox *box, const char *source, size_t size, const char *chunkname);

/* lua_pcall of the function and its `args` arguments on the stack; `handler` is the stack index of
 * a function that gets the error (0: none; it is not asked for kills). Returns 0 with `results`
 * results, or LUA_ERRRUN, LUA_ERRMEM, LUA_ERRERR with the error value on top. */
int sandbox_call(struct sandbox *box, int args, int results, int handler);

/* The following raise errors: call them below sandbox_protect(). */

/* Pops the table on top and makes a read-only view of it the global `name`; the tables inside
 * become views as well. To add functions later, change the table with sandbox_hidden(). */
void sandbox_add_library(lua_State *state, const char *name);

/* Pops the value on top and makes it the global `name`, sealed or not (KEYS, ARGV). */
void sandbox_set_global(lua_State *state, const char *name);

/* Pushes the global `name`, or nil; never raises the error about nonexistent globals. */
void sandbox_get_global(lua_State *state, const char *name);

/* From now on scripts cannot set globals ("Attempt to modify a readonly table") and get an error
 * for those that do not exist ("Script attempted to access nonexistent global variable 'x'"). */
void sandbox_seal(lua_State *state);

/* Replaces the table on top of the stack by a read-only view of it. */
void sandbox_make_view(lua_State *state);

/* Pushes what is behind the view at `index` and returns true, or pushes nothing: not a view. */
bool sandbox_hidden(lua_State *state, int index);

/* Counts `steps` of work done in C and asks the callback when it is due. Raises the kill. */
void sandbox_spend(lua_State *state, size_t steps);

/* Raises the kill again if the script is killed: for engine functions that ran Lua code protected.
 */
void sandbox_check_killed(lua_State *state);

#endif
