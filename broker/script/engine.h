/* engine.h - the inside of broker/script: interpreters, the run that is under way, how a script is
 * run and what it may call. Exclusive. */
#ifndef MS_BROKER_SCRIPT_ENGINE_H
#define MS_BROKER_SCRIPT_ENGINE_H

#include "broker/script/cache.h"
#include "broker/script/flags.h"
#include "broker/script/function.h"
#include "broker/script/lua/sandbox.h"
#include "broker/script/script.h"
#include "core/bytes/arena.h"
#include "core/bytes/buffer.h"
#include "core/command/reply.h"
#include "core/command/request.h"

#include <lua.h>
#include <openssl/evp.h>

struct reactor;
struct session;

/* One interpreter with everything scripts find in it. */
struct engine {
    struct sandbox *box; /* NULL until it is needed */
    int handler;         /* reference of the function that says where an error happened */
    uint64_t runs;
    int api_loading, api_running; /* of the table `redis`, of functions */
};

enum {
    SHA1_HEX_SIZE = 40
};

struct scripts {
    struct server *server;
    struct engine eval, functions;
    struct script_cache cache;
    struct function_table table;
    struct function_loading *loading; /* a library's code is running; else NULL */
    struct script_run *run;           /* the one under way, or NULL */
    struct arena *arena;              /* of the call a script makes */
    struct buffer reply;              /* of that call */
    EVP_MD *sha1;
};

/* What to run. */
struct script_target {
    struct engine *engine;
    int function;        /* reference */
    const char *name;    /* digest, or the function's name: for messages */
    unsigned flags;      /* enum script_flag */
    bool is_function;    /* gets keys and arguments as its arguments, not as globals */
    bool must_not_write; /* called by a command that ends in _RO */
};

enum run_flag {
    RUN_READ_ONLY = 1 << 0,
    RUN_ALLOW_OOM = 1 << 1,
    RUN_OVER_MEMORY = 1 << 2, /* it was when the script began */
    RUN_WROTE = 1 << 3,       /* has called a command that may write */
    RUN_CHANGED = 1 << 4,     /* which has changed something */
    RUN_TIMED_OUT = 1 << 5,   /* the server is busy because of it */
    RUN_KILL = 1 << 6,        /* SCRIPT KILL was called */
    RUN_ABANDON = 1 << 7,     /* the server ends: nothing of it is logged */
};

struct script_run {
    struct scripts *scripts;
    const struct script_target *target;
    struct server *server;
    struct reactor *reactor; /* NULL in replay */
    struct session *session; /* NULL in replay */
    struct request *rq;      /* the call that runs the script */
    struct reply *out;
    size_t first_key, keys;          /* among its arguments; the others follow */
    unsigned flags;                  /* enum run_flag */
    int protocol;                    /* of the replies the script gets */
    int db;                          /* in replay; else it is the session's */
    int line;                        /* where it was when it was killed */
    uint64_t started_ns, yielded_ns; /* monotonic */
};

/* The scripts of the server a call is made to, from whichever side it comes. */
struct scripts *scripts_of(const struct request *rq);

/* Its session; NULL in replay. */
struct session *scripts_session(const struct request *rq);

/* Makes the interpreter if it is not there. */
struct engine *engine_need(struct scripts *scripts, struct engine *engine);

/* Frees the interpreter. */
void engine_release(struct engine *engine);

/* Runs a script whose keys begin at argument 3 of the call, or replies why it may not. */
void script_run(struct scripts *scripts, const struct script_target *target, struct request *rq,
                size_t keys, struct reply *out);

/* The number of keys at argument 2. False after an error. */
bool script_parse_keys(struct request *rq, size_t *keys, struct reply *out);

/* Makes one call, whose arguments are the Lua stack, and pushes its reply. False if that is an
 * error. Raises Lua errors only if memory is out. */
bool script_call(struct scripts *scripts, lua_State *lua);

/* redis.acl_check_cmd: true if the caller may make the call that is on the Lua stack. False with an
 * error pushed if there is no such command (`*known` is false then). */
bool script_may_call(struct scripts *scripts, lua_State *lua, bool *known);

/* Adds the table `redis`. Raises Lua errors. */
void script_api_open(lua_State *lua, struct scripts *scripts, struct engine *engine);

/* Pushes the function that completes an error with its place. Raises Lua errors. */
void script_api_push_handler(lua_State *lua);

/* 40 lower-case hexadecimal digits and a NUL. */
void script_sha1(const struct scripts *scripts, struct span bytes, char *hex);

#endif
