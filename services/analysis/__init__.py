"""What happened, recorded and answered: two processes around one database.

edge/frames --> recorder --> MongoDB (the record) --change stream--> projector --> DuckDB --> reports
                                                                         '--> activity, told once a second

recorder.py      writes every frame once
record.py        how a frame is kept
projector.py     keeps DuckDB in step with the record, by change_stream.py
projection.py    the DuckDB file, with schema.sql, columns.py, dictionaries.py, sessions.py, rows.py
service.py       answers reports, tells activity
overview.py, funnel.py, buttons.py    the reports, with queries/*.sql and times.py
matching.py, selectors.py             which pages, elements and names a condition means
intervals.py     periods in the viewer's time zone
activity.py      who is there now
configs.py       what the apps have configured
"""
