-- sent(time, n, i): a number that grows in the order in which a session's events were sent: by time, of the same ms by frame and place
-- in it. `n` has 53 bits and a sign, `i` 16.
create or replace macro sent(time, n, i) as time * (1::hugeint << 70) + n * 65536::hugeint + i;
