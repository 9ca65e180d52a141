-- times(seconds): how long it took; null where nothing did. Quantiles interpolate. The buckets are fixed, so that
-- two reports can be compared: bucket k counts what lies above edge k-1 and up to edge k, the last one what is above them all.
create or replace macro bucket_edges() as
    [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400, 172800, 345600, 604800];

create or replace macro times(seconds) as
    case when count(seconds) > 0 then {
        'count': count(seconds),
        'mean': avg(seconds),
        'quantiles': quantile_cont(seconds, [0.25, 0.5, 0.75, 0.9]),
        'histogram': histogram(seconds, bucket_edges())
    } end;
