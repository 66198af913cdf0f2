/* clock.h - the machine's clocks. Only the outermost layers read them; everything below is told the
 * time. Any thread. */
#ifndef MS_CORE_TIME_CLOCK_H
#define MS_CORE_TIME_CLOCK_H

#include <stdint.h>

/* Unix time. */
int64_t clock_now_ms(void);
int64_t clock_now_us(void);

/* A clock that never goes back, from an arbitrary start. */
uint64_t clock_monotonic_us(void);
uint64_t clock_monotonic_ns(void);

#endif
