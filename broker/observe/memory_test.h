/* memory_test.h - a quick look at whether memory keeps what is written to it, for a crash report:
 * broken memory is behind many crashes that nothing else explains. */
#ifndef MS_BROKER_OBSERVE_MEMORY_TEST_H
#define MS_BROKER_OBSERVE_MEMORY_TEST_H

#include <stdbool.h>

/* Takes fresh pages from the system and writes patterns to them. False if one comes back changed.
 * True also if there are none to be had. Well under a second. Async-signal-safe. */
bool memory_test_run(void);

#endif
