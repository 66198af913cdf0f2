/* rdb_opcodes.h - what may stand where a value's type byte is due in an RDB file. */
#ifndef MS_STORAGE_RDB_RDB_OPCODES_H
#define MS_STORAGE_RDB_RDB_OPCODES_H

enum rdb_opcode {
    RDB_OP_HASH_TEMPLATE = 242,
    RDB_OP_KEY_META = 243,
    RDB_OP_SLOT_INFO = 244,
    RDB_OP_FUNCTION = 245,
    RDB_OP_FUNCTION_OLD = 246, /* of release candidates of 7.0 */
    RDB_OP_MODULE_AUX = 247,
    RDB_OP_IDLE = 248,
    RDB_OP_FREQUENCY = 249,
    RDB_OP_AUX = 250,
    RDB_OP_RESIZE_DB = 251,
    RDB_OP_EXPIRE_MS = 252,
    RDB_OP_EXPIRE_SECONDS = 253,
    RDB_OP_SELECT_DB = 254,
    RDB_OP_END = 255,
};

enum {
    RDB_HEADER_SIZE = 9,      /* "REDIS" and four digits */
    RDB_CHECKSUM_VERSION = 5, /* the first version that ends with a checksum */
    RDB_CHECKSUM_SIZE = 8,
};

#endif
