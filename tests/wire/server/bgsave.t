oracle
wait 10000 BGSAVE -> Background saving started
wait 10000 BGSAVE SCHEDULE -> Background saving started
a> BGSAVE NOW
a< (error) ERR syntax error
a> BGSAVE SCHEDULE now
a< (error) ERR syntax error
