/* function.h - libraries of functions, which FUNCTION LOAD brings and FCALL calls. All of them live
 * in one interpreter. Exclusive. */
#ifndef MS_BROKER_SCRIPT_FUNCTION_H
#define MS_BROKER_SCRIPT_FUNCTION_H

#include "core/base/diag.h"
#include "core/bytes/buffer.h"
#include "core/bytes/span.h"
#include "core/dict/dict.h"

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scripts;

struct function {
    struct library *library;
    struct function *next; /* of the library */
    unsigned flags;        /* enum script_flag */
    int reference;
    char *description; /* NULL: none */
    const char *key;   /* the name in lower case: what it is found by, in any case */
    size_t name_size;
    char name[]; /* terminated */
};

struct library {
    struct library *next;               /* loaded after it */
    struct function *functions, **last; /* in order of registration */
    size_t function_count;
    size_t name_size, code_size;
    const char *name, *code; /* behind the struct, terminated */
};

struct function_table {
    struct dict libraries, functions; /* by name */
    struct library *first, **last;    /* in order of loading */
    size_t bytes;
};

/* A library whose code is being run for the first time. */
struct function_loading {
    struct scripts *scripts;
    struct library *library;
    uint64_t deadline_ns; /* monotonic; 0: none */
    struct diag *diag;
    bool failed;
};

enum {
    FUNCTION_LOAD_LIMIT_MS = 500 /* for the code of a library to run */
};

/* What happens to a library of the same name. */
enum function_policy {
    FUNCTION_APPEND, /* it is an error */
    FUNCTION_REPLACE,
    FUNCTION_FLUSH /* all others go */
};

void function_table_init(struct function_table *table);

struct function *function_find(struct scripts *scripts, struct span name);
/* Its flags, SCRIPT_COMPATIBLE if it is unknown or has an endless name. Changes nothing. */
unsigned function_flags(const struct scripts *scripts, struct span name);

struct library *library_find(struct scripts *scripts, struct span name);

/* Runs the library's code and makes it known. `limited`: within FUNCTION_LOAD_LIMIT_MS. NULL with
 * the reason and nothing changed. */
struct library *library_load(struct scripts *scripts, struct span code, bool replace, bool limited,
                             struct diag *diag);

void library_delete(struct scripts *scripts, struct library *library);

/* All libraries go, and the interpreter. */
void library_flush(struct scripts *scripts);

/* All libraries as FUNCTION DUMP gives them; and back: 0, or an error with the reason and nothing
 * changed. */
void library_dump(struct scripts *scripts, struct buffer *out);
int library_restore(struct scripts *scripts, struct span payload, enum function_policy policy,
                    bool limited, struct diag *diag);

/* Adds what only the code of a library may call, while it is loaded, to the table on top of the Lua
 * stack: redis.register_function. */
void function_api_open(lua_State *lua, struct scripts *scripts);

#endif
