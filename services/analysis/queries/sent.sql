-- sent(time, n, i): a number that grows in the order in which a session's events were sent: by time, of the same ms by frame and place
-- in it. `i` has 16 bits, `n` 64.
create or replace macro sent(time, n, i) as time * (1::hugeint << 80) + n * 65536::hugeint + i;
