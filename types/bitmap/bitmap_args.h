/* bitmap_args.h - arguments that the bitmap commands share. Reads only. */
#ifndef MS_TYPES_BITMAP_BITMAP_ARGS_H
#define MS_TYPES_BITMAP_BITMAP_ARGS_H

#include "core/command/reply.h"
#include "core/command/request.h"

/* A bit's place in a string: a whole number from 0 on, inside of proto-max-bulk-len (a replay is
 * not limited). With `field_bits` above 0, "#n" is the n-th field of that width. False after
 * writing the error. */
bool bitmap_args_offset(const struct request *rq, struct span text, unsigned field_bits,
                        uint64_t *offset, struct reply *out);

#endif
