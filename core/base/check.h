/* check.h - assertions that stay on in release builds. A failed CHECK is a bug of ours, never a
 * client's mistake: it prints the place and a trace to standard error and aborts the process. */
#ifndef MS_CORE_BASE_CHECK_H
#define MS_CORE_BASE_CHECK_H

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0))                                                     \
            check_failed(#condition, __FILE__, __LINE__);                                          \
    } while (0)

/* Prints `what failed` with a stack trace, runs the hook if there is one, and aborts. */
_Noreturn void check_failed(const char *condition, const char *file, int line);

#endif
