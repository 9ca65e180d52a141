# mongod answers `isMaster` with ok: 1. The message is OP_MSG (header, flags, one document), so no shell has to be
# started every ten seconds, which a Pi would feel; and who is not primary yet is well all the same: a name that
# nobody can look up before the server is healthy would otherwise keep it from ever becoming one.
#   {isMaster: 1, $db: "admin"}
document='\x22\x00\x00\x00\x10isMaster\x00\x01\x00\x00\x00\x02$db\x00\x06\x00\x00\x00admin\x00\x00'
header='\x37\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\xdd\x07\x00\x00\x00\x00\x00\x00\x00'
exec 3<>"/dev/tcp/127.0.0.1/${MONGO_PORT:-27017}" || exit 1
printf "$header$document" >&3
# The answer's first four bytes are its length.
length=$(timeout 4 head -c 4 <&3 | od -An -tu4)
[ -n "$length" ] || exit 1
timeout 4 head -c $((length - 4)) <&3 | LC_ALL=C grep -qaP '\x01ok\x00\x00\x00\x00\x00\x00\x00\xf0\x3f'
