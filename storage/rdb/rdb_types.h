/* rdb_types.h - the type bytes of values in RDB files and DUMP payloads, and since which version.
 */
#ifndef MS_STORAGE_RDB_RDB_TYPES_H
#define MS_STORAGE_RDB_RDB_TYPES_H

enum rdb_type {
    RDB_STRING = 0,
    RDB_LIST = 1,
    RDB_SET = 2,
    RDB_ZSET = 3, /* scores as text */
    RDB_HASH = 4,
    RDB_ZSET_2 = 5, /* scores as 8 bytes; version 8 */
    RDB_HASH_ZIPMAP = 9,
    RDB_LIST_ZIPLIST = 10,
    RDB_SET_INTSET = 11,
    RDB_ZSET_ZIPLIST = 12,
    RDB_HASH_ZIPLIST = 13,
    RDB_LIST_QUICKLIST = 14,     /* of ziplists; version 7 */
    RDB_STREAM_LISTPACKS = 15,   /* version 9 */
    RDB_HASH_LISTPACK = 16,      /* version 10 */
    RDB_ZSET_LISTPACK = 17,      /* version 10 */
    RDB_LIST_QUICKLIST_2 = 18,   /* of listpacks; version 10 */
    RDB_STREAM_LISTPACKS_2 = 19, /* version 10 */
    RDB_SET_LISTPACK = 20,       /* version 11 */
    RDB_STREAM_LISTPACKS_3 = 21, /* version 11 */
    RDB_HASH_METADATA_OLD = 22,  /* as 24 of release candidates: times are absolute */
    RDB_HASH_LISTPACK_OLD = 23,  /* as 25 without the earliest time in front */
    RDB_HASH_METADATA = 24,      /* fields with expiry; version 12 */
    RDB_HASH_LISTPACK_EX = 25,   /* version 12 */
    RDB_STREAM_LISTPACKS_4 = 26, /* with idempotent producers; version 13 */
    RDB_STREAM_LISTPACKS_5 = 27, /* with released entries; version 14 */
    RDB_ARRAY = 28,              /* version 14; librdb 2.3 (MIT) says so */
    RDB_NO_TYPE = 255,
};

enum {
    RDB_VERSION_OLDEST =
        10, /* what redis-server 7.0 reads: what is written unless more is needed */
    RDB_VERSION_NEWEST = 14, /* the newest payload that is read */
};

#endif
