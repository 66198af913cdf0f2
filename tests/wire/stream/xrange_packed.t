config stream-node-max-entries 10
config stream-compress-depth 2
config stream-compress-min-bytes 1
# Cold blocks are compressed; no reply shows it. Entries i-1 with i in 200 bytes that repeat.
a> CONFIG GET stream-compress-*
a< ["stream-compress-depth" "2" "stream-compress-min-bytes" "1"]
a> CONFIG SET stream-compress-depth -1
a< (error) ERR CONFIG SET failed (possibly related to argument 'stream-compress-depth') - argument must be between 0 and 2147483647 inclusive
a> CONFIG SET stream-compress-min-bytes 1kb
a< OK
a> CONFIG GET stream-compress-min-bytes
a< ["stream-compress-min-bytes" "1024"]
restart
a> EVAL "for i = 1, 200 do redis.call('XADD', KEYS[1], i .. '-1', 'event', string.rep('again ', 30) .. i % 7) end" 1 s
a< nil
a> EVAL "local wrong = {} for _, e in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do local i = tonumber(e[1]:match('%d+')) if e[2][1] ~= 'event' or e[2][2] ~= string.rep('again ', 30) .. i % 7 then wrong[#wrong + 1] = e[1] end end return wrong" 1 s
a< []
a> EVAL "local ids = {} for _, e in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2])) do ids[#ids + 1] = e[1] end return ids" 1 s 48 53
a< ["48-1" "49-1" "50-1" "51-1" "52-1" "53-1"]
a> EVAL "local ids = {} for _, e in ipairs(redis.call('XREVRANGE', KEYS[1], ARGV[1], ARGV[2])) do ids[#ids + 1] = e[1] end return ids" 1 s 83 79
a< ["83-1" "82-1" "81-1" "80-1" "79-1"]
# Deleting in a compressed block, and in one that a copy shares.
a> XDEL s 55-1 56-1 55-1 57-2
a< 2
a> COPY s t
a< 1
a> XDEL t 95-1 96-1 97-1 98-1 99-1 91-1 92-1 93-1 94-1
a< 9
a> XLEN t
a< 189
a> EVAL "local ids = {} for _, e in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2])) do ids[#ids + 1] = e[1] end return ids" 1 t 89 101
a< ["89-1" "90-1" "100-1" "101-1"]
a> EVAL "local ids = {} for _, e in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2])) do ids[#ids + 1] = e[1] end return ids" 1 s 54 57
a< ["54-1" "57-1"]
a> XLEN s
a< 198
# Groups read them, and know the lag from within one.
a> XGROUP CREATE s g 63-1
a< OK
a> EVAL "local ids = {} for _, e in ipairs(redis.call('XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', 3, 'STREAMS', KEYS[1], '>')[1][2]) do ids[#ids + 1] = e[1] end return ids" 1 s
a< ["64-1" "65-1" "66-1"]
a> XDEL s 65-1
a< 1
a> EVAL "return #redis.call('XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', KEYS[1], '0')[1][2]" 1 s
a< 3
a> EVAL "return redis.call('XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', KEYS[1], '64-1')[1][2][1]" 1 s
a< ["65-1" nil]
a> EVAL "return #redis.call('XCLAIM', KEYS[1], 'g', 'd', 0, '64-1', '65-1', '66-1')" 1 s
a< 2
# Trimming from a compressed block, and with what a group still needs.
a> XTRIM s MAXLEN 150
a< 47
a> EVAL "return redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1][1]" 1 s
a< "48-1"
a> XTRIM s MINID 80 ACKED
a< 14
a> EVAL "local ids = {} for _, e in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 4)) do ids[#ids + 1] = e[1] end return ids" 1 s
a< ["64-1" "66-1" "67-1" "68-1"]
a> DEBUG RELOAD
a< OK
a> XLEN s
a< 136
a> EVAL "local ids = {} for _, e in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2])) do ids[#ids + 1] = e[1] end return ids" 1 t 89 101
a< ["89-1" "90-1" "100-1" "101-1"]
a> DEL s t
a< 2
