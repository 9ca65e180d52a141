# MONGO_CACHE_GB: WiredTiger's cache; mongod takes that and 0.3 GB. More arguments go to mongod as they are.
exec mongod --config /database/mongod.conf --wiredTigerCacheSizeGB "${MONGO_CACHE_GB:-0.25}" "$@"
