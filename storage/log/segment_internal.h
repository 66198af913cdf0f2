/* segment_internal.h - what writing and reading segments share. */
#ifndef MS_STORAGE_LOG_SEGMENT_INTERNAL_H
#define MS_STORAGE_LOG_SEGMENT_INTERNAL_H

enum {
    SEGMENT_HEADER_LIMIT = 4096,    /* bytes of the header's message */
    SEGMENT_STREAM_BYTES = 8 << 20, /* of records: then a zstd stream ends, and another begins */
};

extern const char segment_magic[8];

#endif
